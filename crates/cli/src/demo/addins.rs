//! The sample add-ins, served from an origin of their own as an add-in should be.

use std::io;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(RustEmbed)]
#[folder = "../../addins/stock-history/dist"]
#[prefix = "stock-history/"]
#[allow_missing = true]
struct StockHistory;

#[derive(RustEmbed)]
#[folder = "../../addins/topic-of-the-day/dist"]
#[prefix = "topic-of-the-day/"]
#[allow_missing = true]
struct TopicOfTheDay;

/// What the guide for authors shows. They load the SDK from beside them.
#[derive(RustEmbed)]
#[folder = "../../sdk/examples"]
#[prefix = "examples/"]
struct Examples;

#[derive(RustEmbed)]
#[folder = "../../sdk/dist"]
#[allow_missing = true]
struct Sdk;

/// Serves the samples until `stopped` closes. Only the chat at `origin` may frame them.
pub(super) async fn serve(
    listener: TcpListener,
    origin: String,
    mut stopped: watch::Receiver<()>,
) -> io::Result<()> {
    let policy = |scripts: &str| {
        let policy = format!(
            "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; base-uri 'none'; \
             form-action 'none'; frame-ancestors {origin}"
        );
        HeaderValue::from_str(&policy).map_err(io::Error::other)
    };
    // An example is one file, its script in it.
    let (samples, examples) = (policy("")?, policy(" 'unsafe-inline'")?);
    let router = Router::new().fallback(get(move |uri: Uri| {
        let examples = examples.clone();
        let samples = samples.clone();
        async move {
            let policy = if uri.path().starts_with("/examples/") {
                examples
            } else {
                samples
            };
            let mut response = file(uri.path());
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
    }));
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            // Ends with an error when the sender is gone: that is the signal.
            stopped.changed().await.ok();
        })
        .await
}

fn file(path: &str) -> Response {
    let mut name = path.trim_start_matches('/').to_owned();
    if name.ends_with('/') {
        name.push_str("index.html");
    }
    let found = match name.as_str() {
        "examples/perch-addin.js" => Sdk::get("index.js"),
        name => StockHistory::get(name)
            .or_else(|| TopicOfTheDay::get(name))
            .or_else(|| Examples::get(name)),
    };
    let Some(file) = found else {
        let words = "There is no sample add-in at this address. They are built with `make web`.\n";
        return (StatusCode::NOT_FOUND, words).into_response();
    };
    let kind = file.metadata.mimetype().to_owned();
    let nosniff = (
        HeaderName::from_static("x-content-type-options"),
        "nosniff".to_owned(),
    );
    ([(header::CONTENT_TYPE, kind), nosniff], file.data).into_response()
}
