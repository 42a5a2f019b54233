//! The prober against real servers of broken pages, and what is said of each.

#![expect(clippy::unwrap_used, reason = "a test that is surprised fails")]

mod broken;
mod page;
mod reach;
mod webhook;

use std::time::Duration;

use perch_domain::addin::Origin;
use perch_domain::{Clock, SystemClock};
use perch_health::{Handshakes, Observation, Prober, Viewpoint, judge};
use perch_health_probe::{TIME_MAX, WebProber};
use rustls::RootCertStore;

/// Where the chat of these tests is.
const CHAT: &str = "http://localhost:8400";

/// A prober that trusts what a page server has its certificates from.
fn prober(roots: RootCertStore) -> WebProber {
    WebProber::trusting(roots, TIME_MAX)
}

fn impatient() -> WebProber {
    WebProber::trusting(RootCertStore::empty(), Duration::from_secs(1))
}

async fn observed(prober: &WebProber, url: &str) -> Observation {
    prober.observe(url, &Origin::parse(CHAT).unwrap()).await
}

/// What is said of an observation, by the codes.
fn said(seen: &Observation) -> Vec<&'static str> {
    said_at(CHAT, seen)
}

fn said_at(chat: &str, seen: &Observation) -> Vec<&'static str> {
    let chat = Origin::parse(chat).unwrap();
    let from = Viewpoint {
        chat: &chat,
        now: SystemClock.now(),
        proxied: false,
    };
    let findings = judge(seen, &from, &Handshakes::default());
    findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}
