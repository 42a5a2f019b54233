//! What a probe saw of a page. It is kept and judged again whenever somebody asks: days pass, and the chat may move.

use std::net::IpAddr;

use perch_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// What a probe saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The address that was asked for, its variables filled in.
    pub url: String,
    /// The address that the page's host had, and was connected to.
    pub address: Option<IpAddr>,
    /// An address of the chat's host, as seen from here.
    pub chat_address: Option<IpAddr>,
    /// Where the page's own origin sent the browser on to, in order.
    pub redirects: Vec<String>,
    /// The certificate, with https.
    pub certificate: Option<Certificate>,
    /// How it ended.
    pub end: End,
}

/// A certificate that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// When it, or one of those that signed it, ends: microseconds since the epoch.
    pub ends_at: i64,
}

impl Certificate {
    /// When it ends.
    #[must_use]
    pub const fn ends(self) -> Timestamp {
        Timestamp::from_micros(self.ends_at)
    }
}

/// How a probe ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The page answered.
    Answered(Answer),
    /// The page sent the browser somewhere that was not followed.
    Redirected(Redirect),
    /// There was no answer.
    Failed(Failure),
}

/// An answer that is no redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Milliseconds from the request to the head of the answer.
    pub first_byte_ms: u64,
    /// Bytes of its body that were read.
    pub bytes: u64,
    /// Whether there were more.
    pub cut: bool,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Disposition`.
    pub disposition: Option<String>,
    /// Every `X-Frame-Options`.
    pub frame_options: Vec<String>,
    /// Every `Content-Security-Policy`.
    pub security_policies: Vec<String>,
    /// `Cross-Origin-Resource-Policy`.
    pub resource_policy: Option<String>,
    /// `Cross-Origin-Embedder-Policy`.
    pub embedder_policy: Option<String>,
    /// How its own scripts would move the whole window, if they would: `top.location`.
    #[serde(default)]
    pub top_navigation: Option<String>,
    /// What `Set-Cookie` says, without the values.
    pub cookies: Vec<Cookie>,
}

/// A cookie that a page sets, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Whether browsers send it from within the frame of another site: `SameSite=None` with `Secure`.
    pub cross_site: bool,
}

impl Cookie {
    /// Reads a `Set-Cookie`; its value is left behind.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, _) = parts.next()?.split_once('=')?;
        let mut has = (false, false);
        for part in parts {
            match part.split_once('=') {
                Some((key, value)) if key.trim().eq_ignore_ascii_case("SameSite") => {
                    has.0 = value.trim().eq_ignore_ascii_case("None");
                }
                None if part.eq_ignore_ascii_case("Secure") => has.1 = true,
                _ => {}
            }
        }
        Some(Self {
            name: name.trim().chars().take(64).collect(),
            cross_site: has == (true, true),
        })
    }
}

/// A redirect that was not followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// To another origin of the same scheme.
    OffOrigin(String),
    /// To another scheme.
    OtherScheme(String),
    /// One more than is followed.
    TooMany,
    /// Without an address that could be followed.
    Nowhere,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The address cannot be read.
    BadUrl,
    /// The host has no address.
    NameUnknown,
    /// The host has only addresses that are never connected to.
    AddressForbidden,
    /// Nobody answers there.
    Unreachable(String),
    /// It took too long.
    TimedOut {
        /// What was waited, in seconds.
        seconds: u64,
    },
    /// The certificate has ended: microseconds since the epoch.
    TlsExpired(Option<i64>),
    /// The certificate begins later: microseconds since the epoch.
    TlsNotYetValid(Option<i64>),
    /// The certificate is for other names.
    TlsWrongName,
    /// Nobody who is known vouches for the certificate.
    TlsUnknownIssuer,
    /// Another fault of the encryption.
    Tls(String),
    /// What came was no HTTP, or broke off.
    Broken(String),
}
