//! The upstream of the isolating proxy: one request to the server of an add-in's page, its answer passed on as it comes; or a
//! WebSocket, whose bytes are.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use perch_health::Failure;
use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use url::{Origin, Position, Url};

use crate::trust::{Trust, brief};
use crate::{allowed, connect, known_roots, resolve};

/// How long an answer may take for everything.
const TIME_MAX: Duration = Duration::from_secs(60);
/// How long its head may take, the wait for a turn included.
const HEAD_TIME_MAX: Duration = Duration::from_secs(15);
/// Requests to one server at once: a slow one holds up nobody but its own readers.
const AT_ONCE_MAX: usize = 128;
/// How much of an answer is passed on.
pub const ANSWER_BYTES_MAX: u64 = 32 * 1_024 * 1_024;
/// Bytes of its head.
const HEAD_BYTES_MAX: usize = 32 * 1_024;

/// Asks the servers of pages that administrators registered, and no others.
pub struct WebUpstream {
    trust: Trust,
    /// One of each server that was asked.
    turns: Mutex<HashMap<Origin, Arc<Semaphore>>>,
}

impl WebUpstream {
    /// Trusts the authorities that the system knows.
    #[must_use]
    pub fn new() -> Self {
        Self::trusting(known_roots())
    }

    /// Trusts some authorities.
    #[must_use]
    pub fn trusting(roots: RootCertStore) -> Self {
        Self {
            trust: Trust::new(roots),
            turns: Mutex::default(),
        }
    }

    /// Asks the server of an address: the request's own is its path there. The host is resolved once, judged, and connected to.
    ///
    /// # Errors
    /// Why there was no answer.
    pub async fn ask<B>(&self, page: &Url, request: Request<B>) -> Result<Response<Passed>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        in_time(self.answer(page, request, "close")).await
    }

    /// The same for a WebSocket: what its server says to open it, and the bytes from then on. Their connection ends with them.
    ///
    /// # Errors
    /// Why it was not opened.
    pub async fn open(
        &self,
        page: &Url,
        mut request: Request<Empty<Bytes>>,
    ) -> Result<Response<TokioIo<Upgraded>>, Failure> {
        let socket = header::HeaderValue::from_static("websocket");
        request
            .headers_mut()
            .insert(header::UPGRADE, socket.clone());
        in_time(async {
            let mut answer = self.answer(page, request, "upgrade").await?;
            let opens = answer.status() == StatusCode::SWITCHING_PROTOCOLS
                && (answer.headers().get(header::UPGRADE))
                    .is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(socket.as_bytes()));
            if !opens {
                return Err(Failure::Broken(format!(
                    "no WebSocket: {}",
                    answer.status()
                )));
            }
            let upgraded = hyper::upgrade::on(&mut answer).await;
            let upgraded = upgraded.map_err(|cause| Failure::Broken(brief(&cause)))?;
            Ok(answer.map(|_| TokioIo::new(upgraded)))
        })
        .await
    }

    async fn answer<B>(
        &self,
        page: &Url,
        mut request: Request<B>,
        connection: &'static str,
    ) -> Result<Response<Passed>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let end = Instant::now() + TIME_MAX;
        let host = &page[Position::BeforeHost..Position::AfterPort];
        let host = header::HeaderValue::from_str(host).map_err(|_| Failure::BadUrl)?;
        let headers = request.headers_mut();
        headers.insert(header::HOST, host);
        let connection = header::HeaderValue::from_static(connection);
        headers.insert(header::CONNECTION, connection);
        let turn = self.turn(page).await?;
        let addresses = resolve(page).await?;
        let (stream, _) = connect(&allowed(page, &addresses)?).await?;
        if page.scheme() == "http" {
            return send(stream, request, turn, end).await;
        }
        let host = page.host_str().unwrap_or_default();
        let (stream, _) = self.trust.connect(host, stream).await?;
        send(stream, request, turn, end).await
    }

    async fn turn(&self, page: &Url) -> Result<OwnedSemaphorePermit, Failure> {
        let turns = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = turns.entry(page.origin());
            Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE_MAX))))
        };
        let turn = turns.acquire_owned().await;
        turn.map_err(|closed| Failure::Broken(brief(&closed)))
    }
}

impl Default for WebUpstream {
    fn default() -> Self {
        Self::new()
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = Failure::TimedOut {
        seconds: HEAD_TIME_MAX.as_secs(),
    };
    timeout(HEAD_TIME_MAX, answer).await.map_err(|_| late)?
}

async fn send<S, B>(
    stream: S,
    request: Request<B>,
    turn: OwnedSemaphorePermit,
    end: Instant,
) -> Result<Response<Passed>, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let broken = |cause: hyper::Error| Failure::Broken(brief(&cause));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    // Whether or not somebody reads the answer, its turn ends; earlier, if nobody wants it any more, or once it is a WebSocket.
    let connection = AbortOnDropHandle::new(tokio::spawn(async move {
        let _ended = timeout_at(end, connection.with_upgrades()).await;
        drop(turn);
    }));
    let answer = sender.send_request(request).await.map_err(broken)?;
    Ok(answer.map(|body| Passed {
        body,
        left: ANSWER_BYTES_MAX,
        _connection: connection,
    }))
}

/// An answer as it comes, bounded in bytes and time.
pub struct Passed {
    body: Incoming,
    left: u64,
    _connection: AbortOnDropHandle<()>,
}

impl Body for Passed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)) else {
            return Poll::Ready(None);
        };
        let frame = frame.map_err(io::Error::other)?;
        let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
        let Some(left) = self.left.checked_sub(bytes) else {
            return Poll::Ready(Some(Err(io::ErrorKind::FileTooLarge.into())));
        };
        self.left = left;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
