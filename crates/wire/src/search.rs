//! Searching messages.

use perch_domain::search as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::Message;

/// What to look for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageSearch {
    /// Words that a message must all have, `"a phrase"`, `from:person`, `in:room`, `after:2026-01-31` (that day included),
    /// `before:2026-02-28` (not included; days in UTC, or RFC 3339 times). Letter case and accents make no difference. At
    /// most 256 characters and 16 words, phrases and names.
    pub q: String,
    /// Only in this room. Otherwise in all rooms whose history the caller may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Uuid>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many messages: 20 unless said otherwise, never more than 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundMessages {
    /// Newest first.
    pub found: Vec<FoundMessage>,
    /// For the next page; absent when there is none. A search looks at a bounded number of messages, so a page may be short
    /// or empty and still have a next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundMessage {
    /// The message.
    pub message: Message,
    /// The name of its room.
    pub room_name: String,
    /// Where what was looked for stands in its text.
    pub spans: Vec<Span>,
    /// Where it stands in a story's title.
    pub title_spans: Vec<Span>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Where it starts, in UTF-16 code units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl From<domain::Span> for Span {
    fn from(span: domain::Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
        }
    }
}
