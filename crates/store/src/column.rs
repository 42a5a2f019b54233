//! What stands in columns whichever the database: the words of each choice, the contexts of a message, numbers.

use perch_domain::credential::CredentialKind;
use perch_domain::message::Part;
use perch_domain::principal::PrincipalKind;
use perch_domain::room::{Invitations, Privacy, RoomType};
use perch_domain::trigger::{Context, ContextType, Ids, Pattern, Rule, Words};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::StoreError;

/// A number as databases keep it.
#[must_use]
#[expect(
    clippy::cast_possible_wrap,
    reason = "places and revisions count up from 1 and never reach 2^63"
)]
pub const fn int(number: u64) -> i64 {
    number as i64
}

/// A number that counts, from a column.
///
/// # Errors
/// `Corrupt` when it is negative.
pub fn count(value: i64, table: &'static str, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_string(),
    })
}

/// A digest or a secret of 32 bytes, from a column.
///
/// # Errors
/// `Corrupt` unless it has 32 bytes.
pub fn bytes_32(
    bytes: Vec<u8>,
    table: &'static str,
    column: &'static str,
) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: "not 32 bytes".to_owned(),
    })
}

macro_rules! words {
    ($to:ident, $from:ident, $type:ident { $($variant:ident = $word:literal),+ }, $table:literal, $column:literal) => {
        /// As it is stored.
        #[must_use]
        pub const fn $to(value: $type) -> &'static str {
            match value { $($type::$variant => $word),+ }
        }
        /// As it is in memory.
        ///
        /// # Errors
        /// `Corrupt` when it is none of the words.
        pub fn $from(word: &str) -> Result<$type, StoreError> {
            match word {
                $($word => Ok($type::$variant),)+
                _ => Err(StoreError::Corrupt { table: $table, column: $column, value: word.to_owned() }),
            }
        }
    };
}

words!(part_word, part, Part { Sent = "sent", Changed = "changed" }, "message", "via_part");
words!(privacy_word, privacy, Privacy { Open = "open", Closed = "closed", Secret = "secret" }, "room", "privacy");
words!(type_word, room_type, RoomType { Normal = "normal", Auditorium = "auditorium" }, "room", "type");
words!(invitations_word, invitations, Invitations { Inherit = "inherit", False = "false" }, "room", "invitations");
words!(
    credential_kind_word,
    credential_kind,
    CredentialKind { Session = "session", Token = "token" },
    "credential",
    "kind"
);

/// A principal's kind, from a column that holds [`PrincipalKind::as_str`].
///
/// # Errors
/// `Corrupt` when it is none of the words.
pub fn principal_kind(word: &str) -> Result<PrincipalKind, StoreError> {
    PrincipalKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| StoreError::Corrupt {
            table: "principal",
            column: "kind",
            value: word.to_owned(),
        })
}

/// The contexts of a message as a column: absent when there are none. Each is a list: type, name, start, end, and what identifies it; the
/// last is left out of an instrument that has its name as its ticker, which most are.
#[must_use]
pub fn contexts_text(contexts: &[Context]) -> Option<String> {
    let entry = |context: &Context| {
        let Context {
            context_type,
            name,
            ids,
            start,
            end,
        } = context;
        let plain = context_type.as_str() == INSTRUMENT && *ids == ticker(name);
        if plain {
            json!([INSTRUMENT, name, start, end])
        } else {
            json!([context_type.as_str(), name, start, end, ids])
        }
    };
    (!contexts.is_empty()).then(|| Value::Array(contexts.iter().map(entry).collect()).to_string())
}

const INSTRUMENT: &str = "fdc3.instrument";

fn ticker(name: &str) -> Ids {
    Ids::from([("ticker".to_owned(), name.to_owned())])
}

/// The contexts of a message from a column.
///
/// # Errors
/// `Corrupt` when it is not what [`contexts_text`] makes.
pub fn contexts(text: Option<&str>) -> Result<Vec<Context>, StoreError> {
    #[derive(Deserialize)]
    struct Entry(String, String, u32, u32, #[serde(default)] Option<Ids>);
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let entries: Vec<Entry> = serde_json::from_str(text).map_err(|_| StoreError::Corrupt {
        table: "message",
        column: "contexts",
        value: text.to_owned(),
    })?;
    let context = |Entry(context_type, name, start, end, ids): Entry| Context {
        context_type: ContextType::stored(context_type),
        ids: ids.unwrap_or_else(|| ticker(&name)),
        name,
        start,
        end,
    };
    Ok(entries.into_iter().map(context).collect())
}

/// The columns of a trigger's rule: those of a pattern, or the words.
#[must_use]
pub fn rule_columns(rule: &Rule) -> (Option<&Pattern>, Option<&str>) {
    match rule {
        Rule::Pattern(pattern) => (Some(pattern), None),
        Rule::Words(words) => (None, Some(words.csv())),
    }
}

/// The rule of a trigger from its columns.
///
/// # Errors
/// `Corrupt` when they are neither those of a pattern nor words that can be read.
pub fn rule(
    words: Option<&str>,
    pattern: Option<String>,
    id_field: Option<String>,
    match_case: Option<bool>,
    whole_words: Option<bool>,
    before: Option<String>,
    after: Option<String>,
) -> Result<Rule, StoreError> {
    let corrupt = |column, value: &str| StoreError::Corrupt {
        table: "trigger",
        column,
        value: value.to_owned(),
    };
    if let Some(words) = words {
        let read = Words::parse(words).map_err(|cause| corrupt("words", &cause.detail))?;
        return Ok(Rule::Words(read));
    }
    let read = || {
        Some(Pattern {
            pattern: pattern?,
            id_field: id_field?,
            match_case: match_case?,
            whole_words: whole_words?,
            before: before?,
            after: after?,
        })
    };
    read()
        .map(Rule::Pattern)
        .ok_or_else(|| corrupt("pattern", "NULL"))
}
