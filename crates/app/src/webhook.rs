//! Webhooks: administrators say where an add-in's back end is told what is posted, see how that fares, and have it told again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use perch_domain::addin::Addin;
use perch_domain::grant::Capability;
use perch_domain::permission::PoolAction;
use perch_domain::secret::Secret;
use perch_domain::webhook::{DeadLetter, Webhook, WebhookSecret, WebhookUrl};
use perch_domain::{AddinId, Code, Refusal, RoomId, Seq, Timestamp};
use perch_health::NotTaken;
use perch_store::CatalogueChanges;
use perch_wire::webhook as wire;
use serde_json::json;

use crate::addin::{absent, identity};
use crate::catalogue::PoolState;
use crate::deliverer::{hooked, json, took};
use crate::session::random_bytes;
use crate::store_error::refused;
use crate::{Actor, App};

/// Rooms that are shown.
const ROOMS_MAX: usize = 500;

impl App {
    /// The webhook of an add-in, and how it fares.
    ///
    /// # Errors
    /// `ErrorPermission` for anybody but administrators; `NoSuchNode`.
    pub async fn get_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<wire::Webhook, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        self.shown_webhook(&pool, id, None).await
    }

    /// Says where an add-in's back end is told what is posted from now on. A new webhook has a secret, which is in this answer
    /// and in no other.
    ///
    /// # Errors
    /// As [`App::get_webhook`], `InvalidUrl`.
    pub async fn set_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        new: &wire::NewWebhook,
    ) -> Result<wire::Webhook, Refusal> {
        let url = WebhookUrl::parse(&new.url, &self.settings().own_origin)?;
        let change = |webhook: Option<Webhook>| match webhook {
            Some(webhook) => Ok((Some(Webhook { url, ..webhook }), None)),
            None => {
                let secret = Secret(random_bytes()?);
                let webhook = Webhook {
                    url,
                    secret: secret.clone(),
                    previous: None,
                };
                Ok((Some(webhook), Some(secret)))
            }
        };
        self.change_webhook(actor, pool, id, "webhook.set", change)
            .await
    }

    /// Makes a new secret, which is in this answer and in no other. The one before signs too for a day.
    ///
    /// # Errors
    /// As [`App::get_webhook`].
    pub async fn rotate_webhook_secret(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<wire::Webhook, Refusal> {
        let now = self.now();
        let change = |webhook: Option<Webhook>| {
            let mut webhook = webhook.ok_or_else(no_webhook)?;
            let secret = Secret(random_bytes()?);
            webhook.rotate(secret.clone(), now);
            Ok((Some(webhook), Some(secret)))
        };
        self.change_webhook(actor, pool, id, "webhook.rotate_secret", change)
            .await
    }

    /// Removes a webhook, with what was given up for it. Its receiver is told nothing more.
    ///
    /// # Errors
    /// As [`App::get_webhook`].
    pub async fn delete_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<(), Refusal> {
        let change = |webhook: Option<Webhook>| match webhook {
            Some(_) => Ok((None, None)),
            None => Err(no_webhook()),
        };
        self.put_webhook(actor, pool, id, "webhook.delete", change)
            .await
            .map(drop)
    }

    /// Tells everything again from a place in a room on.
    ///
    /// # Errors
    /// As [`App::get_webhook`]; `NoSuchNode` for a room that does not use the add-in; `ActionNotGranted` when a message from before
    /// the webhook, or from while the add-in might know nothing, would be told to one that may not read earlier messages.
    pub async fn replay_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        replay: &wire::Replay,
    ) -> Result<wire::Webhook, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let (room, from) = (RoomId(replay.room), Seq(replay.from.max(1)));
        let store = pool.store();
        let cursors = store.webhook_cursors(id).await.map_err(refused)?;
        let told = cursors.iter().find(|(cursor, _)| cursor.room == room);
        let (cursor, _) = told.ok_or_else(no_such_room)?;
        let view = self.room_view(room)?;
        let (addin, _) = hooked(&view).ok_or_else(no_webhook)?;
        if from <= cursor.since {
            addin.may(Capability::MessagesHistory, view.room.addin_withheld)?;
        }
        let after = Seq(from.0 - 1);
        let mut write = store.write().await.map_err(refused)?;
        let rewound = write.rewind_webhook(id, room, after).await;
        if !rewound.map_err(refused)? {
            return Err(no_such_room());
        }
        let what = json!({ "room": room.0, "from": from.0 });
        let record = self.audit_record(
            Some(actor),
            "webhook.replay",
            identity(addin),
            None,
            Some(&what),
        );
        write.audit(&record).await.map_err(refused)?;
        write.commit().await.map_err(refused)?;
        self.tellings.notify_one();
        self.shown_webhook(&pool, id, None).await
    }

    /// Tells once more what was given up, now; when it is taken it is given up no longer.
    ///
    /// # Errors
    /// As [`App::get_webhook`]; `NoSuchNode` when it was not given up, or the message is gone; `ActionNotGranted`.
    pub async fn retry_dead_letter(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        (room, seq): (RoomId, Seq),
    ) -> Result<wire::Webhook, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let store = pool.store();
        let letters = store.dead_letters(id).await.map_err(refused)?;
        let mut letters = letters.into_iter();
        let letter = letters.find(|letter| (letter.room, letter.seq) == (room, seq));
        let mut letter = letter.ok_or_else(no_letter)?;
        let found = store.messages_at(&[(room, seq)]).await.map_err(refused)?;
        let message = found.first().ok_or_else(no_letter)?;
        let view = self.room_view(room)?;
        let (addin, webhook) = hooked(&view)
            .filter(|(addin, _)| addin.id == id)
            .ok_or_else(no_webhook)?;
        let Some(event) = self.event(&view, addin, message, Seq::ZERO) else {
            addin.may(Capability::MessagesLive, view.room.addin_withheld)?;
            return Err(no_letter());
        };
        let told = self.deliver(webhook, message, &event).await;
        let state = store.webhook_state(id).await.map_err(refused)?;
        let mut state = state.ok_or_else(no_webhook)?;
        let now = self.now();
        let mut write = store.write().await.map_err(refused)?;
        match told {
            Ok(()) => {
                took(&mut state, now);
                let deleted = write.delete_dead_letter(id, room, seq).await;
                deleted.map_err(refused)?;
            }
            Err(not_taken) => {
                letter.reason = json(&not_taken);
                letter.attempts = letter.attempts.saturating_add(1);
                letter.at = now;
                state.failed = Some((now, json(&not_taken)));
                write.put_dead_letter(&letter).await.map_err(refused)?;
            }
        }
        write.put_webhook_state(&state).await.map_err(refused)?;
        let what = json!({ "room": room.0, "seq": seq.0 });
        let record = self.audit_record(
            Some(actor),
            "webhook.retry",
            identity(addin),
            None,
            Some(&what),
        );
        write.audit(&record).await.map_err(refused)?;
        write.commit().await.map_err(refused)?;
        self.shown_webhook(&pool, id, None).await
    }

    /// Forgets what was given up.
    ///
    /// # Errors
    /// As [`App::get_webhook`]; `NoSuchNode` when it was not given up.
    pub async fn discard_dead_letter(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        (room, seq): (RoomId, Seq),
    ) -> Result<(), Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let addin = pool.catalogue().addins.get(&id).cloned();
        let addin = addin.ok_or_else(absent)?;
        let mut write = pool.store().write().await.map_err(refused)?;
        let deleted = write.delete_dead_letter(id, room, seq).await;
        if !deleted.map_err(refused)? {
            return Err(no_letter());
        }
        let what = json!({ "room": room.0, "seq": seq.0 });
        let record = self.audit_record(
            Some(actor),
            "webhook.discard",
            identity(&addin),
            Some(&what),
            None,
        );
        write.audit(&record).await.map_err(refused)?;
        write.commit().await.map_err(refused).map(drop)
    }

    async fn change_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        action: &'static str,
        change: impl FnOnce(Option<Webhook>) -> Result<Changed, Refusal>,
    ) -> Result<wire::Webhook, Refusal> {
        let secret = self.put_webhook(actor, pool, id, action, change).await?;
        self.tellings.notify_one();
        let pool = self.pool_state(pool)?;
        self.shown_webhook(&pool, id, secret).await
    }

    /// Changes an add-in's webhook, and says which secret is new.
    async fn put_webhook(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        action: &'static str,
        new: impl FnOnce(Option<Webhook>) -> Result<Changed, Refusal>,
    ) -> Result<Option<WebhookSecret>, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let found = pool.catalogue().addins.get(&id).cloned();
        let before = found.ok_or_else(absent)?;
        let (webhook, secret) = new(before.webhook.clone())?;
        let mut addin = Addin::clone(&before);
        addin.webhook = webhook;
        change.write.update_addin(&addin).await.map_err(refused)?;
        let at = |addin: &Addin| {
            let webhook = addin.webhook.as_ref()?;
            Some(json!({ "url": webhook.url.as_str() }))
        };
        let (target, was, is) = (identity(&addin), at(&before), at(&addin));
        let record = self.audit_record(Some(actor), action, target, was.as_ref(), is.as_ref());
        change.write.audit(&record).await.map_err(refused)?;
        let addins = vec![(id, Some(addin))];
        change
            .commit(CatalogueChanges {
                addins,
                ..CatalogueChanges::default()
            })
            .await?;
        Ok(secret)
    }

    async fn shown_webhook(
        &self,
        pool: &PoolState,
        id: AddinId,
        secret: Option<WebhookSecret>,
    ) -> Result<wire::Webhook, Refusal> {
        let store = pool.store();
        let addin = pool.catalogue().addins.get(&id).cloned();
        let addin = addin.ok_or_else(absent)?;
        let webhook = addin.webhook.as_ref().ok_or_else(no_webhook)?;
        let state = store.webhook_state(id).await.map_err(refused)?;
        let state = state.ok_or_else(no_webhook)?;
        let cursors = store.webhook_cursors(id).await.map_err(refused)?;
        let letters = store.dead_letters(id).await.map_err(refused)?;
        let name = |room: RoomId| {
            let catalogue = pool.catalogue();
            let live = catalogue.rooms.get(&room);
            live.map_or_else(String::new, |live| live.room.name.to_string())
        };
        let refusing = cursors.iter().any(|(cursor, _)| cursor.attempts > 0);
        let now = self.now();
        let previous = webhook.previous.as_ref();
        Ok(wire::Webhook {
            url: webhook.url.as_str().to_owned(),
            secret: secret.map(|Secret(bytes)| format!("whsec_{}", STANDARD.encode(bytes))),
            previous_secret_until: (previous.filter(|(_, until)| now < *until))
                .map(|(_, until)| until.to_string()),
            state: wire::WebhookState::new(&state, refusing),
            told_at: state.told_at.map(|at| at.to_string()),
            failure: (state.failed.as_ref()).and_then(|(at, reason)| failure(*at, reason)),
            next_attempt_at: (state.attempts > 0).then(|| state.due_at.to_string()),
            waiting: (cursors.iter())
                .map(|(cursor, head)| head.0.saturating_sub(cursor.seq.0))
                .sum(),
            rooms: (cursors.iter().take(ROOMS_MAX))
                .map(|(cursor, head)| wire::WebhookRoom {
                    room: cursor.room.0,
                    name: name(cursor.room),
                    seq: cursor.seq.0,
                    since: cursor.since.0,
                    head: head.0,
                })
                .collect(),
            dead_letters: (letters.iter())
                .filter_map(|letter| shown_letter(letter, name(letter.room)))
                .collect(),
        })
    }
}

/// A webhook as it is to be, and the secret that is new with it.
type Changed = (Option<Webhook>, Option<WebhookSecret>);

fn shown_letter(letter: &DeadLetter, room_name: String) -> Option<wire::DeadLetter> {
    Some(wire::DeadLetter {
        room: letter.room.0,
        room_name,
        seq: letter.seq.0,
        attempts: letter.attempts,
        failure: failure(letter.at, &letter.reason)?,
    })
}

fn failure(at: Timestamp, reason: &str) -> Option<wire::WebhookFailure> {
    let not_taken: NotTaken = serde_json::from_str(reason).ok()?;
    Some(wire::WebhookFailure::new(at, &not_taken))
}

fn no_webhook() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "The add-in has no webhook. Set one with the address of its receiver.",
    )
}

fn no_such_room() -> Refusal {
    let detail = "No such room uses the add-in. Refresh the list; its manager may have changed it.";
    Refusal::new(Code::NoSuchNode, detail).of("room")
}

fn no_letter() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "This message was not given up, or is there no more. Refresh the list, and discard what is left.",
    )
}
