//! The WebSocket of a connection: what comes is told apart by the library, what is sent was encoded beforehand.

use std::io::IoSlice;

use bytes::Buf;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use perch_live::Frame;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Bytes of a frame from a client: the longest story, escaped, and what it was before an add-in replaced it.
const FRAME_BYTES_MAX: usize = 512 * 1_024;
/// What an idle connection holds.
const READ_BUFFER_BYTES: usize = 1_024;

/// The WebSocket of a connection.
pub(super) struct Stream(WebSocketStream<TokioIo<Upgraded>>);

impl Stream {
    /// The WebSocket that a request has become.
    pub(super) async fn new(upgraded: Upgraded) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let stream = TokioIo::new(upgraded);
        Self(WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await)
    }

    /// The next message; `None` once the connection has ended.
    pub(super) async fn receive(&mut self) -> Option<Result<Message, Error>> {
        self.0.next().await
    }

    /// Sends a message that is no frame of ours: a ping, or the goodbye.
    pub(super) async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    /// Writes frames, joined into as few writes as they fit. Nothing is copied on the way, and nothing kept. Broken off in
    /// the middle, the connection is of no more use.
    pub(super) async fn write(&mut self, frames: &[Frame]) -> Result<(), Error> {
        // What the library has to say itself, a pong say, is not to be torn apart.
        self.0.flush().await?;
        let stream = self.0.get_mut();
        let mut joined = Joined { frames, begun: 0 };
        stream.write_all_buf(&mut joined).await?;
        Ok(stream.flush().await?)
    }
}

/// Frames behind one another.
struct Joined<'a> {
    frames: &'a [Frame],
    /// Bytes of the first that are written.
    begun: usize,
}

impl Joined<'_> {
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
