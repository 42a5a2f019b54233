//! The card of a message as a column: JSON, short, and without what is absent.

use perch_domain::card::{Action, Card, CardContext, Content, Field, Tone, Version};
use perch_domain::message::Message;
use perch_domain::trigger::Ids;
use perch_domain::{RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::StoreError;

#[derive(Serialize, Deserialize)]
struct Stored {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tone: Option<String>,
    /// Label and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    footer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actions: Vec<StoredAction>,
}

/// Either has its address, or type, name and ids of its context.
#[derive(Serialize, Deserialize)]
struct StoredAction {
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<(String, String, Ids)>,
}

/// A card as a column.
#[must_use]
pub fn card_text(card: &Card) -> String {
    let Content {
        title,
        summary,
        tone,
        fields,
        footer,
        actions,
    } = card.content().clone();
    let field = |Field { label, value }| (label, value);
    let context = |CardContext {
                       context_type,
                       name,
                       ids,
                   }| (context_type, name, ids);
    let action = |action: Action| StoredAction {
        label: action.label,
        url: action.url,
        context: action.context.map(context),
    };
    let stored = Stored {
        title,
        summary,
        tone: tone_word(tone).map(str::to_owned),
        fields: fields.into_iter().map(field).collect(),
        footer,
        actions: actions.into_iter().map(action).collect(),
    };
    // Texts, lists and maps with texts as keys: writing them does not fail.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// A card from a column.
///
/// # Errors
/// `Corrupt` when it is not what [`card_text`] makes.
pub fn card(text: &str) -> Result<Card, StoreError> {
    let corrupt = || StoreError::Corrupt {
        table: "message",
        column: "card",
        value: text.to_owned(),
    };
    let stored: Stored = serde_json::from_str(text).map_err(|_| corrupt())?;
    let field = |(label, value)| Field { label, value };
    let context = |(context_type, name, ids)| CardContext {
        context_type,
        name,
        ids,
    };
    let action = |action: StoredAction| Action {
        label: action.label,
        url: action.url,
        context: action.context.map(context),
    };
    Ok(Card::stored(Content {
        title: stored.title,
        summary: stored.summary,
        tone: tone(stored.tone.as_deref()).ok_or_else(corrupt)?,
        fields: stored.fields.into_iter().map(field).collect(),
        footer: stored.footer,
        actions: stored.actions.into_iter().map(action).collect(),
    }))
}

/// The places of the messages whose cards may have been updated.
pub fn updatable(messages: &[Message]) -> impl Iterator<Item = (RoomId, Seq)> {
    let first = |message: &&Message| message.card.is_some() && message.updates.is_none();
    let messages = messages.iter().filter(first);
    messages.map(|message| (message.room, message.seq))
}

/// Gives the message at a place, if it is among these, the newest version of its card.
pub fn put_version(messages: &mut [Message], (room, seq): (RoomId, Seq), version: Version) {
    let first = messages
        .iter_mut()
        .find(|message| message.room == room && message.seq == seq);
    if let Some(message) = first {
        message.latest = Some(Box::new(version));
    }
}

const fn tone_word(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Neutral => None,
        Tone::Info => Some("info"),
        Tone::Success => Some("success"),
        Tone::Warning => Some("warning"),
        Tone::Critical => Some("critical"),
    }
}

fn tone(word: Option<&str>) -> Option<Tone> {
    let all = [
        Tone::Neutral,
        Tone::Info,
        Tone::Success,
        Tone::Warning,
        Tone::Critical,
    ];
    all.into_iter().find(|tone| tone_word(*tone) == word)
}
