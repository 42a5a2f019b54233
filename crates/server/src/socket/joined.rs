//! Frames that are written together.

use std::io::IoSlice;

use bytes::Buf;
use perch_live::Frame;

/// Pieces that one write takes.
pub(super) const SLICES_MAX: usize = 64;

/// Frames behind one another.
pub(super) struct Joined<'a> {
    frames: &'a [Frame],
    begun: usize,
}

impl<'a> Joined<'a> {
    /// All of these, but for so many bytes of the first.
    pub(super) const fn new(frames: &'a [Frame], begun: usize) -> Self {
        Self { frames, begun }
    }

    /// What is still to be written, and how many bytes of the first are.
    pub(super) const fn rest(&self) -> (&'a [Frame], usize) {
        (self.frames, self.begun)
    }

    /// What is to be written of each.
    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let begun = std::iter::once(self.begun).chain(std::iter::repeat(0));
        let parts = self.frames.iter().zip(begun);
        parts.map(|(frame, begun)| frame.message().get(begun..).unwrap_or_default())
    }
}

impl Buf for Joined<'_> {
    fn remaining(&self) -> usize {
        self.parts().map(<[u8]>::len).sum()
    }

    fn has_remaining(&self) -> bool {
        !self.frames.is_empty()
    }

    fn chunk(&self) -> &[u8] {
        self.parts().next().unwrap_or_default()
    }

    fn chunks_vectored<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let slices = into.iter_mut().zip(self.parts());
        slices
            .map(|(slice, part)| *slice = IoSlice::new(part))
            .count()
    }

    fn advance(&mut self, count: usize) {
        self.begun += count;
        while let [first, rest @ ..] = self.frames
            && self.begun >= first.message().len()
        {
            self.begun -= first.message().len();
            self.frames = rest;
        }
    }
}
