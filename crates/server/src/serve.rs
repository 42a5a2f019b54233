//! Running until told to stop, and stopping without losing anything.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt;
use perch_live::Closing;
use tokio::net::TcpListener;

use crate::{ServerState, router};

/// How long requests may take that are not finished when the server is to stop.
const REQUESTS_MAX: Duration = Duration::from_secs(5);
/// How long live connections may take to say goodbye.
const GOODBYE_MAX: Duration = Duration::from_secs(5);
/// How often what rooms without history relayed is looked for …
const EXPIRY_EVERY: Duration = Duration::from_secs(60);

/// Serves until `stop` completes; then tells clients, waits for them, and closes the deployment.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: ServerState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = std::sync::Arc::clone(&state.app);
    let connections = state.connections.clone();
    let expiry = tokio::spawn({
        let app = std::sync::Arc::clone(&app);
        async move {
            let mut tick = tokio::time::interval(EXPIRY_EVERY);
            loop {
                tick.tick().await;
                app.expire_relayed().await;
            }
        }
    });
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let told = {
        let app = std::sync::Arc::clone(&app);
        async move {
            stop.await;
            tracing::info!("stopping: telling clients, committing what was handed over");
            app.people().close_all(Closing::ShuttingDown);
            drop(stopping);
        }
    };
    // A frame must not wait for the acknowledgement of the one before it: with Nagle's algorithm and delayed
    // acknowledgements it would, for 40 ms.
    let listener = listener.tap_io(|stream| {
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection keeps its delay");
        }
    });
    let serving = axum::serve(listener, service).with_graceful_shutdown(told);
    let overdue = async {
        stopped.await.ok();
        tokio::time::sleep(REQUESTS_MAX).await;
    };
    let served = tokio::select! {
        served = serving => served,
        () = overdue => {
            tracing::warn!("some requests were not finished in time");
            Ok(())
        }
    };
    connections.close();
    if tokio::time::timeout(GOODBYE_MAX, connections.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            connections = connections.len(),
            "some clients did not say goodbye in time"
        );
    }
    expiry.abort();
    app.close().await;
    served
}
