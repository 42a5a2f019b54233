//! Who is calling: a browser's cookie, or a program's bearer token.

use std::net::IpAddr;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use perch_app::{Actor, App};
use perch_domain::{Code, Refusal};

use crate::ServerState;
use crate::limit::{Authenticated, client_address};
use crate::problem::Refused;

/// The cookie that holds the secret of a browser's session, by https.
///
/// The prefix has browsers take it from this host alone, with no domain and by https: no page on a host
/// of the same domain can set or shadow it.
pub(crate) const COOKIE: &str = "__Host-perch_session";
/// The same by http, where browsers do not take the prefix.
const PLAIN_COOKIE: &str = "perch_session";

/// The header that a request for an add-in's page carries: the pane's token.
pub(crate) const PANE: &str = "perch-pane";

/// A caller who is signed in, and asks for themself: what has nothing to do with add-ins is not done for their pages.
pub(crate) struct SignedIn(pub(crate) Actor);

/// A caller who is signed in, and asks for themself or for the page of an add-in. Only for what asks for the add-in's grants.
pub(crate) struct Acting(pub(crate) Actor);

impl FromRequestParts<ServerState> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refused> {
        if parts.headers.contains_key(PANE) {
            let detail = "The pages of add-ins may not ask this.";
            return Err(Refusal::new(Code::ActionNotGranted, detail).into());
        }
        signed_in(parts, state).await.map(Self)
    }
}

impl OperationInput for SignedIn {}

impl FromRequestParts<ServerState> for Acting {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refused> {
        let actor = signed_in(parts, state).await?;
        let Some(pane) = parts.headers.get(PANE) else {
            return Ok(Self(actor));
        };
        // What is no text is no pane's token either.
        let pane = pane.to_str().unwrap_or_default();
        Ok(Self(state.app.for_pane(actor, pane)?))
    }
}

impl OperationInput for Acting {}

async fn signed_in(parts: &mut Parts, state: &ServerState) -> Result<Actor, Refused> {
    if let Some(Authenticated(found)) = parts.extensions.remove::<Authenticated>() {
        return Ok(found?);
    }
    let Some(secret) = secret(&state.app, &parts.headers) else {
        let detail = "You are not signed in. Sign in, or send a token as a bearer token.";
        return Err(Refusal::new(Code::NotSignedIn, detail).into());
    };
    Ok(state.app.authenticate(secret).await?)
}

/// The address that a request comes from.
pub(crate) struct From(pub(crate) Option<IpAddr>);

impl FromRequestParts<ServerState> for From {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refused> {
        Ok(Self(client_address(
            &parts.extensions,
            &parts.headers,
            &state.http.proxies,
        )))
    }
}

impl OperationInput for From {}

/// The secret that a request carries: a program's token, or that of a browser's session.
pub(crate) fn secret<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    bearer(headers).or_else(|| cookie_named(headers, cookie_name(app)))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn cookie_name(app: &App) -> &'static str {
    if by_https(app) { COOKIE } else { PLAIN_COOKIE }
}

fn by_https(app: &App) -> bool {
    app.settings().own_origin.as_str().starts_with("https:")
}

/// What a cookie holds.
pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The header that gives a browser its session, or takes it away when there is no secret.
///
/// `SameSite=Strict` costs nothing here: the page itself needs no session, and what it asks for comes from its own site.
pub(crate) fn set_cookie(app: &App, secret: Option<&str>) -> Option<HeaderValue> {
    let secure = if by_https(app) { "; Secure" } else { "" };
    let name = cookie_name(app);
    let (secret, age) = secret.map_or(("", 0), |secret| (secret, app.settings().session_seconds));
    let value =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    HeaderValue::from_str(&value).ok()
}

/// Checks that a request which a browser sends with its cookie comes from the chat's own pages (reference: design.md 7).
///
/// A browser always says where a changing request or a WebSocket comes from, in `Origin`; a program that says nothing has
/// no cookie that somebody else could ride on.
pub(crate) fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let foreign = || {
        Refusal::new(
            Code::ForeignOrigin,
            "The request comes from another web site. Open the chat at its own address and try again.",
        )
    };
    match text(header::ORIGIN) {
        Some(origin) if origin == app.settings().own_origin.as_str() => Ok(()),
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            if host.is_some() && host == text(header::HOST) {
                Ok(())
            } else {
                Err(foreign())
            }
        }
        None => match text(header::HeaderName::from_static("sec-fetch-site")) {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(foreign()),
        },
    }
}
