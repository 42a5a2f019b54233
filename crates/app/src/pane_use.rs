//! What the pages of panes read and what they were refused: counted, logged, and written to the audit log in sums.
//!
//! A page may ask a hundred times a second, so no call of its own has a line or a record. Sums are in memory until they are
//! written: a node that is killed loses those of the last minutes, never more.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use perch_domain::audit::AuditRecord;
use perch_domain::{Class, Code, PrincipalId, Refusal, RoomId};
use perch_wire::pane as wire;
use serde::Serialize;
use uuid::Uuid;

use crate::pane::Pane;
use crate::store_error::refused;
use crate::{Actor, App};

/// How often what was refused is logged: one line for each pane that was refused something.
const LOG_EVERY: Duration = Duration::from_secs(5);
/// After how many of these the sums are written to the audit log.
const AUDIT_EVERY: u32 = 60;
/// Codes in one report.
const REFUSED_MAX: usize = 16;
/// Panes that are counted at once; those of 80,000 people fit.
const PANES_MAX: usize = 100_000;

/// Something that a page reads from the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Read {
    /// Earlier messages.
    History,
    /// People in the room.
    Participants,
    /// Stored values.
    Storage,
}

/// What one pane's page did since it was last written down.
#[derive(Debug)]
struct PaneUse {
    pane: Pane,
    person: PrincipalId,
    sums: Sums,
    /// Not logged yet, by who refused it and the code.
    unlogged: BTreeMap<(&'static str, &'static str), u64>,
}

/// What is written: numbers of records, not of calls.
#[derive(Clone, Debug, Default, Serialize)]
struct Sums {
    addin: Uuid,
    pane: Uuid,
    /// Earlier messages that the page was given.
    history: u64,
    /// People it was given.
    participants: u64,
    /// Stored values it was given.
    storage: u64,
    /// New messages it was told of.
    messages: u64,
    /// Contexts it was told of.
    contexts: u64,
    /// Calls that were refused, by code.
    refused: BTreeMap<&'static str, u64>,
}

/// The panes that did something since the last time.
#[derive(Debug, Default)]
pub(crate) struct PaneUses(Mutex<HashMap<Uuid, PaneUse>>);

impl PaneUses {
    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, PaneUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, actor: &Actor, note: impl FnOnce(&mut PaneUse)) {
        let Some(pane) = actor.pane() else { return };
        let mut held = self.held();
        if held.len() >= PANES_MAX && !held.contains_key(&pane.sid) {
            return;
        }
        note(held.entry(pane.sid).or_insert_with(|| PaneUse {
            pane: pane.clone(),
            person: actor.id(),
            sums: Sums {
                addin: pane.addin().0,
                pane: pane.sid,
                ..Sums::default()
            },
            unlogged: BTreeMap::new(),
        }));
    }
}

impl PaneUse {
    fn refused(&mut self, by: &'static str, code: &'static str, count: u64) {
        *self.sums.refused.entry(code).or_default() += count;
        *self.unlogged.entry((by, code)).or_default() += count;
    }
}

fn count_refusals(by: &'static str, code: &'static str, count: u64) {
    metrics::counter!("perch_addin_refusals_total", "by" => by, "code" => code).increment(count);
}

impl App {
    /// Takes what the client around a page told it, and refused it without asking the server.
    ///
    /// # Errors
    /// `PaneEnded`, `LimitExceeded`.
    pub fn report_pane(
        &self,
        actor: Actor,
        room: RoomId,
        report: &wire::PaneReport,
    ) -> Result<(), Refusal> {
        if report.refused.len() > REFUSED_MAX {
            let detail = format!("Name at most {REFUSED_MAX} codes, each once.");
            return Err(Refusal::new(Code::LimitExceeded, detail).of("refused"));
        }
        let actor = self.for_pane(actor, &report.pane)?;
        self.room_view(room)?.shows_pane_of(&actor)?;
        for refused in &report.refused {
            count_refusals("client", refused.code.as_str(), refused.count.into());
        }
        self.pane_uses.note(&actor, |pane| {
            let wire::Told {
                messages,
                contexts,
                participants,
            } = report.told;
            pane.sums.messages += u64::from(messages);
            pane.sums.contexts += u64::from(contexts);
            pane.sums.participants += u64::from(participants);
            for refused in &report.refused {
                pane.refused("client", refused.code.as_str(), refused.count.into());
            }
        });
        Ok(())
    }

