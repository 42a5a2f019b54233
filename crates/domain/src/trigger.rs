//! Triggers: what an administrator gives a pool so that posted text becomes typed contexts, found once, on the server, and
//! stored with the message.
//!
//! A trigger has a [`Rule`]: a pattern, or a dictionary. The triggers of a pool together make a [`Detector`], the only thing that
//! reads messages. Out of the box there is one, [`Trigger::built_in`]: `$TICKER` becomes an `fdc3.instrument` (FDC3 2.2,
//! context data). Whatever is found is bounded, and the time is linear in the length of the text.

mod detector;
mod pattern;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use uuid::Uuid;

pub use detector::{Detector, Found};
pub use pattern::Pattern;
pub use words::{Word, Words};

use crate::id::{Revision, TriggerId};
use crate::limits::CONTEXT_NAME_CHARS_MAX;
use crate::name::Name;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// What identifies a context: values by the fields of its type, such as `ticker`.
pub type Ids = BTreeMap<String, String>;

/// Something that a message speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its type.
    pub context_type: ContextType,
    /// What people see: the value that a pattern found, or the word as the dictionary has it.
    pub name: String,
    /// What identifies it; at least one.
    pub ids: Ids,
    /// Where it starts in the text, in UTF-16 code units, as a browser counts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// The type of a context, as FDC3 writes it: `fdc3.instrument`, or one of the deployment's own, such as `x.ticket`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextType(String);

impl ContextType {
    /// Checks a type: words of letters, digits, `_` and `-` with dots between them, at least two words, at most 64 characters.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.len() <= CONTEXT_NAME_CHARS_MAX
            && text.contains('.')
            && text.split('.').all(is_word)
        {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::new(
            Code::InvalidArgument,
            format!("Give a type such as fdc3.instrument or x.ticket: words with dots between them, at most {CONTEXT_NAME_CHARS_MAX} characters."),
        )
        .of("context_type"))
    }

    /// A type that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The type.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContextType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A letter, then letters, digits, `_` and `-`. No name that means something to a programming language begins otherwise.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Checks the name of a field that identifies something, such as `ticker`, `ISIN` or `email`.
pub(crate) fn id_field(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() <= CONTEXT_NAME_CHARS_MAX && is_word(text)).then(|| text.to_owned())
}

/// How a trigger finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// By a regular expression, whose value goes to one field.
    Pattern(Pattern),
    /// By a list of words with the ids of each.
    Words(Words),
}

/// A pool's trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// What the API names.
    pub id: TriggerId,
    /// Unique in the pool.
    pub name: Name,
    /// Whether it finds anything at all.
    pub enabled: bool,
    /// What becomes of what it finds.
    pub context_type: ContextType,
    /// How it finds it.
    pub rule: Rule,
    /// Counts its changes; 0 for one that is as it came.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Trigger {
    /// The identifier of the trigger that every pool has, stored there once it has been changed.
    pub const BUILT_IN: TriggerId =
        TriggerId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

    /// `$TICKER`: a dollar sign that follows neither a word nor another dollar, one to six capitals, and a share class such as
    /// `.B`.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            id: Self::BUILT_IN,
            name: Name::stored("Stock tickers".to_owned()),
            enabled: true,
            context_type: ContextType("fdc3.instrument".to_owned()),
            rule: Rule::Pattern(Pattern {
                pattern: r"\$([A-Z]{1,6}(?:\.[A-Z]{1,2})?)".to_owned(),
                id_field: "ticker".to_owned(),
                match_case: true,
                whole_words: true,
                before: "^|[^$]".to_owned(),
                after: String::new(),
            }),
            revision: Revision(0),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }
}

#[cfg(test)]
mod tests;
