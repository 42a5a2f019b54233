//! Running until told to stop, and stopping without losing anything.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use perch_live::Closing;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::{HttpSettings, ServerState, Tls, readiness, router};

/// How long requests may take that are not finished when the server is to stop.
const REQUESTS_MAX: Duration = Duration::from_secs(5);
/// How long live connections may take to say goodbye.
const GOODBYE_MAX: Duration = Duration::from_secs(5);
/// How often what rooms without history relayed is looked for …
const EXPIRY_EVERY: Duration = Duration::from_secs(60);
/// How long to wait when no connection can be accepted, for lack of descriptors say.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// Serves until `stop` completes; then tells clients, waits for them, and closes the deployment.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: ServerState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = Arc::clone(&state.app);
    let connections = state.connections.clone();
    let expiry = tokio::spawn({
        let app = Arc::clone(&app);
        async move {
            let mut tick = tokio::time::interval(EXPIRY_EVERY);
            loop {
                tick.tick().await;
                app.expire_relayed().await;
            }
        }
    });
    let acceptor = state.tls.as_ref().map(Tls::acceptor).transpose();
    let server = Server {
        http: Arc::clone(&state.http),
        stopping: state.stopping.clone(),
        requests: TaskTracker::new(),
        acceptor: acceptor.map_err(io::Error::other)?,
        router: router(state.clone()),
    };
    tokio::select! {
        () = server.accept(listener) => {}
        () = stop => {}
    }
    tracing::info!("stopping: telling clients, committing what was handed over");
    state.readiness.withhold(readiness::STOPPING);
    app.people().close_all(Closing::ShuttingDown);
    server.finish().await;
    connections.close();
    if timeout(GOODBYE_MAX, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "some clients did not say goodbye in time"
        );
    }
    expiry.abort();
    app.close().await;
    Ok(())
}

/// What each connection needs.
#[derive(Clone)]
struct Server {
    router: Router,
    /// What makes TLS of a connection, with https.
    acceptor: Option<TlsAcceptor>,
    http: Arc<HttpSettings>,
    stopping: CancellationToken,
    /// Connections on which requests are answered; those that became live ones are counted elsewhere.
    requests: TaskTracker,
}

impl Server {
    /// Accepts connections, for ever.
    async fn accept(&self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let server = self.clone();
                    self.requests.spawn(server.connection(stream, peer));
                }
                Err(cause) => {
                    // One client that gave up, or all descriptors in use: neither ends the server.
                    tracing::warn!(%cause, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    }

    /// Lets requests that have begun come to their end, for a while.
    async fn finish(self) {
        self.stopping.cancel();
        self.requests.close();
        if timeout(REQUESTS_MAX, self.requests.wait()).await.is_err() {
            tracing::warn!("some requests were not finished in time");
        }
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr) {
        // A frame must not wait for the acknowledgement of the one before it: with Nagle's algorithm and delayed
        // acknowledgements it would, for 40 ms.
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection keeps its delay");
        }
        let Some(acceptor) = &self.acceptor else {
            return self.converse(stream, peer).await;
        };
        match timeout(self.http.head, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.converse(stream, peer).await,
            Ok(Err(cause)) => tracing::debug!(%cause, "a connection did not come to speak TLS"),
            Err(_) => tracing::debug!("a connection did not come to speak TLS in time"),
        }
    }

    /// Answers the requests of a connection until it ends, becomes a live one, or the server stops.
    async fn converse<S>(self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router;
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.clone().call(request);
            async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
        });
        let mut connection = std::pin::pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.http.head)
                .serve_connection(TokioIo::new(stream), answer)
                .with_upgrades()
        );
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(cause) = ended {
            tracing::debug!(%cause, "a connection ended badly");
        }
    }
}
