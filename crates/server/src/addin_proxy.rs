//! The isolating proxy: an add-in's page on an origin of its own below the proxy's host, from one upstream and no other.
//!
//! Invariant: nothing of the chat is here. Its routes and cookies are not reachable on these hosts, its session is not read, and
//! what the page's server says is passed on only as far as it is listed below.

mod said;
mod socket;

use std::fmt::Debug;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri};
use axum::http::{request, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use perch_app::addin_proxy::Upstream;
use perch_domain::Refusal;
use perch_domain::addin_proxy::Site;
use serde::Deserialize;
use url::{Position, Url};

use crate::{ServerState, auth, limit};

use said::{Manner, Said};

pub(crate) use socket::Sockets;

/// Where a ticket is exchanged for a pass; no page's own path.
const ENTER: &str = "/.perch/enter";
/// Bytes of a request's body.
const BODY_BYTES_MAX: u64 = 1_024 * 1_024;
/// What of a page's answer is passed on. Its own policies are not: ours are for this origin. Nor is its length, which is said anew.
const PASSED_ON: [HeaderName; 10] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_RANGE,
    header::CONTENT_DISPOSITION,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::LAST_MODIFIED,
    header::VARY,
    header::RETRY_AFTER,
];
/// What of a request is not: who asks for whom, and what holds for one connection only (RFC 9110 7.6.1).
const WITHHELD: [&str; 18] = [
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "perch-pane",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-real-ip",
];
/// What a page's server says of its cookies that is said for it here: for this host alone, and in a frame of the chat.
const COOKIE_SCOPE: [&str; 4] = ["domain", "samesite", "secure", "partitioned"];

#[derive(Deserialize)]
struct Entry {
    ticket: String,
}

/// Answers what is asked of the proxy's host and those below it, and lets everything else through.
pub(crate) async fn divert(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let Some(proxy) = &state.app.settings().addin_proxy else {
        return next.run(request).await;
    };
    let asked = request.headers().get_all(header::HOST).iter();
    let asked: Vec<&str> = asked.filter_map(|host| host.to_str().ok()).collect();
    if !asked.iter().any(|host| proxy.covers(host)) {
        return next.run(request).await;
    }
    let site = match asked[..] {
        [host] => proxy.site_at(host),
        _ => None,
    };
    let manner = Manner::of(request.headers());
    let answered = match site {
        Some(site) => answer(&state, site, &proxy.origin_of(site), request).await,
        None => Err(Said::NoPage),
    };
    let mut response = answered.unwrap_or_else(|said| said.in_manner(manner));
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("origin-agent-cluster", "?1"),
        ("x-dns-prefetch-control", "off"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let chat = &state.app.settings().own_origin;
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors {chat}"
        );
        let policy = HeaderValue::from_str(&policy).ok();
        headers.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    }
    response
}

async fn answer(
    state: &ServerState,
    site: Site,
    origin: &str,
    request: Request,
) -> Result<Response, Said> {
    if !is_own(&request, origin) {
        return Err(Said::Foreign);
    }
    if request.uri().path() == ENTER {
        let query = request.uri().query().unwrap_or_default();
        let entered = enter(state, site, origin, query).await;
        return entered.map_err(|refusal| refused(state, &request, &refusal));
    }
    let pass = auth::cookie_named(request.headers(), cookie_name(origin)).unwrap_or_default();
    let upstream = state.app.addin_upstream(site, pass).await;
    let upstream = upstream.map_err(|refusal| refused(state, &request, &refusal))?;
    limit::check_page(state, upstream.person).map_err(|_| Said::TooFast)?;
    if socket::is_wanted(&request) {
        let pass = pass.to_owned();
        return socket::open(state, (site, &pass), &upstream, origin, request).await;
    }
    pass_on(state, &upstream, origin, request).await
}

/// Exchanges a ticket for a pass and goes to the page.
async fn enter(
    state: &ServerState,
    site: Site,
    origin: &str,
    query: &str,
) -> Result<Response, Refusal> {
    let entry = serde_urlencoded::from_str::<Entry>(query);
    let ticket = entry.map(|entry| entry.ticket).unwrap_or_default();
    let entered = state.app.enter_addin_proxy(site, &ticket).await?;
    // A frame of another site keeps a cookie only by saying so; by http browsers keep such a cookie on this machine alone.
    let cookie = format!(
        "{}={}; Path=/; HttpOnly; Secure; SameSite=None; Partitioned; Max-Age={}",
        cookie_name(origin),
        entered.pass,
        entered.seconds
    );
    let head = [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, entered.to),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::SEE_OTHER, head).into_response())
}

/// The prefix binds a cookie to one host; browsers do not take it by http.
fn cookie_name(origin: &str) -> &'static str {
    if origin.starts_with("https:") {
        "__Host-perch-addin"
    } else {
        "perch-addin"
    }
}

/// Whether the page itself asks, or the browser to open it. Not for a service worker: it would show the page when we do no more.
/// A browser lets any page open a WebSocket to anywhere, cookies included, and always says which.
fn is_own(request: &Request, origin: &str) -> bool {
    let text = |name| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    let own = match (text("origin"), text("sec-fetch-site")) {
        (Some(from), _) => from == origin,
        (None, _) if socket::is_wanted(request) => false,
        (None, Some("cross-site" | "same-site")) => text("sec-fetch-mode") == Some("navigate"),
        (None, _) => true,
    };
    own && !request.headers().contains_key("service-worker")
        && !matches!(*request.method(), Method::CONNECT | Method::TRACE)
}

