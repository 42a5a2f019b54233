//! The WebSocket of a connection: what comes is told apart by the library, what is sent was encoded beforehand.

use std::sync::{Arc, Weak};

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{Parts, Upgraded};
use hyper_util::rt::TokioIo;
use perch_live::Frame;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::either::Either;

use super::joined::Joined;
use super::line::{Line, Own};

/// Bytes of a frame from a client: the longest story, escaped, and what it was before an add-in replaced it.
const FRAME_BYTES_MAX: usize = 512 * 1_024;
/// What an idle connection holds.
const READ_BUFFER_BYTES: usize = 1_024;

/// The WebSocket of a connection.
pub(super) struct Stream {
    socket: WebSocketStream<Either<Own, TokioIo<Upgraded>>>,
    /// Without TLS.
    line: Option<Arc<Line>>,
}

impl Stream {
    /// The WebSocket that a request has become.
    pub(super) async fn new(upgraded: Upgraded) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let (stream, line, read) = match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(Parts { io, read_buf, .. }) => {
                let line = Line::new(io.into_inner());
                let own = Either::Left(Own(Arc::clone(&line)));
                (own, Some(line), read_buf.to_vec())
            }
            Err(other) => (Either::Right(TokioIo::new(other)), None, Vec::new()),
        };
        let (role, config) = (Role::Server, Some(config));
        Self {
            socket: WebSocketStream::from_partially_read(stream, read, role, config).await,
            line,
        }
    }

    /// Where others may write while this one rests.
    pub(super) fn line(&self) -> Option<Weak<dyn perch_live::Line>> {
        let line = self.line.as_ref()?;
        let line: Weak<Line> = Arc::downgrade(line);
        Some(line)
    }

    /// Lets others write, or no longer. Only [`Self::receive`] may be called meanwhile.
    pub(super) fn set_resting(&self, resting: bool) {
        if let Some(line) = &self.line {
            line.set_resting(resting);
        }
    }

    /// The next message; `None` once the connection has ended.
    pub(super) async fn receive(&mut self) -> Option<Result<Message, Error>> {
        self.socket.next().await
    }

    /// Sends a message that is no frame of ours: a ping, or the goodbye.
    pub(super) async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.write_rest().await?;
        self.socket.send(message).await
    }

    /// Writes frames, joined into as few writes as they fit. Nothing is copied on the way, and nothing kept. Broken off in
    /// the middle, the connection is of no more use.
    pub(super) async fn write(&mut self, frames: &[Frame]) -> Result<(), Error> {
        self.write_rest().await?;
        // What the library has to say itself, a pong say, is not to be torn apart.
        self.socket.flush().await?;
        self.write_all(Joined::new(frames, 0)).await
    }

    /// Writes what others have begun.
    async fn write_rest(&mut self) -> Result<(), Error> {
        if let Some(line) = &self.line {
            let (rest, begun) = line.take_rest();
            if !rest.is_empty() {
                return self.write_all(Joined::new(&rest, begun)).await;
            }
        }
        Ok(())
    }

    async fn write_all(&mut self, mut frames: Joined<'_>) -> Result<(), Error> {
        let stream = self.socket.get_mut();
        stream.write_all_buf(&mut frames).await?;
        Ok(stream.flush().await?)
    }
}
