//! Health of add-ins, as it is kept: what was seen of a page, who is looking, and how people fared with it.

use perch_domain::addin_health::Handshake;
use perch_domain::{AddinId, PrincipalId, Timestamp};

/// What was seen of an add-in's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPage {
    /// When.
    pub at: Timestamp,
    /// The add-in's address then.
    pub url: String,
    /// What was seen, as JSON.
    pub observation: String,
}

/// What is kept of an add-in's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddinHealth {
    /// Whose.
    pub addin: AddinId,
    /// When the page is to be looked at again.
    pub due_at: Timestamp,
    /// What was seen last.
    pub seen: Option<SeenPage>,
}

/// A claim to look at a page: nobody else does before it ends, on whichever node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckClaim {
    /// Whose page.
    pub addin: AddinId,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends.
    pub held_until: Timestamp,
    /// When the page is to be looked at again.
    pub due_at: Timestamp,
    /// Whether it is given only when the page is due.
    pub when_due: bool,
}

/// How a person fared with an add-in's page the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeReport {
    /// Whose page.
    pub addin: AddinId,
    /// Who opened it.
    pub person: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub handshake: Handshake,
    /// Whether it has spoken with them, then or before.
    pub spoke: bool,
}

/// How many people fared how with an add-in's page the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeCount {
    /// Whose page.
    pub addin: AddinId,
    /// With how many it spoke, since the time that is asked about.
    pub ok: u64,
    /// For how many it was silent.
    pub silent: u64,
    /// For how many it went elsewhere and was stopped.
    pub blocked: u64,
    /// Whether it has spoken with anybody, as far back as is kept.
    pub speaks: bool,
}
