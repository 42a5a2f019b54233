//! Webhooks: what an administrator sees of one, and what its receiver is told.

use perch_domain::{Timestamp, webhook as domain};
use perch_health::NotTaken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::card::Card;
use crate::message::{Context, Via};
use crate::principal::Author;

/// The webhook of an add-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Where events are posted to.
    pub url: String,
    /// By which they are signed: `whsec_` and Base64 of 32 bytes. Only in the answer that made it; nobody is shown it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when events are signed by the secret before it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<String>,
    /// How it fares.
    pub state: WebhookState,
    /// When its receiver last took an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<String>,
    /// The last attempt that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<WebhookFailure>,
    /// When a receiver that is away is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<String>,
    /// Messages that it has yet to be told of, over all rooms.
    pub waiting: u64,
    /// The first 500 of its rooms, by name.
    pub rooms: Vec<WebhookRoom>,
    /// What was given up, newest first; the newest 500 are kept.
    pub dead_letters: Vec<DeadLetter>,
}

/// How a webhook fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// Its receiver has not taken anything yet, and nothing has failed.
    Untried,
    /// Its receiver took the last event.
    Ok,
    /// Its receiver refuses an event, which is tried again.
    Refusing,
    /// Its receiver is away; every event waits.
    Away,
}

/// How far a webhook was told of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookRoom {
    /// The room.
    pub room: Uuid,
    /// Its name.
    pub name: String,
    /// The place of the last message of which it was told, or which was passed over or given up.
    pub seq: u64,
    /// Up to here stand earlier messages, of which it is told only with `messages.history`.
    pub since: u64,
    /// The place of the room's last message.
    pub head: u64,
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookFailure {
    /// When that was.
    pub at: String,
    /// A stable code: `Redirect`, `Gone`, `Busy`, `Refused`, `NameUnknown`, `AddressForbidden`, `Unreachable`, `TimedOut`, `Tls` or
    /// `Broken`.
    pub code: String,
    /// The status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What happened and what to do, in English.
    pub detail: String,
}

impl WebhookFailure {
    /// Why an attempt at some time failed.
    #[must_use]
    pub fn new(at: Timestamp, not_taken: &NotTaken) -> Self {
        Self {
            at: at.to_string(),
            code: not_taken.code().to_owned(),
            status: not_taken.status(),
            detail: not_taken.to_string(),
        }
    }
}

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Its room.
    pub room: Uuid,
    /// The room's name.
    pub room_name: String,
    /// Its place there.
    pub seq: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// The last attempt, after which it was given up.
    pub failure: WebhookFailure,
}

/// Where an add-in's webhook is to be.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Absolute, `http` or `https`, at most 2,048 bytes, without variables.
    pub url: String,
}

/// What to tell again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The room.
    pub room: Uuid,
    /// The place of the first message; it and all after it are told, though some were before.
    pub from: u64,
}

/// What a receiver is told: a message was posted in a room that uses the add-in. What it holds depends on what the add-in was
/// granted in that room at the moment in which it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Always `message.posted`; a receiver passes over types that it does not know.
    #[serde(rename = "type")]
    pub kind: String,
    /// When the message was received.
    pub timestamp: String,
    /// What happened.
    pub data: EventData,
}

/// A message that was posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventData {
    /// The pool.
    pub pool: String,
    /// The add-in.
    pub addin: Uuid,
    /// The room.
    pub room: Uuid,
    /// The room's name, with `room.info`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_name: Option<String>,
    /// The message's place in the room: 1, 2, 3 … A gap is messages of which this add-in is not told.
    pub seq: u64,
    /// What the triggers found in the text, with `contexts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contexts: Option<Vec<Context>>,
    /// Text and author, with `messages.live`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<EventMessage>,
}

/// A message's text and author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventMessage {
    /// Who posted it.
    pub author: Author,
    /// Plain text. The body, for a story.
    pub text: String,
    /// High importance.
    pub alert: bool,
    /// A story's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The add-in that had part in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// What is shown in the place of the text, which says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Box<Card>>,
    /// The card is a new version of the one that was posted first at this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
}

impl WebhookState {
    /// How a webhook fares, some of whose rooms may wait for an event that was refused.
    #[must_use]
    pub fn new(state: &domain::WebhookState, refused: bool) -> Self {
        match state {
            state if state.attempts > 0 => Self::Away,
            _ if refused => Self::Refusing,
            state if state.told_at.is_some() => Self::Ok,
            _ => Self::Untried,
        }
    }
}
