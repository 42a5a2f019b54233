//! What the receivers of webhooks were told: counted, and written to the audit log in sums, as [what pages read](crate::pane_use) is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use perch_domain::RoomId;
use perch_domain::audit::AuditRecord;
use perch_wire::webhook as wire;
use serde::Serialize;
use uuid::Uuid;

use crate::App;

/// Webhooks and rooms that are counted at once.
const USES_MAX: usize = 100_000;

/// What is written: what one webhook was told of one room.
#[derive(Clone, Debug, Serialize)]
struct Sums {
    addin: Uuid,
    /// The first place in the room's log that it was told of.
    first: u64,
    /// The last.
    last: u64,
    /// Messages that it was sent with their text, and answered for; as often as it was sent them.
    messages: u64,
    /// Contexts that it was sent.
    contexts: u64,
    /// Of what it was sent, what it refused.
    refused: u64,
}

/// What was told since the last time, by add-in and room.
#[derive(Debug, Default)]
pub(crate) struct WebhookUses(Mutex<HashMap<(Uuid, Uuid), Sums>>);

impl WebhookUses {
    fn held(&self) -> MutexGuard<'_, HashMap<(Uuid, Uuid), Sums>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a receiver has an event, whatever it answered.
    pub(crate) fn note(&self, event: &wire::EventData, taken: bool) {
        let mut held = self.held();
        let key = (event.addin, event.room);
        if held.len() >= USES_MAX && !held.contains_key(&key) {
            return;
        }
        let sums = held.entry(key).or_insert_with(|| Sums {
            addin: event.addin,
            first: event.seq,
            last: event.seq,
            messages: 0,
            contexts: 0,
            refused: 0,
        });
        sums.first = sums.first.min(event.seq);
        sums.last = sums.last.max(event.seq);
        sums.messages += u64::from(event.message.is_some());
        sums.contexts += event.contexts.as_ref().map_or(0, Vec::len) as u64;
        sums.refused += u64::from(!taken);
    }
}

impl App {
    /// What webhooks were told since the last time, each with its pool.
    pub(crate) fn take_webhook_uses(&self) -> Vec<(String, AuditRecord)> {
        let uses = std::mem::take(&mut *self.webhook_uses.held());
        let record = |((_, room), sums): ((Uuid, Uuid), Sums)| {
            // A room that is gone took its record with it.
            let view = self.room_view(RoomId(room)).ok()?;
            let record = AuditRecord {
                at: self.now(),
                actor: None,
                action: "webhook.use",
                target: format!("{}\\{}", view.room.pool, view.room.name),
                before: None,
                after: serde_json::to_string(&sums).ok(),
            };
            Some((view.room.pool.to_string(), record))
        };
        uses.into_iter().filter_map(record).collect()
    }
}
