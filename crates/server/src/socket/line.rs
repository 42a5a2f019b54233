//! The TCP connection of a client without TLS: its own task reads and writes, and while that one rests, others write what was
//! published ([`perch_live::Line`]).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Buf;
use perch_live::Frame;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::joined::{Joined, SLICES_MAX};

/// A connection to which several tasks write, one at a time.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The connection's task waits for something to do.
    resting: bool,
    /// The last write of the connection's task was not taken whole.
    torn: bool,
    /// What others began to write, and how much of the first frame was taken. The task has to write it before anything else.
    rest: Vec<Frame>,
    begun: usize,
}

impl Line {
    pub(super) fn new(stream: TcpStream) -> Arc<Self> {
        Arc::new(Self {
            stream,
            state: Mutex::default(),
        })
    }

    /// Lets others write, or no longer.
    pub(super) fn set_resting(&self, resting: bool) {
        self.state().resting = resting;
    }

    /// Takes what others began to write, and how much of the first frame was taken.
    pub(super) fn take_rest(&self) -> (Vec<Frame>, usize) {
        let mut state = self.state();
        let begun = std::mem::take(&mut state.begun);
        (std::mem::take(&mut state.rest), begun)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; were it otherwise, the state would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl perch_live::Line for Line {
    fn write(&self, frames: &mut Vec<Frame>, take: &mut dyn FnMut(&mut Vec<Frame>)) -> bool {
        let mut state = self.state();
        if !state.resting || state.torn || !state.rest.is_empty() {
            return false;
        }
        take(frames);
        let mut joined = Joined::new(frames, 0);
        while joined.has_remaining() {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let count = joined.chunks_vectored(&mut slices);
            // Whatever is wrong with the connection, its task meets it too.
            match self
                .stream
                .try_write_vectored(slices.get(..count).unwrap_or_default())
            {
                Ok(taken) if taken > 0 => joined.advance(taken),
                _ => {
                    let (rest, begun) = joined.rest();
                    (state.rest, state.begun) = (rest.to_vec(), begun);
                    break;
                }
            }
        }
        frames.clear();
        state.rest.is_empty()
    }
}

/// The half of the connection's task.
pub(super) struct Own(pub(super) Arc<Line>);

impl Own {
    fn poll_write_with(
        &self,
        cx: &mut Context<'_>,
        bytes: usize,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut state = self.0.state();
            if !state.rest.is_empty() {
                // The task was woken to write that first.
                return Poll::Pending;
            }
            state.torn = true;
            ready!(self.0.stream.poll_write_ready(cx))?;
            match write(&self.0.stream) {
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                outcome => {
                    state.torn = outcome.as_ref().is_ok_and(|taken| *taken < bytes);
                    return Poll::Ready(outcome);
                }
            }
        }
    }
}

impl AsyncRead for Own {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(cx))?;
            match self.0.stream.try_read_buf(into) {
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return Poll::Ready(outcome.map(drop)),
            }
        }
    }
}

impl AsyncWrite for Own {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(cx, bytes.len(), |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = slices.iter().map(|slice| slice.len()).sum();
        self.poll_write_with(cx, bytes, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The socket is closed when the connection's task ends: nothing is sent after its goodbye.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use perch_live::Line as _;
    use perch_wire::live::ServerFrame;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn connected() -> (Arc<Line>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, server) = tokio::join!(client, listener.accept());
        let (server, _) = server.unwrap();
        server.writable().await.unwrap();
        (Line::new(server), client.unwrap())
    }

    fn frame(bytes: usize) -> Frame {
        let code = "x".repeat(bytes);
        Frame::encode(&ServerFrame::Goodbye {
            code,
            retry_after_ms: 0,
        })
    }

    /// Others write a frame. Whether all of it was written.
    fn others_write(line: &Line, frame: &Frame) -> bool {
        line.write(&mut Vec::new(), &mut |frames| frames.push(frame.clone()))
    }

    #[tokio::test]
    async fn others_write_while_the_task_rests_and_only_then() {
        let (line, mut client) = connected().await;
        let others_write_at_all =
            || line.write(&mut Vec::new(), &mut |_| unreachable!("it is not its turn"));
        assert!(!others_write_at_all());
        line.set_resting(true);
        assert!(others_write(&line, &frame(5)));
        let mut came = vec![0; frame(5).message().len()];
        client.read_exact(&mut came).await.unwrap();
        assert_eq!(&came, frame(5).message());
        line.set_resting(false);
        assert!(!others_write_at_all());
    }

    #[tokio::test]
    async fn what_the_client_did_not_take_is_written_by_the_task_before_anything_else() {
        let (line, mut client) = connected().await;
        let (long, last) = (frame(100_000), frame(7));
        line.set_resting(true);
        let mut written = 1;
        while others_write(&line, &long) {
            written += 1;
        }
        assert!(!others_write(&line, &last), "it comes after the rest");
        let mut own = Own(Arc::clone(&line));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let early = Pin::new(&mut own).poll_write(&mut context, b"pong");
        assert!(early.is_pending(), "so does what the task has to say");

        line.set_resting(false);
        let reading = async {
            let mut came = Vec::new();
            client.read_to_end(&mut came).await.unwrap();
            came
        };
        let writing = async {
            let (rest, begun) = line.take_rest();
            own.write_all_buf(&mut Joined::new(&rest, begun))
                .await
                .unwrap();
            own.write_all(last.message()).await.unwrap();
            drop((own, line));
        };
        let (came, ()) = tokio::join!(reading, writing);
        let mut wanted = long.message().repeat(written);
        wanted.extend_from_slice(last.message());
        assert!(came == wanted, "{} of {} bytes", came.len(), wanted.len());
    }

    #[tokio::test]
    async fn others_do_not_write_into_the_middle_of_what_the_task_writes() {
        let (line, _client) = connected().await;
        let mut own = Own(Arc::clone(&line));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let long = vec![0; 100_000];
        while Pin::new(&mut own)
            .poll_write(&mut context, &long)
            .is_ready()
        {}
        line.set_resting(true);
        assert!(!line.write(&mut Vec::new(), &mut |_| unreachable!(
            "it is not their turn"
        )));
    }
}
