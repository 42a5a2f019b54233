//! The prober, the poster and the upstream.
//!
//! The prober: one GET for the page of an add-in, as a browser would load it into the pane, and what came of it.
//!
//! It goes where an administrator registered a page, and nowhere else: a redirect is followed within the page's own origin only,
//! which is also all that the pane shows. The host is resolved once, its address is judged
//! ([`perch_health::may_reach`]), and that address is what every connection goes to. No cookies, no credentials, no proxy.
//!
//! The poster ([`WebPoster`]) posts events to where an administrator registered a webhook, with the same bounds.
//!
//! The upstream ([`WebUpstream`]) asks the server of a proxied page for whatever its browser asks for, and passes the answer on.
//!
//! Start with [`WebProber::observe`].

mod exchange;
mod trust;
mod upstream;
mod webhook;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use perch_domain::addin::Origin;
use perch_health::{End, Failure, Observation, Prober, REDIRECTS_MAX, Redirect, may_reach};
use rustls::RootCertStore;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use crate::exchange::Exchange;
use crate::trust::{Trust, brief};

pub use crate::upstream::{ANSWER_BYTES_MAX, Passed, WebUpstream};
pub use crate::webhook::WebPoster;

/// How long a page may take for everything.
pub const TIME_MAX: Duration = Duration::from_secs(10);
/// How much of a page is read.
pub const BYTES_MAX: u64 = 256 * 1_024;
/// How long one of several addresses may take to take a connection.
const CONNECT_MAX: Duration = Duration::from_secs(4);
/// How long the name of the chat may take; without it less is said.
const CHAT_NAME_MAX: Duration = Duration::from_secs(2);

/// The prober of the program.
pub struct WebProber {
    trust: Trust,
    time_max: Duration,
}

impl WebProber {
    /// Trusts the authorities that the system knows.
    #[must_use]
    pub fn new() -> Self {
        Self::trusting(known_roots(), TIME_MAX)
    }

    /// Trusts some authorities, and waits so long for a page.
    #[must_use]
    pub fn trusting(roots: RootCertStore, time_max: Duration) -> Self {
        Self {
            trust: Trust::new(roots),
            time_max,
        }
    }

    async fn look(&self, page: &Url, seen: &mut Observation) -> Result<End, Failure> {
        let addresses = resolve(page).await?;
        seen.address = addresses.first().copied();
        let (mut stream, socket) = connect(&allowed(page, &addresses)?).await?;
        seen.address = Some(socket.ip());
        let mut at = page.clone();
        loop {
            let exchange = Exchange::over(stream, &self.trust, &at).await?;
            seen.certificate = exchange.certificate;
            let Some(location) = exchange.location else {
                return Ok(End::Answered(exchange.answer));
            };
            let next = match location.and_then(|location| at.join(&location).ok()) {
                Some(next) if next.has_host() => next,
                _ => return Ok(End::Redirected(Redirect::Nowhere)),
            };
            if next.scheme() != page.scheme() {
                return Ok(End::Redirected(Redirect::OtherScheme(shown(&next))));
            }
            if next.origin() != page.origin() {
                return Ok(End::Redirected(Redirect::OffOrigin(shown(&next))));
            }
            if seen.redirects.len() == REDIRECTS_MAX {
                return Ok(End::Redirected(Redirect::TooMany));
            }
            seen.redirects.push(shown(&next));
            at = next;
            (stream, _) = connect(&[socket]).await?;
        }
    }
}

impl Default for WebProber {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Prober for WebProber {
    async fn observe(&self, url: &str, chat: &Origin) -> Observation {
        let mut seen = Observation {
            url: url.to_owned(),
            address: None,
            chat_address: None,
            redirects: Vec::new(),
            certificate: None,
            end: End::Failed(Failure::BadUrl),
        };
        let page = Url::parse(url).ok();
        let Some(page) = page.filter(|page| matches!(page.scheme(), "http" | "https")) else {
            return seen;
        };
        if let Ok(chat) = Url::parse(chat.as_str()) {
            let resolved = timeout(CHAT_NAME_MAX, resolve(&chat)).await;
            let addresses = resolved.ok().and_then(Result::ok).unwrap_or_default();
            seen.chat_address = addresses.first().copied();
        }
        seen.end = match timeout(self.time_max, self.look(&page, &mut seen)).await {
            Ok(Ok(end)) => end,
            Ok(Err(failure)) => End::Failed(failure),
            Err(_) => End::Failed(Failure::TimedOut {
                seconds: self.time_max.as_secs(),
            }),
        };
        seen
    }
}

/// The addresses of a host.
async fn resolve(url: &Url) -> Result<Vec<IpAddr>, Failure> {
    let name = match url.host().ok_or(Failure::BadUrl)? {
        Host::Ipv4(address) => return Ok(vec![IpAddr::V4(address)]),
        Host::Ipv6(address) => return Ok(vec![IpAddr::V6(address)]),
        Host::Domain(name) => name,
    };
    let port = url.port_or_known_default().unwrap_or_default();
    let found = lookup_host((name, port)).await;
    let found = found.map_err(|_| Failure::NameUnknown)?;
    Ok(found.map(|socket| socket.ip()).collect())
}

/// Of the addresses of a URL's host those that may be connected to.
fn allowed(url: &Url, addresses: &[IpAddr]) -> Result<Vec<SocketAddr>, Failure> {
    let host = url.host().ok_or(Failure::BadUrl)?;
    let port = url.port_or_known_default().unwrap_or_default();
    let allowed: Vec<_> = (addresses.iter())
        .filter(|address| may_reach(&host, **address))
        .map(|address| SocketAddr::new(*address, port))
        .collect();
    if allowed.is_empty() {
        return Err(Failure::AddressForbidden);
    }
    Ok(allowed)
}

/// The authorities that the system knows.
fn known_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Connects to the first address that answers, as browsers do.
async fn connect(sockets: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut failure = Failure::NameUnknown;
    for socket in sockets {
        match timeout(CONNECT_MAX, TcpStream::connect(socket)).await {
            Ok(Ok(stream)) => return Ok((stream, *socket)),
            Ok(Err(cause)) => failure = Failure::Unreachable(brief(&cause.kind())),
            Err(_) => failure = Failure::Unreachable("no answer".to_owned()),
        }
    }
    Err(failure)
}

/// An address to be shown to administrators: bounded, and without what was asked for, where secrets of a sign-in can be.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_username("").ok();
    url.set_password(None).ok();
    url.to_string().chars().take(512).collect()
}