async fn pass_on(
    state: &ServerState,
    upstream: &Upstream,
    origin: &str,
    request: Request,
) -> Result<Response, Said> {
    let (head, body) = request.into_parts();
    let length = body.size_hint().lower();
    if length > BODY_BYTES_MAX {
        return Err(Said::TooLarge);
    }
    let limit = usize::try_from(BODY_BYTES_MAX).unwrap_or(usize::MAX);
    let asked = asked(&head, Limited::new(body, limit), upstream, origin);
    let at = at(&upstream.page, asked.uri());
    let answer = state.upstream.ask(&upstream.page, asked).await;
    let answer = answer.map_err(|failure| unanswered(&failure))?;
    // What comes before an answer, or instead of it, is not understood here.
    if answer.status().is_informational() {
        return Err(Said::Unanswered);
    }
    let (head, body) = answer.into_parts();
    let headers = passed_on(&head, upstream, &at, origin).ok_or(Said::Elsewhere)?;
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = head.status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// What a page's server is asked: the same path there.
fn asked<B>(head: &request::Parts, body: B, upstream: &Upstream, origin: &str) -> Request<B> {
    let path = head.uri.path_and_query().cloned();
    let mut asked = Request::new(body);
    *asked.method_mut() = head.method.clone();
    *asked.uri_mut() = path.unwrap_or(PathAndQuery::from_static("/")).into();
    *asked.headers_mut() = asking(&head.headers, upstream, origin);
    asked
}

/// The address that was asked for at a page's server.
fn at(server: &Url, asked: &Uri) -> Url {
    let mut at = server.clone();
    at.set_path(asked.path());
    at.set_query(asked.query());
    at
}

/// What the browser is told of a page's answer. `None`: it is to go to another server.
fn passed_on(
    head: &response::Parts,
    upstream: &Upstream,
    at: &Url,
    origin: &str,
) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for name in &PASSED_ON {
        let values = head.headers.get_all(name).iter();
        headers.extend(values.map(|value| (Some(name.clone()), value.clone())));
    }
    if head.status.is_redirection()
        && let Some(location) = head.headers.get(header::LOCATION)
    {
        let to = at.join(location.to_str().ok()?).ok()?;
        if to.origin() != upstream.page.origin() {
            return None;
        }
        let path = HeaderValue::from_str(&to[Position::BeforePath..]).ok()?;
        headers.insert(header::LOCATION, path);
    }
    for cookie in head.headers.get_all(header::SET_COOKIE) {
        if let Some(cookie) = own_cookie(cookie, origin) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    // The browser asks each time, so that what is shown is what may be shown now.
    let kept = head.headers.get_all(header::CACHE_CONTROL).iter();
    let kept = kept.filter_map(|value| value.to_str().ok());
    let cache = if kept
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("no-store"))
    {
        "no-store"
    } else {
        "private, no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let policy = HeaderValue::from_str(&upstream.policy).ok()?;
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let connections = HeaderValue::from_str(&upstream.connections).ok()?;
    headers.insert("connection-allowlist", connections);
    Some(headers)
}

/// What the page's server is told: not who looks, and nothing of the chat.
fn asking(headers: &HeaderMap, upstream: &Upstream, origin: &str) -> HeaderMap {
    let connection = headers.get_all(header::CONNECTION).iter();
    let hop: Vec<String> = connection
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut asking = HeaderMap::new();
    for (name, value) in headers {
        let text = name.as_str();
        if !WITHHELD.contains(&text)
            && !text.starts_with("x-forwarded-")
            && !hop.iter().any(|hop| hop == text)
        {
            asking.append(name.clone(), value.clone());
        }
    }
    // The page's own origin is another than its server knows; what it asks for itself comes from itself.
    if headers.contains_key(header::ORIGIN) {
        let own = HeaderValue::from_str(&upstream.page.origin().ascii_serialization()).ok();
        asking.extend(own.map(|own| (header::ORIGIN, own)));
    }
    let pass = cookie_name(origin);
    let cookies: Vec<&str> = (headers.get_all(header::COOKIE).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(str::trim)
        .filter(|pair| !pair.is_empty() && name_of(pair) != pass)
        .collect();
    if !cookies.is_empty() {
        let cookies = HeaderValue::from_str(&cookies.join("; ")).ok();
        asking.extend(cookies.map(|cookies| (header::COOKIE, cookies)));
    }
    asking
}

/// A cookie of the page, for this host alone and kept in a frame of the chat; the pass is not its to set.
fn own_cookie(cookie: &HeaderValue, origin: &str) -> Option<HeaderValue> {
    let mut parts = cookie.to_str().ok()?.split(';').map(str::trim);
    let pair = parts
        .next()
        .filter(|pair| name_of(pair) != cookie_name(origin))?;
    let rest = parts.filter(|part| {
        let attribute = name_of(part).to_ascii_lowercase();
        !COOKIE_SCOPE.contains(&attribute.as_str())
    });
    let own: Vec<&str> = std::iter::once(pair)
        .chain(rest)
        .chain(["Secure", "SameSite=None", "Partitioned"])
        .collect();
    HeaderValue::from_str(&own.join("; ")).ok()
}

/// The name in `name=value`.
fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default().trim()
}

/// What is said to somebody who may not see a page; strangers are counted by their address.
fn refused(state: &ServerState, request: &Request, refusal: &Refusal) -> Said {
    limit::check_stranger(state, request).map_or(Said::TooFast, |()| refusal.into())
}

fn unanswered(failure: &dyn Debug) -> Said {
    tracing::debug!(?failure, "a proxied page gave no answer");
    Said::Unanswered
}
