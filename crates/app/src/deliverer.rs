//! The deliverer: tells the receivers of webhooks what is posted, in each room in the order of its log, at least once.
//!
//! Nothing is queued. A webhook has a cursor on each room's log; what stands behind it is read, judged by what the add-in may know
//! at that moment, posted, and the cursor moved. A process that dies in between tells the same again. Of several nodes one
//! tells, by a lease in the pool's store; should two tell after all, a cursor moves on only from where it was.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use perch_domain::addin::Addin;
use perch_domain::grant::Capability;
use perch_domain::message::Message;
use perch_domain::pool::PoolFqdn;
use perch_domain::webhook::{
    ATTEMPTS_MAX, DeadLetter, Webhook, WebhookCursor, WebhookState, pause_seconds,
};
use perch_domain::{AddinId, Refusal, Seq, Timestamp};
use perch_health::{NotTaken, Request};
use perch_store::Page;
use perch_wire::webhook as wire;
use ring::hmac;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::App;
use crate::catalogue::{PoolState, RoomView};
use crate::store_error::refused;

/// How often it is asked what is due, should nobody say so: posts at other nodes, and pauses that have ended.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Messages of one room that are told before its cursor is moved.
const TURN_MESSAGES: u32 = 32;
/// How long one room may take before another has its turn.
const TURN_TIME: Duration = Duration::from_secs(5);
/// Webhooks of a pool that are told at the same time.
const AT_ONCE_MAX: usize = 32;
/// Rooms of one webhook that are told at the same time: one after the other, a receiver that is far away would get few.
const ROOMS_AT_ONCE: usize = 8;
/// How long one node is the one that tells.
const LEASE_SECONDS: i64 = 20;
/// The task of the lease.
const TASK: &str = "webhooks";

/// The deliverer's memory of one pool.
#[derive(Default)]
struct Telling {
    /// Webhooks that are being told: gone when that has ended, however it did.
    busy: HashMap<AddinId, Weak<()>>,
    /// Until when this node holds the lease.
    leased_until: Timestamp,
}

/// What became of a room's turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The next room may follow.
    Over,
    /// The receiver is away: no other room need be tried.
    Away,
}

impl App {
    /// Tells the receivers of webhooks, for as long as there is an app.
    pub(crate) async fn tell_webhooks_always(app: Weak<Self>, asked: Arc<Notify>) {
        let mut pools = HashMap::<PoolFqdn, Telling>::new();
        loop {
            // Either is as good a reason.
            tokio::time::timeout(LOOK_AGAIN, asked.notified())
                .await
                .ok();
            let Some(app) = app.upgrade() else { return };
            for pool in app.all_pools() {
                let telling = pools.entry(pool.fqdn().clone()).or_default();
                if let Err(refusal) = app.tell_due(&pool, telling, &asked).await {
                    tracing::warn!(%refusal, "webhooks could not be told; trying again");
                }
            }
        }
    }

    /// Begins to tell every webhook of a pool that is due and is not being told already.
    async fn tell_due(
        self: &Arc<Self>,
        pool: &Arc<PoolState>,
        telling: &mut Telling,
        asked: &Arc<Notify>,
    ) -> Result<(), Refusal> {
        telling.busy.retain(|_, busy| busy.strong_count() > 0);
        let any = pool
            .catalogue()
            .addins
            .values()
            .any(|addin| addin.webhook.is_some());
        if !any {
            return Ok(());
        }
        let due = pool
            .store()
            .due_webhooks(self.now())
            .await
            .map_err(refused)?;
        if due.is_empty() || !self.leads(pool, telling).await? {
            return Ok(());
        }
        let mut rooms = HashMap::<AddinId, Vec<WebhookCursor>>::new();
        for cursor in due {
            rooms.entry(cursor.addin).or_default().push(cursor);
        }
        for (addin, cursors) in rooms {
            if telling.busy.contains_key(&addin) || telling.busy.len() >= AT_ONCE_MAX {
                continue;
            }
            let busy = Arc::new(());
            telling.busy.insert(addin, Arc::downgrade(&busy));
            let (app, pool, asked) = (Arc::clone(self), Arc::clone(pool), Arc::clone(asked));
            tokio::spawn(async move {
                app.tell_rooms(&pool, cursors).await;
                drop(busy);
                // There may be more already.
                asked.notify_one();
            });
        }
        Ok(())
    }

