//! The newest frames of a room, each until all who follow have read it.

use std::collections::VecDeque;

use perch_domain::Seq;

use crate::Frame;

/// Frames that a ring keeps.
pub(super) const FRAMES_MAX: usize = 512;
/// Bytes that a ring keeps: stories are long.
pub(super) const BYTES_MAX: usize = 512 * 1_024;

/// Frames at positions that count everything that was ever put in.
#[derive(Debug, Default)]
pub(super) struct Ring {
    /// The position after the newest entry.
    end: u64,
    entries: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    frame: Frame,
    seq: Option<Seq>,
    /// Cursors that have it before them. What all have read is let go of.
    unread: usize,
}

impl Ring {
    /// The position of what comes next.
    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    /// Puts in a frame, of a message with its place, that so many cursors have before them.
    pub(super) fn push(&mut self, frame: Frame, seq: Option<Seq>, unread: usize) {
        self.end += 1;
        self.bytes += frame.message().len();
        self.entries.push_back(Entry { frame, seq, unread });
        while self.entries.len() > FRAMES_MAX || (self.bytes > BYTES_MAX && self.entries.len() > 1)
        {
            self.drop_oldest();
        }
        self.drop_read();
    }

    /// Whether it no longer has what comes at a position.
    pub(super) fn is_past(&self, position: u64) -> bool {
        position < self.start()
    }

    /// Reads at most so many frames from a cursor's position on, which is not past: where the cursor is then, and the place of the last
    /// message among them.
    pub(super) fn read(
        &mut self,
        position: u64,
        max: usize,
        into: &mut Vec<Frame>,
    ) -> (u64, Option<Seq>) {
        let (mut read, mut last) = (position, None);
        let skip = self.index(position);
        for entry in self.entries.iter_mut().skip(skip).take(max) {
            into.push(entry.frame.clone());
            last = entry.seq.or(last);
            entry.unread -= 1;
            read += 1;
        }
        self.drop_read();
        (read, last)
    }

    /// A cursor that is at a position moves to the end, or is no more.
    pub(super) fn pass(&mut self, position: u64) {
        let skip = self.index(position);
        for entry in self.entries.iter_mut().skip(skip) {
            entry.unread -= 1;
        }
        self.drop_read();
    }

    /// Leaves every cursor behind.
    pub(super) fn lose(&mut self) {
        self.end += 1;
        self.entries.clear();
        self.bytes = 0;
    }

    fn start(&self) -> u64 {
        self.end - self.entries.len() as u64
    }

    fn index(&self, position: u64) -> usize {
        usize::try_from(position.saturating_sub(self.start())).unwrap_or(usize::MAX)
    }

    fn drop_read(&mut self) {
        while self
            .entries
            .front()
            .is_some_and(|oldest| oldest.unread == 0)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.entries.pop_front() {
            self.bytes -= oldest.frame.message().len();
        }
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }
}
