//! What authors had typed, where a room's add-in replaced it before it was posted.

use perch_domain::{Refusal, original as domain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::Message;

/// What the author had typed, sent along with a message whose text the room's add-in replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOriginal {
    /// As it was typed; bound by the rules of a message.
    pub text: String,
    /// A story's title, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl TryFrom<&NewOriginal> for domain::Original {
    type Error = Refusal;

    fn try_from(original: &NewOriginal) -> Result<Self, Refusal> {
        Self::parse(&original.text, original.title.as_deref())
    }
}

/// A message whose text an add-in replaced, with what its author had typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Original {
    /// The message as it was posted; its `via` says by which add-in.
    pub message: Message,
    /// As it was typed.
    pub text: String,
    /// A story's title, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Original {
    /// What was typed, beside what was posted.
    #[must_use]
    pub fn new(original: &domain::Original, message: Message) -> Self {
        Self {
            message,
            text: original.text().to_owned(),
            title: original.title().map(str::to_owned),
        }
    }
}

/// Which originals of a room.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OriginalsRequest {
    /// Only of messages after this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// At most so many: 50 unless said otherwise, never more than 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
