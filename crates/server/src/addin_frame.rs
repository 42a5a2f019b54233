//! The small document of ours inside which an add-in's page runs (design.md 6): its policy lets that add-in's origin be
//! framed and nothing else, and its script passes the page a port to the room.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use perch_app::App;
use perch_app::addin::AddinPage;
use perch_domain::{AddinId, Code, Refusal, RoomId};
use serde::Deserialize;
use uuid::Uuid;

use crate::auth::SignedIn;
use crate::extract::{Asked, At};
use crate::problem::Refused;

/// How the client looks, for the variables of the add-in's URL.
#[derive(Deserialize)]
pub(crate) struct Look {
    #[serde(default)]
    locale: String,
    #[serde(default)]
    theme: String,
    /// Another add-in of the pool than the room's own.
    addin: Option<Uuid>,
}

/// The frame of a room's add-in, or of another one beside it.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(room): At<Uuid>,
    Asked(look): Asked<Look>,
) -> Result<Response, Refused> {
    let room = RoomId(room);
    let (locale, theme) = (&look.locale, &look.theme);
    let page = match look.addin {
        None => app.addin_page(&actor, room, locale, theme)?,
        Some(addin) => app.addin_page_beside(&actor, room, AddinId(addin), locale, theme)?,
    };
    Ok(document(&page))
}

/// What to preview.
#[derive(Deserialize)]
pub(crate) struct Previewed {
    url: String,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    theme: String,
}

/// The frame of an address that an administrator thinks of registering.
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Asked(previewed): Asked<Previewed>,
) -> Result<Response, Refused> {
    let page = app.preview_addin(&actor, &previewed.url, &previewed.locale, &previewed.theme)?;
    Ok(document(&page))
}

/// The frame of an author's page in the simulator. Only as a frame of our own: by itself it would show anybody's page at our
/// address.
pub(crate) async fn simulate(
    State(app): State<Arc<App>>,
    SignedIn(_): SignedIn,
    headers: HeaderMap,
    Asked(previewed): Asked<Previewed>,
) -> Result<Response, Refused> {
    let says = |name, word: &str| headers.get(name).is_some_and(|value| value == word);
    if !says("sec-fetch-dest", "iframe") || !says("sec-fetch-site", "same-origin") {
        let detail = "This is shown inside the simulator only. Open /sdk/simulator.";
        return Err(Refusal::new(Code::ForeignOrigin, detail).into());
    }
    let page = app.simulate_addin(&previewed.url, &previewed.locale, &previewed.theme)?;
    Ok(document(&page))
}

fn document(page: &AddinPage) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{name}</title>\n\
         <link rel=\"stylesheet\" href=\"/addin-frame.css\">\n\
         <script type=\"module\" src=\"/addin-frame.js\"></script>\n</head>\n\
         <body data-name=\"{name}\" data-url=\"{url}\" data-origin=\"{origin}\"{entrance}{sandbox}></body>\n</html>\n",
        name = escape(&page.name),
        url = escape(&page.url),
        origin = escape(page.origin.as_str()),
        entrance = (page.entrance.as_deref()).map_or_else(String::new, |entrance| {
            format!(" data-entrance=\"{}\"", escape(entrance))
        }),
        sandbox = if page.popups {
            " data-sandbox=\"allow-popups allow-popups-to-escape-sandbox\""
        } else {
            ""
        },
    );
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; frame-src {}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'",
        page.origin
    );
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        header::HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
        ),
    );
    response
}

/// Text as the value of an attribute in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use perch_domain::addin::Origin;

    use super::*;

    #[test]
    fn the_frame_admits_the_add_ins_origin_alone_and_its_name_stays_text() {
        let page = AddinPage {
            name: "\"><script>alert(1)</script>".to_owned(),
            url: "https://a.example/?q=\"x".to_owned(),
            origin: Origin::parse("https://a.example/").unwrap(),
            entrance: None,
            popups: false,
        };
        let response = document(&page);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("frame-src https://a.example;"), "{policy}");
        assert!(!escape(&page.name).contains(['<', '>', '"']));
    }
}