    /// Whether this node is the one that tells. The only one is, without asking.
    async fn leads(&self, pool: &PoolState, telling: &mut Telling) -> Result<bool, Refusal> {
        let now = self.now();
        if self.cluster.is_none() || now.plus_seconds(LEASE_SECONDS / 2) < telling.leased_until {
            return Ok(true);
        }
        let until = now.plus_seconds(LEASE_SECONDS);
        let holder = self.settings().node_name.as_str();
        let lease = pool.store().lease(TASK, holder, now, until).await;
        let leads = lease.map_err(refused)?;
        if leads {
            telling.leased_until = until;
        }
        Ok(leads)
    }

    /// Tells a webhook of some rooms, a few at a time. Once its receiver is away, no other is begun.
    async fn tell_rooms(self: &Arc<Self>, pool: &Arc<PoolState>, cursors: Vec<WebhookCursor>) {
        let mut waiting = cursors.into_iter();
        let mut telling = JoinSet::new();
        loop {
            for cursor in waiting.by_ref().take(ROOMS_AT_ONCE - telling.len()) {
                let (app, pool) = (Arc::clone(self), Arc::clone(pool));
                telling.spawn(async move { app.tell_room(&pool, cursor).await });
            }
            match telling.join_next().await {
                None => return,
                Some(Ok(Ok(Turn::Over))) => {}
                Some(Ok(Ok(Turn::Away))) => waiting = Vec::new().into_iter(),
                Some(Ok(Err(refusal))) => {
                    tracing::warn!(%refusal, "a webhook could not be told; trying again");
                    waiting = Vec::new().into_iter();
                }
                Some(Err(cause)) => tracing::error!(%cause, "telling a webhook ended badly"),
            }
        }
    }

    /// Tells a webhook of a room's next messages, and moves its cursor.
    async fn tell_room(&self, pool: &PoolState, from: WebhookCursor) -> Result<Turn, Refusal> {
        let store = pool.store();
        let Some(mut state) = store.webhook_state(from.addin).await.map_err(refused)? else {
            return Ok(Turn::Over);
        };
        let page = Page::After(from.seq);
        let messages = store.messages(from.room, page, TURN_MESSAGES).await;
        let messages = messages.map_err(refused)?;
        let (begun, before) = (Instant::now(), state.clone());
        let (mut to, mut letter, mut turn) = (from, None, Turn::Over);
        if messages.is_empty() {
            // A room without history has forgotten them already.
            to.seq = self.room_view(from.room)?.log.head().max(from.seq);
        }
        for message in messages {
            // Asked for each, so that what is withdrawn or disabled stops at once.
            let view = self.room_view(from.room)?;
            let Some((addin, webhook)) = hooked(&view).filter(|(addin, _)| addin.id == from.addin)
            else {
                break;
            };
            let Some(event) = self.event(&view, addin, &message, to.since) else {
                to.seq = message.seq;
                if !knows_of_messages(&view) {
                    to.since = to.since.max(message.seq);
                }
                continue;
            };
            let told = self.deliver(webhook, &message, &event).await;
            let now = self.now();
            match told {
                Ok(()) => {
                    (to.seq, to.attempts) = (message.seq, 0);
                    took(&mut state, now);
                }
                Err(not_taken) => {
                    state.failed = Some((now, json(&not_taken)));
                    if not_taken.away() {
                        state.attempts = state.attempts.saturating_add(1);
                        state.due_at = now.plus_seconds(pause_seconds(state.attempts));
                        turn = Turn::Away;
                        break;
                    }
                    state.attempts = 0;
                    to.attempts += 1;
                    to.due_at = now.plus_seconds(pause_seconds(to.attempts));
                    if to.attempts >= ATTEMPTS_MAX {
                        count("given_up");
                        letter = Some(given_up(&to, &message, now, &not_taken));
                        (to.seq, to.attempts, to.due_at) = (message.seq, 0, now);
                    }
                    break;
                }
            }
            if begun.elapsed() > TURN_TIME {
                break;
            }
        }
        if to == from && state == before {
            return Ok(turn);
        }
        let mut write = store.write().await.map_err(refused)?;
        let moved = write.move_webhook_cursor(from.seq, &to).await;
        // Otherwise it is to be told again, or not at all any more.
        if moved.map_err(refused)?
            && let Some(letter) = &letter
        {
            write.put_dead_letter(letter).await.map_err(refused)?;
        }
        if state != before {
            write.put_webhook_state(&state).await.map_err(refused)?;
        }
        write.commit().await.map_err(refused)?;
        Ok(turn)
    }