    /// Notes that something was refused to the page of a pane. That something is not there is an answer, not a refusal.
    pub fn note_refused(&self, actor: &Actor, pane: &str, code: Code) {
        if code.class() == Class::Missing {
            return;
        }
        count_refusals("server", code.as_str(), 1);
        // A text that is no pane of this person's belongs to no add-in.
        if let Ok(actor) = self.for_pane(actor.clone(), pane) {
            self.pane_uses
                .note(&actor, |pane| pane.refused("server", code.as_str(), 1));
        }
    }

    /// Notes what the page of a pane was given, if it is one that asks.
    pub(crate) fn note_read(&self, actor: &Actor, what: Read, records: usize) {
        let records = u64::try_from(records).unwrap_or(u64::MAX);
        self.pane_uses.note(actor, |pane| {
            let sum = match what {
                Read::History => &mut pane.sums.history,
                Read::Participants => &mut pane.sums.participants,
                Read::Storage => &mut pane.sums.storage,
            };
            *sum += records;
        });
    }

    /// Logs and writes what panes did and webhooks were told, for as long as there is an app.
    pub(crate) async fn record_addin_use_always(app: Weak<Self>) {
        let mut tick = tokio::time::interval(LOG_EVERY);
        let mut ticks = 0;
        loop {
            tick.tick().await;
            let Some(app) = app.upgrade() else { return };
            app.log_refusals();
            ticks = (ticks + 1) % AUDIT_EVERY;
            if ticks == 0 {
                app.record_addin_use().await;
            }
        }
    }

    fn log_refusals(&self) {
        for pane in self.pane_uses.held().values_mut() {
            let PaneUse {
                pane,
                person,
                unlogged,
                ..
            } = pane;
            if unlogged.is_empty() {
                continue;
            }
            let mut refused = String::new();
            for ((by, code), count) in std::mem::take(unlogged) {
                let space = if refused.is_empty() { "" } else { " " };
                // Writing into a text does not fail.
                write!(refused, "{space}{by}:{code}={count}").ok();
            }
            tracing::warn!(addin = %pane.addin().0, room = %pane.room().0, person = %person.0, pane = %pane.sid, refused, "an add-in's page was refused");
        }
    }

    /// Writes what panes did, and what webhooks were told, since the last time to the audit logs of their pools. What cannot be written
    /// is said in the log.
    pub async fn record_addin_use(&self) {
        self.log_refusals();
        let uses = std::mem::take(&mut *self.pane_uses.held());
        let mut records: BTreeMap<String, Vec<AuditRecord>> = BTreeMap::new();
        for (pool, record) in self.take_webhook_uses() {
            records.entry(pool).or_default().push(record);
        }
        for PaneUse {
            pane, person, sums, ..
        } in uses.into_values()
        {
            // A room that is gone took its record with it.
            let Ok(view) = self.room_view(pane.room()) else {
                continue;
            };
            let record = AuditRecord {
                at: self.now(),
                actor: Some(person),
                action: "pane.use",
                target: format!("{}\\{}", view.room.pool, view.room.name),
                before: None,
                after: serde_json::to_string(&sums).ok(),
            };
            records
                .entry(view.room.pool.to_string())
                .or_default()
                .push(record);
        }
        for (pool, records) in records {
            if let Err(refusal) = self.write_records(&pool, &records).await {
                tracing::warn!(%refusal, records = records.len(), "what add-ins read could not be written to the audit log");
            }
        }
    }

    async fn write_records(&self, pool: &str, records: &[AuditRecord]) -> Result<(), Refusal> {
        let pool = self.pool_state(pool)?;
        let mut write = pool.store().write().await.map_err(refused)?;
        for record in records {
            write.audit(record).await.map_err(refused)?;
        }
        write.commit().await.map_err(refused)?;
        Ok(())
    }
}
