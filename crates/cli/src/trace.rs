//! Traces by OTLP over HTTP: spans of ours, sent to a collector in batches.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use url::Url;

use crate::error::Error;

/// How long the collector may take for a batch.
const SEND_MAX: Duration = Duration::from_secs(10);

/// Where traces go, and how many.
#[derive(Clone, Debug)]
pub(crate) struct TraceSettings {
    /// The collector's address, without `/v1/traces`.
    pub(crate) collector: Url,
    /// Of a hundred traces, how many are kept.
    pub(crate) percent: u32,
}

/// What makes spans and sends them.
///
/// # Errors
/// When the exporter cannot be made.
pub(crate) fn provider(settings: &TraceSettings) -> Result<SdkTracerProvider, Error> {
    let failed = |cause: &dyn std::error::Error| Error::Trace(cause.to_string());
    let client = reqwest::Client::builder()
        .timeout(SEND_MAX)
        .build()
        .map_err(|cause| failed(&cause))?;
    let collector = settings.collector.as_str().trim_end_matches('/');
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender {
            client,
            runtime: Handle::current(),
        })
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{collector}/v1/traces"))
        .build()
        .map_err(|cause| failed(&cause))?;
    let resource = Resource::builder()
        .with_service_name("perch")
        .with_attribute(opentelemetry::KeyValue::new(
            "service.version",
            env!("CARGO_PKG_VERSION"),
        ))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            f64::from(settings.percent) / 100.0,
        ))))
        .with_resource(resource)
        .build())
}

/// Sends what is left, and stops.
pub(crate) async fn finish(provider: SdkTracerProvider) {
    // Waits for the exporter, which needs this runtime.
    let finished = tokio::task::spawn_blocking(move || provider.shutdown()).await;
    if !matches!(finished, Ok(Ok(()))) {
        tracing::warn!(?finished, "the last traces were not sent");
    }
}

/// The client of the shell, for an exporter whose thread has no runtime.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                headers.clone_from(answer.headers());
            }
            Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
        });
        sent.await?
    }
}
