//! The web client: files out of the program itself, and its page for every other path.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use perch_domain::{Code, Refusal};
use rust_embed::RustEmbed;

use crate::problem::Refused;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

/// What the page's build has in place of the nonce.
const NONCE_MARK: &str = "__CSP_NONCE__";

/// A file of the client, or its page.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        let detail =
            "There is nothing at this address. The API is described at /api/v1/openapi.json.";
        return Refused(Refusal::new(Code::NoSuchNode, detail)).into_response();
    }
    match Web::get(path).filter(|_| !path.is_empty() && path != "index.html") {
        Some(file) => {
            // Names under assets/ carry a digest of their content.
            let cache = if path.starts_with("assets/") {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            };
            let kind = file.metadata.mimetype().to_owned();
            (
                [
                    (header::CONTENT_TYPE, kind),
                    (header::CACHE_CONTROL, cache.to_owned()),
                ],
                file.data,
            )
                .into_response()
        }
        None => page(),
    }
}

fn page() -> Response {
    let Some(file) = Web::get("index.html") else {
        let words = "The web client is not part of this program. Build it with `make web`, then build the program again.\n";
        return (StatusCode::NOT_FOUND, words).into_response();
    };
    let nonce = nonce();
    let html = String::from_utf8_lossy(&file.data).replace(NONCE_MARK, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let mut response = (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        html,
    )
        .into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
