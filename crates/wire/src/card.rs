//! Cards: a small structured form of a message.

use std::collections::BTreeMap;

use perch_domain::{Refusal, card as domain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::principal::Author;

/// A small structured form of a message, shown in the place of its text, which says the same. All of it is text; nothing in it
/// is fetched. At most 8 KiB of text in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// One line, 1 to 120 characters.
    pub title: String,
    /// A few lines, up to 600 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// How urgent what it says is.
    #[serde(default)]
    pub tone: Tone,
    /// Up to 12 values with their labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CardField>,
    /// One small line at the end, up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Up to four things that can be pressed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<CardAction>,
}

/// How urgent what a card says is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It does not say.
    #[default]
    Neutral,
    /// Worth knowing.
    Info,
    /// Something has gone well, or is over.
    Success,
    /// Somebody should look.
    Warning,
    /// Somebody has to act.
    Critical,
}

/// A value with its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardField {
    /// One line, 1 to 40 characters.
    pub label: String,
    /// 1 to 200 characters; it may have several lines.
    pub value: String,
}

/// Something that can be pressed: it has either an address or a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardAction {
    /// What is written on it: 1 to 40 characters, in no other action of the card.
    pub label: String,
    /// An absolute http or https address without a user name, up to 2,048 bytes, which is opened in a window of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What is put into the room's pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<CardContext>,
}

/// A typed context (FDC3 2.2) of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardContext {
    /// `fdc3.instrument`, or a type of one's own, such as `x.ticket`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people see.
    pub name: String,
    /// What identifies it, by the fields of its type: 1 to 8.
    pub id: BTreeMap<String, String>,
}

/// The newest version of a card that was updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardVersion {
    /// The place of the message that brought it.
    pub seq: u64,
    /// By whom.
    pub author: Author,
    /// When the server received it.
    pub at: String,
    /// What it says, as text.
    pub text: String,
    /// The card.
    pub card: Card,
}

impl CardVersion {
    /// A version with its author's name.
    #[must_use]
    pub fn new(version: &domain::Version, author: Author) -> Self {
        Self {
            seq: version.seq.0,
            author,
            at: version.at.to_string(),
            text: version.text.clone(),
            card: Card::from(&version.card),
        }
    }
}

impl TryFrom<&Card> for domain::Card {
    type Error = Refusal;

    fn try_from(card: &Card) -> Result<Self, Refusal> {
        let Card {
            title,
            summary,
            tone,
            fields,
            footer,
            actions,
        } = card.clone();
        let field = |CardField { label, value }| domain::Field { label, value };
        let context = |CardContext { kind, name, id }| domain::CardContext {
            context_type: kind,
            name,
            ids: id,
        };
        let action = |action: CardAction| domain::Action {
            label: action.label,
            url: action.url,
            context: action.context.map(context),
        };
        Self::parse(domain::Content {
            title,
            summary,
            tone: tone.into(),
            fields: fields.into_iter().map(field).collect(),
            footer,
            actions: actions.into_iter().map(action).collect(),
        })
    }
}

impl From<&domain::Card> for Card {
    fn from(card: &domain::Card) -> Self {
        let domain::Content {
            title,
            summary,
            tone,
            fields,
            footer,
            actions,
        } = card.content().clone();
        let field = |domain::Field { label, value }| CardField { label, value };
        let context = |context: domain::CardContext| CardContext {
            kind: context.context_type,
            name: context.name,
            id: context.ids,
        };
        let action = |action: domain::Action| CardAction {
            label: action.label,
            url: action.url,
            context: action.context.map(context),
        };
        Self {
            title,
            summary,
            tone: tone.into(),
            fields: fields.into_iter().map(field).collect(),
            footer,
            actions: actions.into_iter().map(action).collect(),
        }
    }
}

macro_rules! tones {
    ($($tone:ident),+) => {
        impl From<domain::Tone> for Tone {
            fn from(tone: domain::Tone) -> Self {
                match tone { $(domain::Tone::$tone => Self::$tone),+ }
            }
        }

        impl From<Tone> for domain::Tone {
            fn from(tone: Tone) -> Self {
                match tone { $(Tone::$tone => Self::$tone),+ }
            }
        }
    };
}

tones!(Neutral, Info, Success, Warning, Critical);
