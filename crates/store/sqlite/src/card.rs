//! Cards of messages, and the newest version of each that was updated.

use perch_domain::card::{Card, Version};
use perch_domain::message::Message;
use perch_domain::{PrincipalId, RoomId, Seq};
use perch_store::StoreError;
use perch_store::card::{card, put_version, updatable};
use perch_store::column::{count, int};
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteRow;

use crate::convert::{get, id, seq, time};
use crate::database::error;
use crate::message::hex;

/// The card of a message's row.
pub(crate) fn of(row: &SqliteRow) -> Result<Option<Box<Card>>, StoreError> {
    let text = get::<Option<&str>>(row, "card")?;
    text.map(|text| card(text).map(Box::new)).transpose()
}

/// Where the card was posted first of which a message's row has a new version.
pub(crate) fn updates(row: &SqliteRow) -> Result<Option<Seq>, StoreError> {
    let place = get::<Option<i64>>(row, "updates")?;
    place
        .map(|place| count(place, "message", "updates").map(Seq))
        .transpose()
}

/// Gives messages whose cards were updated the newest version. Asks only when there are cards.
pub(crate) async fn put_latest(
    readers: &SqlitePool,
    messages: &mut [Message],
) -> Result<(), StoreError> {
    let places: Vec<_> = updatable(messages)
        .map(|(room, seq)| json!([hex(room.0), int(seq.0)]))
        .collect();
    if places.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT room.id, message.updates, seq, author, at, text, card FROM json_each(?) AS entry \
         CROSS JOIN room ON room.id = unhex(entry.value ->> 0) \
         CROSS JOIN message ON message.room = room.no AND message.seq = \
         (SELECT max(seq) FROM message WHERE room = room.no AND updates = entry.value ->> 1)",
    )
    .bind(json!(places).to_string())
    .fetch_all(readers)
    .await
    .map_err(error)?;
    for row in &rows {
        let Some(first) = updates(row)? else { continue };
        let place = (RoomId(id(row, "id")?), first);
        let version = Version {
            seq: seq(row, "message", "seq")?,
            author: PrincipalId(id(row, "author")?),
            at: time(row, "at")?,
            text: get(row, "text")?,
            card: card(get(row, "card")?)?,
        };
        put_version(messages, place, version);
    }
    Ok(())
}
