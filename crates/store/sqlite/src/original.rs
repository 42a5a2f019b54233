//! What authors had typed where an add-in replaced it.

use perch_domain::original::Original;
use perch_domain::{RoomId, Seq};
use perch_store::StoreError;
use perch_store::column::int;
use serde_json::{Value, json};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnection;

use crate::convert::{get, seq};
use crate::database::error;

/// What a message that is appended had been, as a row.
pub(crate) fn row(room: i64, place: Seq, original: &Original) -> Value {
    json!([room, place.0, original.title(), original.text(),])
}

/// Inserts the rows of a batch, after its messages.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message_original (room, seq, title, text) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)",
    )
    .bind(Value::Array(rows).to_string())
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

/// Those of a room after a place, oldest first.
pub(crate) async fn list(
    readers: &SqlitePool,
    room: RoomId,
    after: Seq,
    limit: u32,
) -> Result<Vec<(Seq, Original)>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, title, text FROM message_original \
         WHERE room = (SELECT no FROM room WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(room.0)
    .bind(int(after.0.min(i64::MAX.unsigned_abs())))
    .bind(limit)
    .fetch_all(readers)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let original = Original::stored(get(row, "text")?, get(row, "title")?);
            Ok((seq(row, "message_original", "seq")?, original))
        })
        .collect()
}
