//! The audit log: who changed what, in the same transaction as the change. Appended to, never edited.

use crate::id::PrincipalId;
use crate::time::Timestamp;

/// One administrative act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who; nobody for the program itself (`perch init`).
    pub actor: Option<PrincipalId>,
    /// What, as noun and verb: `addin.create`.
    pub action: &'static str,
    /// To what: `pool.fqdn\name`, or an address.
    pub target: String,
    /// How it was, as JSON.
    pub before: Option<String>,
    /// How it is, as JSON.
    pub after: Option<String>,
}
