//! From what a probe saw to what is to be said.

use std::fmt::Display;
use std::net::IpAddr;

use perch_domain::Timestamp;
use perch_domain::addin::Origin;
use url::{Host, Url};

use crate::finding::{Finding, FindingCode, Severity};
use crate::framing::{Framing, framing};
use crate::network::{Network, is_loopback_name};
use crate::observation::{Answer, End, Failure, Observation, Redirect};

/// Redirects that are followed.
pub const REDIRECTS_MAX: usize = 5;
/// How long before its end a certificate is spoken of.
const CERTIFICATE_DAYS: i64 = 14;
/// An answer that begins later is slow.
const SLOW_MS: u64 = 3_000;

/// From where a page is judged.
#[derive(Clone, Debug)]
pub struct Viewpoint<'a> {
    /// Where browsers reach the chat.
    pub chat: &'a Origin,
    /// Now.
    pub now: Timestamp,
    /// The page is shown through the isolating proxy: its headers do not reach the browser.
    pub proxied: bool,
}

/// How the people fared who opened a page in the last day, each the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handshakes {
    /// With how many it spoke.
    pub ok: u64,
    /// For how many it did not within ten seconds. So does every page that uses no bridge.
    pub silent: u64,
    /// For how many it went to another origin and was stopped.
    pub blocked: u64,
    /// Whether it has spoken at all since it has this address: whether silence is news.
    pub speaks: bool,
}

/// What is found out about a page, the worst first. Nothing: the pane shows it.
#[must_use]
pub fn judge(seen: &Observation, from: &Viewpoint<'_>, said: &Handshakes) -> Vec<Finding> {
    let mut list = Findings::default();
    match (Url::parse(&seen.url), Url::parse(from.chat.as_str())) {
        (Ok(page), Ok(chat)) => Judge {
            seen,
            page,
            chat,
            now: from.now,
            proxied: from.proxied,
        }
        .all(&mut list),
        _ => list.add(FindingCode::BadUrl, &[]),
    }
    clients(said, &mut list);
    let Findings(mut findings) = list;
    // The order of the codes is that of their weight.
    let place = |finding: &Finding| {
        FindingCode::ALL
            .iter()
            .position(|code| *code == finding.code)
    };
    findings.sort_by_key(place);
    findings
}

/// How well a page is: as the worst that was found.
#[must_use]
pub fn severity(findings: &[Finding]) -> Severity {
    let worst = findings.iter().map(|finding| finding.code.severity()).max();
    worst.unwrap_or(Severity::Ok)
}

