//! Health of add-ins, as it is kept: what was seen of a page, and who is looking.

use perch_domain::{AddinId, Timestamp};

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