    /// What an add-in is told of a message, by what it may know in the room now; `None`: nothing.
    pub(crate) fn event(
        &self,
        view: &RoomView,
        addin: &Addin,
        message: &Message,
        since: Seq,
    ) -> Option<wire::Event> {
        let granted = view.granted();
        if message.seq <= since && !granted.has(Capability::MessagesHistory) {
            return None;
        }
        let shown = self.with_author(message);
        let contexts = granted.has(Capability::Contexts).then_some(shown.contexts);
        let text = granted
            .has(Capability::MessagesLive)
            .then_some(wire::EventMessage {
                author: shown.author,
                text: shown.text,
                alert: shown.alert,
                title: shown.title,
                via: shown.via,
                card: shown.card,
                updates: shown.updates,
            });
        if text.is_none() && contexts.as_ref().is_none_or(Vec::is_empty) {
            return None;
        }
        Some(wire::Event {
            kind: "message.posted".to_owned(),
            timestamp: shown.at,
            data: wire::EventData {
                pool: view.room.pool.to_string(),
                addin: addin.id.0,
                room: shown.room,
                room_name: (granted.has(Capability::RoomInfo)).then(|| view.room.name.to_string()),
                seq: shown.seq,
                contexts,
                message: text,
            },
        })
    }

    /// Posts an event once.
    pub(crate) async fn deliver(
        &self,
        webhook: &Webhook,
        message: &Message,
        event: &wire::Event,
    ) -> Result<(), NotTaken> {
        // The same whenever it is told, so that a receiver knows it again.
        let id = format!("msg_{}_{}", message.room.0.simple(), message.seq.0);
        let now = self.now();
        let body = json(event);
        let request = Request {
            headers: vec![
                ("webhook-id", id.clone()),
                ("webhook-timestamp", now.as_seconds().to_string()),
                ("webhook-signature", signatures(webhook, &id, now, &body)),
            ],
            body,
        };
        let told = NotTaken::judge(self.poster.post(webhook.url.as_str(), request).await);
        // Who answers may have read it.
        if !matches!(told, Err(NotTaken::Failed(_))) {
            self.webhook_uses.note(&event.data, told.is_ok());
        }
        count(match &told {
            Ok(()) => "taken",
            Err(not_taken) if not_taken.away() => "away",
            Err(_) => "refused",
        });
        told
    }
}

/// The add-in of a room, with its webhook.
pub(crate) fn hooked(view: &RoomView) -> Option<(&Arc<Addin>, &Webhook)> {
    let addin = view.addin.as_ref()?;
    Some((addin, addin.webhook.as_ref()?))
}

/// Whether the room's add-in may know anything of what is posted.
fn knows_of_messages(view: &RoomView) -> bool {
    let granted = view.granted();
    granted.has(Capability::MessagesLive) || granted.has(Capability::Contexts)
}

/// Notes that a webhook's receiver has taken an event.
pub(crate) const fn took(state: &mut WebhookState, now: Timestamp) {
    state.told_at = Some(now);
    state.attempts = 0;
    state.due_at = now;
}

fn given_up(
    cursor: &WebhookCursor,
    message: &Message,
    at: Timestamp,
    not_taken: &NotTaken,
) -> DeadLetter {
    DeadLetter {
        addin: cursor.addin,
        room: cursor.room,
        seq: message.seq,
        at,
        attempts: cursor.attempts,
        reason: json(not_taken),
    }
}

/// The signatures of an event, the current secret's first.
fn signatures(webhook: &Webhook, id: &str, now: Timestamp, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", now.as_seconds());
    let all: Vec<_> = (webhook.signing(now))
        .map(|secret| signature(&secret.0, &signed))
        .collect();
    all.join(" ")
}

/// A signature as Standard Webhooks 1.0 has it.
fn signature(secret: &[u8], signed: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    format!(
        "v1,{}",
        STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
    )
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn count(outcome: &'static str) {
    metrics::counter!("perch_webhook_events_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_signed_as_in_the_example_of_standard_webhooks() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(&secret, signed), expected);
    }
}
