//! Between columns and values.

use perch_domain::room::{Invitations, Privacy, RoomType};
use perch_domain::trigger::{Context, ContextKind};
use perch_domain::{Revision, Seq, Timestamp};
use perch_store::StoreError;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::database::error;

/// A column of a row.
pub(crate) fn get<'r, T>(row: &'r SqliteRow, column: &'static str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(error)
}

/// An identifier column.
pub(crate) fn id(row: &SqliteRow, column: &'static str) -> Result<Uuid, StoreError> {
    get::<Uuid>(row, column)
}

/// A time column.
pub(crate) fn time(row: &SqliteRow, column: &'static str) -> Result<Timestamp, StoreError> {
    get::<i64>(row, column).map(Timestamp::from_micros)
}

/// A column that counts.
pub(crate) fn count(
    row: &SqliteRow,
    table: &'static str,
    column: &'static str,
) -> Result<u64, StoreError> {
    let value = get::<i64>(row, column)?;
    u64::try_from(value).map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_string(),
    })
}

/// A place column.
pub(crate) fn seq(
    row: &SqliteRow,
    table: &'static str,
    column: &'static str,
) -> Result<Seq, StoreError> {
    count(row, table, column).map(Seq)
}

/// A revision column.
pub(crate) fn revision(row: &SqliteRow, table: &'static str) -> Result<Revision, StoreError> {
    count(row, table, "revision").map(Revision)
}

/// A number as SQLite keeps it.
#[expect(
    clippy::cast_possible_wrap,
    reason = "places and revisions count up from 1 and never reach 2^63"
)]
pub(crate) const fn int(number: u64) -> i64 {
    number as i64
}

macro_rules! words {
    ($to:ident, $from:ident, $type:ident { $($variant:ident = $word:literal),+ }, $table:literal, $column:literal) => {
        /// As it is stored.
        pub(crate) const fn $to(value: $type) -> &'static str {
            match value { $($type::$variant => $word),+ }
        }
        /// As it is in memory.
        pub(crate) fn $from(word: &str) -> Result<$type, StoreError> {
            match word {
                $($word => Ok($type::$variant),)+
                _ => Err(StoreError::Corrupt { table: $table, column: $column, value: word.to_owned() }),
            }
        }
    };
}

words!(privacy_word, privacy, Privacy { Open = "open", Closed = "closed", Secret = "secret" }, "room", "privacy");
words!(type_word, room_type, RoomType { Normal = "normal", Auditorium = "auditorium" }, "room", "type");
words!(invitations_word, invitations, Invitations { Inherit = "inherit", False = "false" }, "room", "invitations");

/// The contexts of a message as a column: absent when there are none.
pub(crate) fn contexts_json(contexts: &[Context]) -> Option<Value> {
    let entry = |context: &Context| {
        json!([
            context.kind.as_str(),
            context.value,
            context.start,
            context.end
        ])
    };
    (!contexts.is_empty()).then(|| Value::Array(contexts.iter().map(entry).collect()))
}

/// The contexts of a message from a column.
pub(crate) fn contexts(text: Option<&str>) -> Result<Vec<Context>, StoreError> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let corrupt = || StoreError::Corrupt {
        table: "message",
        column: "contexts",
        value: text.to_owned(),
    };
    let entries: Vec<(String, String, u32, u32)> =
        serde_json::from_str(text).map_err(|_| corrupt())?;
    entries
        .into_iter()
        .map(|(kind, value, start, end)| {
            if kind == ContextKind::Instrument.as_str() {
                Ok(Context {
                    kind: ContextKind::Instrument,
                    value,
                    start,
                    end,
                })
            } else {
                Err(corrupt())
            }
        })
        .collect()
}
