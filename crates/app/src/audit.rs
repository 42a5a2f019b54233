//! Audit records.

use perch_domain::audit::AuditRecord;
use serde::Serialize;

use crate::{Actor, App};

impl App {
    /// The record of an act. `before` and `after` are what the API would show; secrets are never among them.
    pub(crate) fn audit_record<T: Serialize>(
        &self,
        actor: Option<&Actor>,
        action: &'static str,
        target: String,
        before: Option<&T>,
        after: Option<&T>,
    ) -> AuditRecord {
        let json = |value: &T| serde_json::to_string(value).unwrap_or_default();
        AuditRecord {
            at: self.now(),
            actor: actor.map(Actor::id),
            action,
            target,
            before: before.map(json),
            after: after.map(json),
        }
    }
}
