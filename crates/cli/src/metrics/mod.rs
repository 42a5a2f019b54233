//! Metrics for Prometheus, on a listener of their own: nobody who can reach the chat can read them.
//!
//! The instruments are where the things happen, in every crate; [`list`] is what there is, and `docs/metrics.md` the same
//! for people. Without a listener there is no recorder, and an instrument is a branch that is not taken.

mod list;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

use crate::error::Error;
use crate::serve;

/// How often measured values are put into their buckets; they would pile up where nobody asks for them.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// The content type of Prometheus' text form.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Starts counting, and serving `/metrics` until the process ends, if there is an address for it.
///
/// # Errors
/// When the address is taken.
pub(crate) async fn start(address: Option<SocketAddr>) -> Result<(), Error> {
    let Some(address) = address else {
        return Ok(());
    };
    let listener = serve::listen(address, "--metrics-listen").await?;
    let handle = install()?;
    let address = listener.local_addr().map_err(Error::Serve)?;
    tracing::info!(%address, "metrics");
    tokio::spawn(async move {
        let served = axum::serve(listener, router(handle)).await;
        tracing::error!(?served, "metrics are no longer served");
    });
    Ok(())
}

/// Makes this the process's recorder.
fn install() -> Result<PrometheusHandle, Error> {
    let failed = |cause: &dyn std::error::Error| Error::Metrics(cause.to_string());
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let posts = Matcher::Suffix("_posts".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, list::SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(posts, list::GROUP))
        .map_err(|cause| failed(&cause))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|cause| failed(&cause))?;
    list::describe();
    Collector::default().describe();
    metrics::gauge!("perch_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(UPKEEP_EVERY);
        loop {
            tick.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

fn router(handle: PrometheusHandle) -> Router {
    let process = Collector::default();
    Router::new().route(
        "/metrics",
        get(move || {
            process.collect();
            let text = handle.render();
            async move { ([(header::CONTENT_TYPE, TEXT)], text) }
        }),
    )
}
