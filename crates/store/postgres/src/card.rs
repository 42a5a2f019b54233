//! Cards of messages, and the newest version of each that was updated.

use perch_domain::card::{Card, Version};
use perch_domain::message::Message;
use perch_domain::{PrincipalId, RoomId, Seq};
use perch_store::StoreError;
use perch_store::card::{card, put_version, updatable};
use perch_store::column::{count, int};
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::convert::{get, id, seq, time};
use crate::database::error;

/// The card of a message's row.
pub(crate) fn of(row: &PgRow) -> Result<Option<Box<Card>>, StoreError> {
    let text = get::<Option<&str>>(row, "card")?;
    text.map(|text| card(text).map(Box::new)).transpose()
}

/// Where the card was posted first of which a message's row has a new version.
pub(crate) fn updates(row: &PgRow) -> Result<Option<Seq>, StoreError> {
    let place = get::<Option<i64>>(row, "updates")?;
    place
        .map(|place| count(place, "message", "updates").map(Seq))
        .transpose()
}

/// Gives messages whose cards were updated the newest version. Asks only when there are cards.
pub(crate) async fn put_latest(
    connection: &mut PgConnection,
    messages: &mut [Message],
) -> Result<(), StoreError> {
    let (rooms, seqs): (Vec<Uuid>, Vec<i64>) = updatable(messages)
        .map(|(room, seq)| (room.0, int(seq.0)))
        .unzip();
    if seqs.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT room.id, latest.updates, latest.seq, latest.author, latest.at, latest.text, latest.card \
         FROM unnest($1, $2) AS entry (room, seq) JOIN room ON room.id = entry.room \
         JOIN LATERAL (SELECT updates, seq, author, at, text, card FROM message \
         WHERE message.room = room.no AND message.updates = entry.seq ORDER BY seq DESC LIMIT 1) AS latest ON TRUE",
    )
    .bind(rooms)
    .bind(seqs)
    .fetch_all(connection)
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
