//! What each person follows and has read.

use perch_domain::{PrincipalId, RoomId};
use perch_store::column::int;
use perch_store::{Attention, ReadMark, StoreError};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::convert::{get, id, seq};
use crate::database::error;

pub(crate) async fn list(
    connection: &mut PgConnection,
    people: &[PrincipalId],
) -> Result<Vec<(PrincipalId, Attention)>, StoreError> {
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = sqlx::query(
        "SELECT attention.person, room.id, attention.followed, attention.read FROM attention \
         JOIN room ON room.no = attention.room WHERE attention.person = ANY($1)",
    )
    .bind(people)
    .fetch_all(connection)
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
    connection: &mut PgConnection,
    person: PrincipalId,
    room: RoomId,
    followed: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO attention (person, room, followed) SELECT $1, no, $2 FROM room WHERE id = $3 \
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
    connection: &mut PgConnection,
    marks: &[ReadMark],
) -> Result<(), StoreError> {
    if marks.is_empty() {
        return Ok(());
    }
    let people: Vec<Uuid> = marks.iter().map(|mark| mark.person.0).collect();
    let rooms: Vec<Uuid> = marks.iter().map(|mark| mark.room.0).collect();
    let seqs: Vec<i64> = marks
        .iter()
        .map(|mark| int(mark.seq.0.min(i64::MAX.unsigned_abs())))
        .collect();
    // Grouped: one statement may not change a row twice.
    sqlx::query(
        "INSERT INTO attention (person, room, read) \
         SELECT entry.person, room.no, least(max(entry.seq), room.head) \
         FROM unnest($1, $2, $3) AS entry (person, room, seq) JOIN room ON room.id = entry.room \
         GROUP BY entry.person, room.no \
         ON CONFLICT (person, room) DO UPDATE SET read = greatest(attention.read, excluded.read)",
    )
    .bind(people)
    .bind(rooms)
    .bind(seqs)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}
