//! Requests as the operator is shown them: how many, how they ended, and how long they took; and a span for each, where
//! somebody collects traces.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};
use tracing::Instrument;
use tracing::field::Empty;

/// What has no route of its own: the web client's files, and addresses that do not exist.
const NO_ROUTE: &str = "/";

/// Counts a request by the template of its route, never by its address: who asks for what is nobody's business, and
/// there is no end of addresses.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let method = named(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let begun = Instant::now();
    let span = tracing::debug_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        otel.status_code = Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    histogram!("perch_http_request_seconds", "method" => method, "route" => route.clone())
        .record(begun.elapsed());
    let status = response.status().as_str().to_owned();
    counter!("perch_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

/// A method that this server knows, or `other`: a client may invent as many as it likes.
fn named(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .zip(&KNOWN)
        .find_map(|(name, known)| (known == method).then_some(name))
        .unwrap_or("other")
}
