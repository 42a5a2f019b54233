//! What authors had typed where an add-in replaced it.

use perch_domain::original::Original;
use perch_domain::{RoomId, Seq};
use perch_store::StoreError;
use perch_store::column::int;
use sqlx::postgres::PgConnection;

use crate::convert::{get, seq};
use crate::database::error;

/// Originals of a batch, a vector for each column.
#[derive(Default)]
pub(crate) struct Originals<'a> {
    rooms: Vec<i64>,
    seqs: Vec<i64>,
    titles: Vec<Option<&'a str>>,
    texts: Vec<&'a str>,
}

impl<'a> Originals<'a> {
    pub(crate) fn push(&mut self, room: i64, seq: Seq, original: &'a Original) {
        self.rooms.push(room);
        self.seqs.push(int(seq.0));
        self.titles.push(original.title());
        self.texts.push(original.text());
    }

    /// Inserts them, after their messages. Most batches have none.
    pub(crate) async fn insert(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        if self.seqs.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO message_original (room, seq, title, text) \
             SELECT room, seq, title, text FROM unnest($1, $2, $3, $4) \
             AS entry (room, seq, title, text)",
        )
        .bind(self.rooms)
        .bind(self.seqs)
        .bind(self.titles)
        .bind(self.texts)
        .execute(connection)
        .await
        .map_err(error)?;
        Ok(())
    }
}

/// Those of a room after a place, oldest first.
pub(crate) async fn list(
    connection: &mut PgConnection,
    room: RoomId,
    after: Seq,
    limit: u32,
) -> Result<Vec<(Seq, Original)>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, title, text FROM message_original \
         WHERE room = (SELECT no FROM room WHERE id = $1) AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(room.0)
    .bind(int(after.0.min(i64::MAX.unsigned_abs())))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let original = Original::stored(get(row, "text")?, get(row, "title")?);
            Ok((seq(row, "message_original", "seq")?, original))
        })
        .collect()
}
