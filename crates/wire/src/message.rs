//! Messages.

use std::collections::BTreeMap;

use perch_domain::{message as domain, trigger};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::card::{Card, CardVersion};
use crate::original::NewOriginal;
use crate::principal::Author;

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Where it was posted.
    pub room: Uuid,
    /// Its place there: 1, 2, 3 … without a gap.
    pub seq: u64,
    /// Who posted it.
    pub author: Author,
    /// When the server received it.
    pub at: String,
    /// Plain text. The body, for a story.
    pub text: String,
    /// High importance.
    pub alert: bool,
    /// A story's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the triggers found in the text.
    pub contexts: Vec<Context>,
    /// The author's own identifier for it.
    pub nonce: Uuid,
    /// The add-in that had part in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// What is shown in the place of the text, which says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Box<Card>>,
    /// The card is a new version of the one that was posted first at this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
    /// The newest version of the card, once it was updated, as of when this was read: a later one is among the later messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Box<CardVersion>>,
}

/// An add-in's part in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Via {
    /// The add-in.
    pub addin: Uuid,
    /// Its name; absent when it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it did.
    pub part: Part,
}

/// What an add-in did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Its page wrote the message.
    Sent,
    /// Its page changed what the person wrote.
    Changed,
}

impl Via {
    /// The part of an add-in of this name.
    #[must_use]
    pub fn new(via: domain::Via, name: Option<String>) -> Self {
        Self {
            addin: via.addin.0,
            name,
            part: match via.part {
                domain::Part::Sent => Part::Sent,
                domain::Part::Changed => Part::Changed,
            },
        }
    }
}

impl Message {
    /// A message with the names of its author, of the add-in that had part in it, and of whoever updated its card last.
    #[must_use]
    pub fn new(
        message: &domain::Message,
        author: Author,
        via: Option<Via>,
        latest: Option<CardVersion>,
    ) -> Self {
        Self {
            room: message.room.0,
            seq: message.seq.0,
            author,
            at: message.at.to_string(),
            text: message.text.clone(),
            alert: message.alert,
            title: message.title.clone(),
            contexts: message.contexts.iter().map(Context::from).collect(),
            nonce: message.nonce.0,
            via,
            card: message.card.as_deref().map(|card| Box::new(card.into())),
            updates: message.updates.map(|seq| seq.0),
            latest: latest.map(Box::new),
        }
    }
}

/// A typed context (FDC3 2.2) and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Context {
    /// `fdc3.instrument`, or whatever the trigger says that found it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people see.
    pub name: String,
    /// What identifies it, by the fields of its type: `ticker` of an instrument.
    pub id: BTreeMap<String, String>,
    /// Where it starts, in UTF-16 code units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl From<&trigger::Context> for Context {
    fn from(context: &trigger::Context) -> Self {
        Self {
            kind: context.context_type.to_string(),
            name: context.name.clone(),
            id: context.ids.clone(),
            start: context.start,
            end: context.end,
        }
    }
}

/// Something to post.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Made by the author's program; a retry with the same one returns the first result. Version 7 costs the store least.
    pub nonce: Uuid,
    /// Plain text, up to 4,000 characters; a story's body up to 32,000.
    pub text: String,
    /// High importance.
    #[serde(default)]
    pub alert: bool,
    /// With a title it is a story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For a request that is made for an add-in's page: what the person had typed before the page changed it. Without, the page wrote
    /// the message. It is kept for administrators, and shown to nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<NewOriginal>,
    /// What is shown in the place of the text, which says the same for search, records, and whatever knows no cards. A story has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// Makes the card a new version of the one that was posted first at this place: by the same add-in's page, or, when no
    /// add-in posted it, by its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
}

/// A page of history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessagePage {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// The place of the room's last message.
    pub head: u64,
    /// The place of the oldest message that can be read, 0 when there is none.
    pub first: u64,
}

/// Which page of history: the messages before a place, or after one, or the latest.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageRequest {
    /// Only messages before this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Only messages after this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// At most so many: 50 unless said otherwise, never more than 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// How far the caller has read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    /// The place of the last message that was read.
    pub seq: u64,
}
