//! Health of add-ins: whether browsers will show a page in the pane of this chat, and which header to change when not.
//!
//! A [`Prober`] looks at the page and says what it saw ([`Observation`]); [`judge`] makes [`Finding`]s of that, from the place
//! of the browser that would frame it. A [`Poster`] tells an add-in's own server of events, and [`NotTaken`] is what comes of its
//! answer. Nothing here does I/O: the prober and the poster of the program are in `perch-health-probe`.
//!
//! Invariant: what browsers decide is decided as they do. Where their rules and the sense of a header differ, the rules win.

mod finding;
mod framing;
mod judge;
mod network;
mod observation;
mod webhook;

use async_trait::async_trait;
use perch_domain::addin::Origin;

pub use finding::{Finding, FindingCode, Severity};
pub use judge::{Handshakes, REDIRECTS_MAX, Viewpoint, judge, severity};
pub use network::{Network, is_loopback_name, may_reach};
pub use observation::{Answer, Certificate, Cookie, End, Failure, Observation, Redirect};
pub use webhook::{NotTaken, Poster, Request};

/// Looks at an add-in's page as a browser would load it into the pane.
#[async_trait]
pub trait Prober: Send + Sync {
    /// Looks at the page of an address, for a chat at an origin. Takes a bounded time and reads a bounded number of bytes.
    async fn observe(&self, url: &str, chat: &Origin) -> Observation;
}
