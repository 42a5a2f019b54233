//! What each person follows and has read.

use perch_domain::{PrincipalId, RoomId};
use perch_store::{Attention, ReadMark, StoreError};
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnection;

use crate::convert::{get, id, seq};
use crate::database::error;
use crate::message::hex;

pub(crate) async fn list(
    readers: &SqlitePool,
    people: &[PrincipalId],
) -> Result<Vec<(PrincipalId, Attention)>, StoreError> {
    let people: Vec<String> = people.iter().map(|person| hex(person.0)).collect();
    let rows = sqlx::query(
        "SELECT attention.person, room.id, attention.followed, attention.read FROM attention \
         JOIN room ON room.no = attention.room \
         WHERE attention.person IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(json!(people).to_string())
    .fetch_all(readers)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let attention = Attention {
                room: RoomId(id(row, "id")?),
                followed: get(row, "followed")?,
                read: seq(row, "attention", "read")?,
            };
            Ok((PrincipalId(id(row, "person")?), attention))
        })
        .collect()
}

pub(crate) async fn set_followed(
    connection: &mut SqliteConnection,
    person: PrincipalId,
    room: RoomId,
    followed: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO attention (person, room, followed) SELECT ?, no, ? FROM room WHERE id = ? \
         ON CONFLICT (person, room) DO UPDATE SET followed = excluded.followed",
    )
    .bind(person.0)
    .bind(followed)
    .bind(room.0)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

/// Moves marks forward; one that lies behind changes nothing, and none goes beyond the room's last message.
pub(crate) async fn mark_read(
    connection: &mut SqliteConnection,
    marks: &[ReadMark],
) -> Result<(), StoreError> {
    if marks.is_empty() {
        return Ok(());
    }
    let entries: Vec<_> = marks
        .iter()
        .map(|mark| {
            json!([
                mark.person.0.simple().to_string(),
                mark.room.0.simple().to_string(),
                mark.seq.0
            ])
        })
        .collect();
    sqlx::query(
        "INSERT INTO attention (person, room, read) \
         SELECT unhex(value ->> 0), room.no, min(value ->> 2, room.head) FROM json_each(?) \
         JOIN room ON room.id = unhex(value ->> 1) WHERE true \
         ON CONFLICT (person, room) DO UPDATE SET read = max(attention.read, excluded.read)",
    )
    .bind(json!(entries).to_string())
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}