fn clients(said: &Handshakes, list: &mut Findings) {
    let all = said.ok + said.silent + said.blocked;
    if said.blocked > 0 {
        list.add(
            FindingCode::Blocked,
            &[("blocked", &said.blocked), ("all", &all)],
        );
    }
    // Some readers leave before a page has spoken; silence for every second one is something else. And what cannot be
    // framed is silent, of course.
    let framable = severity(&list.0) != Severity::Fault;
    if framable && said.speaks && said.silent > 0 && said.silent >= said.ok {
        list.add(
            FindingCode::Silent,
            &[("silent", &said.silent), ("all", &all)],
        );
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, code: FindingCode, params: &[(&'static str, &dyn Display)]) {
        self.0.push(Finding::new(code, params));
    }
}

struct Judge<'a> {
    seen: &'a Observation,
    page: Url,
    chat: Url,
    now: Timestamp,
    proxied: bool,
}

impl Judge<'_> {
    fn all(&self, list: &mut Findings) {
        match &self.seen.end {
            End::Failed(failure) => self.failed(failure, list),
            End::Redirected(redirect) => redirected(redirect, list),
            End::Answered(answer) => self.answered(answer, list),
        }
        self.way(list);
    }

    fn host(&self) -> &str {
        self.page.host_str().unwrap_or_default()
    }

    fn failed(&self, failure: &Failure, list: &mut Findings) {
        let host = self.host();
        let host: (&'static str, &dyn Display) = ("host", &host);
        let address = self
            .seen
            .address
            .map(|address| address.to_string())
            .unwrap_or_default();
        match failure {
            Failure::BadUrl => list.add(FindingCode::BadUrl, &[]),
            Failure::NameUnknown => list.add(FindingCode::NameUnknown, &[host]),
            Failure::AddressForbidden => list.add(
                FindingCode::AddressForbidden,
                &[host, ("address", &address)],
            ),
            Failure::Unreachable(cause) => {
                list.add(FindingCode::Unreachable, &[host, ("cause", cause)])
            }
            Failure::TimedOut { seconds } => {
                list.add(FindingCode::TimedOut, &[("seconds", seconds)])
            }
            Failure::TlsExpired(at) => {
                list.add(FindingCode::TlsExpired, &[host, ("date", &date(*at))])
            }
            Failure::TlsNotYetValid(at) => {
                list.add(FindingCode::TlsNotYetValid, &[host, ("date", &date(*at))])
            }
            Failure::TlsWrongName => list.add(FindingCode::TlsWrongName, &[host]),
            Failure::TlsUnknownIssuer => list.add(FindingCode::TlsUnknownIssuer, &[host]),
            Failure::Tls(cause) => list.add(FindingCode::TlsFailed, &[host, ("cause", cause)]),
            Failure::Broken(cause) => {
                list.add(FindingCode::AnswerBroken, &[host, ("cause", cause)])
            }
        }
    }

    fn answered(&self, answer: &Answer, list: &mut Findings) {
        match answer.status {
            401 | 403 | 407 => list.add(FindingCode::SignInAsked, &[("status", &answer.status)]),
            // Without a body there is nothing to show, and the pane keeps what was there.
            204 | 205 | ..200 | 300.. => {
                list.add(FindingCode::HttpStatus, &[("status", &answer.status)])
            }
            _ => {}
        }
        let origin = self.chat.origin().ascii_serialization();
        let origin: (&'static str, &dyn Display) = ("origin", &origin);
        let framing = if self.proxied {
            Framing::Allowed
        } else {
            framing(
                &answer.security_policies,
                &answer.frame_options,
                &self.page,
                &self.chat,
            )
        };
        match framing {
            Framing::Allowed => {}
            Framing::Ancestors(sources)
                if sources.is_empty() || sources.eq_ignore_ascii_case("'none'") =>
            {
                list.add(FindingCode::FrameAncestorsNone, &[origin]);
            }
            Framing::Ancestors(_) => list.add(FindingCode::FrameAncestors, &[origin]),
            Framing::Options(value) => {
                list.add(FindingCode::FrameOptions, &[("value", &value), origin])
            }
        }
        content(answer, list);
        if let Some(call) = &answer.top_navigation {
            list.add(FindingCode::TopNavigation, &[("call", call)]);
        }
        if answer.first_byte_ms > SLOW_MS {
            list.add(FindingCode::Slow, &[("ms", &answer.first_byte_ms)]);
        }
        let withheld = answer.cookies.iter().find(|cookie| !cookie.cross_site);
        let elsewhere = !self.proxied && surely_cross_site(&self.page, &self.chat);
        if let Some(cookie) = withheld.filter(|_| elsewhere) {
            list.add(FindingCode::CookieWithheld, &[("name", &cookie.name)]);
        }
    }

    /// What lies between the browser and the page, whatever the page answered.
    fn way(&self, list: &mut Findings) {
        // The isolating proxy goes the way that the probe went, and the browser goes to the proxy.
        if !self.proxied {
            self.browsers_way(list);
        }
        let host = self.host();
        if let Some(certificate) = self.seen.certificate
            && certificate.ends() < self.now.plus_seconds(CERTIFICATE_DAYS * 24 * 3_600)
        {
            let code = if certificate.ends() < self.now {
                FindingCode::TlsExpired
            } else {
                FindingCode::CertificateEnds
            };
            list.add(
                code,
                &[("host", &host), ("date", &date(Some(certificate.ends_at)))],
            );
        }
    }

    fn browsers_way(&self, list: &mut Findings) {
        let host = self.host();
        let (page_here, chat_here) = (is_local(&self.page), is_local(&self.chat));
        if self.chat.scheme() == "https" && self.page.scheme() == "http" && !page_here {
            list.add(FindingCode::MixedContent, &[]);
        }
        let network = |address: Option<IpAddr>| address.map(Network::of);
        if page_here && !chat_here {
            list.add(FindingCode::ReadersMachine, &[("host", &host)]);
        } else if let (Some(address), Some(Network::Private), Some(Network::Public)) = (
            self.seen.address,
            network(self.seen.address),
            network(self.seen.chat_address),
        ) {
            list.add(FindingCode::LocalNetwork, &[("address", &address)]);
        }
    }
}

fn redirected(redirect: &Redirect, list: &mut Findings) {
    match redirect {
        Redirect::OffOrigin(url) => {
            let origin = Url::parse(url)
                .map_or_else(|_| url.clone(), |url| url.origin().ascii_serialization());
            list.add(FindingCode::RedirectOffOrigin, &[("origin", &origin)]);
        }
        Redirect::OtherScheme(url) => list.add(FindingCode::RedirectOtherScheme, &[("url", url)]),
        Redirect::TooMany => list.add(FindingCode::RedirectTooMany, &[("max", &REDIRECTS_MAX)]),
        Redirect::Nowhere => list.add(FindingCode::RedirectNowhere, &[]),
    }
}

fn content(answer: &Answer, list: &mut Findings) {
    let first = |header: &Option<String>| {
        let value = header.as_deref().unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    };
    if !(200..300).contains(&answer.status) {
        return;
    }
    let disposition = first(&answer.disposition);
    if !matches!(disposition.as_str(), "" | "inline") {
        list.add(
            FindingCode::Download,
            &[("cause", &format!("Content-Disposition: {disposition}"))],
        );
        return;
    }
    let kind = first(&answer.content_type);
    let (family, form) = kind.split_once('/').unwrap_or_default();
    let shown = kind.is_empty()
        || matches!(family, "text" | "image" | "audio" | "video")
        || matches!(form, "xhtml+xml" | "xml" | "json" | "javascript")
        || form.ends_with("+xml")
        || form.ends_with("+json");
    if shown {
        return;
    }
    // Browsers have a viewer for it, but not in a sandboxed frame.
    if kind == "application/pdf" {
        list.add(FindingCode::NotAPage, &[("type", &kind)]);
    } else {
        list.add(
            FindingCode::Download,
            &[("cause", &format!("Content-Type: {kind}"))],
        );
    }
}

/// Whether two pages are of different sites whatever the list of public suffixes says: their last two labels differ.
fn surely_cross_site(page: &Url, chat: &Url) -> bool {
    match (page.host(), chat.host()) {
        (Some(Host::Domain(page)), Some(Host::Domain(chat))) => {
            let tail = |name: &str| {
                let labels: Vec<_> = name.trim_end_matches('.').rsplit('.').take(2).collect();
                labels.join(".")
            };
            tail(page) != tail(chat)
        }
        (page, chat) => page != chat,
    }
}

fn is_local(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => is_loopback_name(&Host::Domain(name)),
        Host::Ipv4(address) => is_loopback_name(&Host::Ipv4(address)),
        Host::Ipv6(address) => is_loopback_name(&Host::Ipv6(address)),
    })
}

/// A day, as everybody writes it.
fn date(micros: Option<i64>) -> String {
    let text = Timestamp::from_micros(micros.unwrap_or_default()).to_string();
    match micros {
        Some(_) => text.chars().take_while(|c| *c != 'T').collect(),
        None => "?".to_owned(),
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
