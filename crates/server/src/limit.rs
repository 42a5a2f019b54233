//! How fast one person, or one address where nobody is signed in, may ask the API; and which address that is.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use perch_app::Actor;
use perch_domain::{Code, PrincipalId, Refusal};

use crate::problem::Refused;
use crate::{ServerState, auth};

/// How requests are taken.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Requests to the API a second, over time, of one person or of one address where nobody is signed in.
    pub requests_per_second: NonZeroU32,
    /// Requests at once.
    pub requests_burst: NonZeroU32,
    /// How long a client may take for the head of a request, the wait for it included.
    pub head: Duration,
    /// How long a client may take for the body of a request.
    pub body: Duration,
    /// Proxies whose word is taken for whom they speak for (`X-Forwarded-For`).
    pub proxies: Vec<IpNet>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        const PER_SECOND: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
        const BURST: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");
        Self {
            requests_per_second: PER_SECOND,
            requests_burst: BURST,
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            proxies: Vec::new(),
        }
    }
}

/// Requests a second, over time, for the pages of add-ins that one person looks at. They have a budget of their own, so that a
/// page that asks too much does not slow its person down.
const PAGE_REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
/// Such requests at once.
const PAGE_REQUESTS_BURST: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Caller {
    Person(PrincipalId),
    Address(IpAddr),
}

/// Counts requests to the API.
pub(crate) struct RequestRate {
    requests: DefaultKeyedRateLimiter<Caller>,
    /// Those for the pages of add-ins.
    pages: DefaultKeyedRateLimiter<Caller>,
}

impl RequestRate {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        let quota =
            Quota::per_second(settings.requests_per_second).allow_burst(settings.requests_burst);
        let pages = Quota::per_second(PAGE_REQUESTS_PER_SECOND).allow_burst(PAGE_REQUESTS_BURST);
        Self {
            requests: RateLimiter::keyed(quota),
            pages: RateLimiter::keyed(pages),
        }
    }

    fn check(&self, caller: &Caller, for_page: bool) -> Result<(), Refusal> {
        // There is no end of addresses; whoever has recovered is forgotten.
        const CALLERS_MAX: usize = 100_000;
        let (rate, limit) = if for_page {
            (&self.pages, "pages")
        } else {
            (&self.requests, "requests")
        };
        if rate.len() > CALLERS_MAX {
            rate.retain_recent();
        }
        rate.check_key(caller).map_err(|_| {
            metrics::counter!("perch_rejected_total", "limit" => limit).increment(1);
            let detail = "Too many requests at once. Wait a second, then send fewer.";
            Refusal::new(Code::TooManyRequests, detail)
        })
    }
}

/// Who a request's secret says it is from, found out once: a refusal when there is a secret and it is nobody's.
#[derive(Clone)]
pub(crate) struct Authenticated(pub(crate) Result<Actor, Refusal>);

/// Refuses requests to the API that come too fast.
pub(crate) async fn limit(
    State(state): State<ServerState>,
    mut request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let found = match auth::secret(&state.app, request.headers()) {
        Some(secret) => Some(state.app.authenticate(secret).await),
        None => None,
    };
    let caller = match &found {
        Some(Ok(actor)) => Some(Caller::Person(actor.id())),
        _ => client_address(request.extensions(), request.headers(), &state.http.proxies)
            .map(|address| Caller::Address(subscriber(address))),
    };
    let pane = request.headers().get(auth::PANE).cloned();
    let fast = caller.map(|caller| state.rate.check(&caller, pane.is_some()));
    let response = if let Some(Err(refusal)) = fast {
        Refused(refusal).into_response()
    } else {
        if let Some(found) = &found {
            let found = Authenticated(found.clone());
            request.extensions_mut().insert(found);
        }
        next.run(request).await
    };
    if let (Some(pane), Some(Ok(actor))) = (pane, found)
        && let Some(code) = response.extensions().get::<Code>()
    {
        let pane = pane.to_str().unwrap_or_default();
        state.app.note_refused(&actor, pane, *code);
    }
    response
}

/// Counts a request of a page that a person looks at.
pub(crate) fn check_page(state: &ServerState, person: PrincipalId) -> Result<(), Refusal> {
    state.rate.check(&Caller::Person(person), true)
}

/// Counts a request of a page for which nobody is known.
pub(crate) fn check_stranger(state: &ServerState, request: &Request) -> Result<(), Refusal> {
    client_address(request.extensions(), request.headers(), &state.http.proxies).map_or(
        Ok(()),
        |address| {
            state
                .rate
                .check(&Caller::Address(subscriber(address)), false)
        },
    )
}

/// The address that a request comes from: the peer's, or whom a proxy that we trust speaks for. Each proxy adds to the end of
/// the header, and anybody can write its beginning: it is read from its end, up to the first who is no proxy of ours.
pub(crate) fn client_address(
    extensions: &Extensions,
    headers: &HeaderMap,
    proxies: &[IpNet],
) -> Option<IpAddr> {
    let trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(&address));
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let mut address = peer.ip().to_canonical();
    let said: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for said in said.into_iter().rev() {
        if !trusted(address) {
            break;
        }
        let Ok(before) = said.trim().parse::<IpAddr>() else {
            break;
        };
        address = before.to_canonical();
    }
    Some(address)
}

/// Who holds an address: in IPv6 a subscriber has 2^64 of them.
fn subscriber(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = !(u64::MAX as u128);
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        client_address(&extensions, &headers, &proxies)
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_proxy_that_is_trusted_says_for_whom_it_speaks_and_nobody_else_does() {
        let ours = ["10.0.0.0/8", "::1/128"];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
            (
                "10.0.0.1",
                &["198.51.100.7", "203.0.113.9, 10.0.0.2"],
                "203.0.113.9",
            ),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("10.0.0.1", &["what is no address"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            assert_eq!(
                seen(peer, forwarded, &ours),
                expected,
                "{peer} {forwarded:?}"
            );
        }
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &[]), "10.0.0.1");
    }

    #[test]
    fn the_addresses_of_one_network_count_as_one() {
        let [one, other, else_where] = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"]
            .map(|address| subscriber(address.parse().unwrap()));
        assert_eq!(one, other);
        assert_ne!(one, else_where);
    }
}
