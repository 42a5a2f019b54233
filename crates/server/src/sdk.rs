//! What authors of add-ins load from the chat: the SDK as a module for pages on any origin and as a package to install, and
//! the examples. Their documentation is a page of the web client.

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use perch_domain::{Code, Refusal};
use rust_embed::RustEmbed;

use crate::problem::Refused;

#[derive(RustEmbed)]
#[folder = "../../sdk/dist"]
#[allow_missing = true]
struct Sdk;

#[derive(RustEmbed)]
#[folder = "../../sdk/examples"]
struct Examples;

/// The SDK for pages. Under `/sdk/1/` it speaks `perch/1` for as long as a server does; without the number it is the newest.
pub(crate) async fn module() -> Response {
    Sdk::get("index.js").map_or_else(absent, |file| {
        open(file.data, "text/javascript; charset=utf-8")
    })
}

/// The same as a package, with its types, the mock and the host's part: `npm install https://chat…/sdk/perch-addin.tgz`.
pub(crate) async fn package() -> Response {
    Sdk::get("perch-addin.tgz").map_or_else(absent, |file| open(file.data, "application/gzip"))
}

/// An example to keep and to change. It is a file and no page here: on our own origin it would not be a guest's.
pub(crate) async fn example(Path(name): Path<String>) -> Response {
    Examples::get(&name).map_or_else(absent, |file| {
        let kept = (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        );
        ([kept], open(file.data, "text/plain; charset=utf-8")).into_response()
    })
}

/// For pages of whichever origin: what is here is no secret, and asks for nobody's session.
fn open(data: impl Into<axum::body::Body>, kind: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    (StatusCode::OK, headers, data.into()).into_response()
}

fn absent() -> Response {
    let detail = "There is no such file for authors of add-ins. What there is stands at /sdk.";
    Refused(Refusal::new(Code::NoSuchNode, detail)).into_response()
}
