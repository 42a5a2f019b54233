//! Loading history from elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Messages to load as history, oldest first; at most 1,000 at a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The messages.
    pub messages: Vec<ImportedMessage>,
}

/// A message that was posted elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedMessage {
    /// Derived from its place in the source, so that loading it again changes nothing.
    pub nonce: Uuid,
    /// The author's name there. Becomes a disabled user, unless a user has this address.
    pub author: String,
    /// When it was posted there, RFC 3339.
    pub at: String,
    /// Plain text. The body, for a story.
    pub text: String,
    /// High importance.
    #[serde(default)]
    pub alert: bool,
    /// With a title it is a story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Messages that were added.
    pub added: u64,
    /// Messages that were there already.
    pub present: u64,
}
