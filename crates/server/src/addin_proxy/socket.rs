//! A WebSocket of a proxied page to its own server: opened by the same rules as any request, and as long as they hold. What is
//! said over it is not looked at.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use http_body_util::Empty;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use perch_app::addin_proxy::Upstream;
use perch_domain::PrincipalId;
use perch_domain::addin_proxy::Site;
use tokio::io::{copy, split};
use tokio::time::sleep;
use tokio_util::io::InspectReader;

use super::said::Said;
use super::{asked, passed_on, unanswered};
use crate::ServerState;

/// How often it is asked whether one may go on: what is withdrawn has to have ended within five seconds.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// How long none of the two may say anything.
const QUIET_MAX: Duration = Duration::from_secs(10 * 60);
/// Open ones of one person, for one page.
const OF_PERSON_MAX: usize = 8;
/// Open ones of one page. They have no turn among its requests, which last for a minute at most: people who have a page open
/// would keep others from opening it.
const OF_PAGE_MAX: usize = 2_000;
/// What the two say to each other to open one.
const PASSED_ON: [HeaderName; 3] = [
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_EXTENSIONS,
    header::SEC_WEBSOCKET_PROTOCOL,
];

/// Those that are open on this node.
#[derive(Default)]
pub(crate) struct Sockets(Mutex<Vec<(Site, PrincipalId)>>);

impl Sockets {
    fn open(&self) -> MutexGuard<'_, Vec<(Site, PrincipalId)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, site: Site, person: PrincipalId) -> Result<Entered, Said> {
        let mut open = self.open();
        let of_page = open.iter().filter(|(at, _)| *at == site);
        let of_person = of_page.clone().filter(|(_, of)| *of == person);
        if of_person.count() >= OF_PERSON_MAX || of_page.count() >= OF_PAGE_MAX {
            metrics::counter!("perch_rejected_total", "limit" => "page_sockets").increment(1);
            return Err(Said::TooManySockets);
        }
        open.push((site, person));
        Ok(Entered {
            sockets: Arc::clone(self),
            who: (site, person),
        })
    }
}

/// One of those that are open, until it is dropped.
struct Entered {
    sockets: Arc<Sockets>,
    who: (Site, PrincipalId),
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut open = self.sockets.open();
        if let Some(place) = open.iter().position(|who| *who == self.who) {
            open.swap_remove(place);
        }
    }
}

/// Whether a request is to become a WebSocket.
pub(super) fn is_wanted(request: &Request) -> bool {
    let says = |name, word: &str| {
        let values = request.headers().get_all(name).iter();
        let mut words =
            (values.filter_map(|value| value.to_str().ok())).flat_map(|value| value.split(','));
        words.any(|said| said.trim().eq_ignore_ascii_case(word))
    };
    *request.method() == Method::GET
        && says(header::CONNECTION, "upgrade")
        && says(header::UPGRADE, "websocket")
}

/// Opens one for the bearer of a pass, who may see the page.
pub(super) async fn open(
    state: &ServerState,
    (site, pass): (Site, &str),
    upstream: &Upstream,
    origin: &str,
    mut request: Request,
) -> Result<Response, Said> {
    let entered = state.sockets.enter(site, upstream.person)?;
    let page = hyper::upgrade::on(&mut request);
    let (head, _) = request.into_parts();
    let asked = asked(&head, Empty::new(), upstream, origin);
    let answer = state.upstream.open(&upstream.page, asked).await;
    let (head, server) = answer.map_err(|failure| unanswered(&failure))?.into_parts();
    let mut headers = passed_on(&head, upstream, &upstream.page, origin).ok_or(Said::Elsewhere)?;
    for name in PASSED_ON {
        let value = head.headers.get(&name).cloned();
        headers.extend(value.map(|value| (name, value)));
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    let (state, pass) = (state.clone(), pass.to_owned());
    state.connections.clone().spawn(async move {
        match page.await {
            Ok(page) => run(&state, site, &pass, page, server).await,
            Err(cause) => tracing::debug!(%cause, "a page's connection did not become a WebSocket"),
        }
        drop(entered);
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Passes bytes on, both ways, until one of the two ends, or this has to.
async fn run(
    state: &ServerState,
    site: Site,
    pass: &str,
    page: Upgraded,
    server: TokioIo<Upgraded>,
) {
    let moved = AtomicBool::new(false);
    let note = |_: &[u8]| moved.store(true, Ordering::Relaxed);
    let (from_page, mut to_page) = split(TokioIo::new(page));
    let (from_server, mut to_server) = split(server);
    let mut from_page = InspectReader::new(from_page, note);
    let mut from_server = InspectReader::new(from_server, note);
    tokio::select! {
        _ = copy(&mut from_page, &mut to_server) => {}
        _ = copy(&mut from_server, &mut to_page) => {}
        () = withdrawn(state, site, pass, &moved) => {}
        () = state.stopping.cancelled() => {}
    }
}

/// Waits until the page may not be seen any more, or nothing has moved for long.
async fn withdrawn(state: &ServerState, site: Site, pass: &str, moved: &AtomicBool) {
    let mut quiet = Duration::ZERO;
    while quiet < QUIET_MAX {
        sleep(ASK_EVERY).await;
        if state.app.addin_upstream(site, pass).await.is_err() {
            return;
        }
        quiet = if moved.swap(false, Ordering::Relaxed) {
            Duration::ZERO
        } else {
            quiet + ASK_EVERY
        };
    }
}
