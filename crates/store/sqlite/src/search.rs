//! The index of messages: FTS5 without the text, in a file of its own, which is not flushed at every commit.

use std::collections::HashMap;

use async_trait::async_trait;
use perch_domain::{RoomId, Seq};
use perch_store::search::{Candidate, IndexEntry, Lookup, Moment, SearchIndex};
use perch_store::{StoreError, timed};
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::convert::{get, id, seq};
use crate::database::{Database, error};

/// Entries of a room that are removed in one transaction.
const FORGET_MAX: i64 = 2_000;

pub(crate) struct SqliteSearchIndex {
    database: Database,
}

impl SqliteSearchIndex {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl SearchIndex for SqliteSearchIndex {
    async fn progress(&self, rooms: Option<&[RoomId]>) -> Result<HashMap<RoomId, Seq>, StoreError> {
        let asked = rooms.map(|rooms| json!(rooms.iter().map(hex).collect::<Vec<_>>()).to_string());
        let rows = sqlx::query(
            "SELECT id, indexed FROM room WHERE ?1 IS NULL OR id IN (SELECT unhex(value) FROM json_each(?1))",
        )
        .bind(asked)
        .fetch_all(&self.database.readers)
        .await
        .map_err(error)?;
        let progress = |row| Ok((RoomId(id(row, "id")?), seq(row, "room", "indexed")?));
        rows.iter().map(progress).collect()
    }

    async fn put(&self, entries: Vec<IndexEntry>) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let rooms = rooms(&mut transaction, &entries).await?;
        let mut entries: Vec<_> = entries
            .into_iter()
            .filter_map(|entry| {
                let (no, indexed) = rooms.get(&entry.room)?;
                (entry.seq > *indexed).then_some((*no, entry))
            })
            .collect();
        entries.sort_by_key(|(no, entry)| (entry.at, *no, entry.seq));
        let moments = moments(&mut transaction, &entries).await?;
        let rows: Vec<_> = moments
            .into_iter()
            .zip(&entries)
            .map(|(moment, (no, entry))| {
                let words = entry.words.iter().map(String::as_str);
                let own = [format!(":{no}"), format!("@{}", entry.author.0.simple())];
                let words: Vec<_> = words.chain(own.iter().map(String::as_str)).collect();
                json!([moment, no, entry.seq.0, words.join(" ")])
            })
            .collect();
        let rows = json!(rows).to_string();
        for sql in [
            "INSERT INTO place (moment, room, seq) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)",
            "INSERT INTO word (rowid, words) SELECT value ->> 0, value ->> 3 FROM json_each(?)",
            "UPDATE room SET indexed = entry.last FROM \
             (SELECT value ->> 1 AS no, max(value ->> 2) AS last FROM json_each(?) GROUP BY value ->> 1) AS entry \
             WHERE room.no = entry.no",
        ] {
            sqlx::query(sql)
                .bind(&rows)
                .execute(&mut *transaction)
                .await
                .map_err(error)?;
        }
        transaction.commit().await.map_err(error)
    }

    async fn forget(&self, room: RoomId) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let known = sqlx::query("SELECT no FROM room WHERE id = ?")
            .bind(room.0)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(error)?;
        let Some(known) = known else {
            return Ok(true);
        };
        let no: i64 = get(&known, "no")?;
        let moments = sqlx::query("SELECT rowid FROM word WHERE word MATCH ? LIMIT ?")
            .bind(format!("\":{no}\""))
            .bind(FORGET_MAX)
            .fetch_all(&mut *transaction)
            .await
            .map_err(error)?;
        if moments.is_empty() {
            sqlx::query("DELETE FROM room WHERE no = ?")
                .bind(no)
                .execute(&mut *transaction)
                .await
                .map_err(error)?;
        } else {
            let moments: Vec<i64> = moments.iter().map(|row| row.get(0)).collect();
            let moments = json!(moments).to_string();
            for sql in [
                "DELETE FROM word WHERE rowid IN (SELECT value FROM json_each(?))",
                "DELETE FROM place WHERE moment IN (SELECT value FROM json_each(?))",
            ] {
                sqlx::query(sql)
                    .bind(&moments)
                    .execute(&mut *transaction)
                    .await
                    .map_err(error)?;
            }
        }
        transaction.commit().await.map_err(error)?;
        Ok(moments.is_empty())
    }

    async fn lookup(&self, lookup: &Lookup<'_>) -> Result<Vec<Candidate>, StoreError> {
        let Some(expression) = self.expression(lookup).await? else {
            return Ok(Vec::new());
        };
        // CROSS JOIN keeps the order of the index: the newest first, and no further than the limit.
        let found = sqlx::query(
            "SELECT word.rowid AS moment, room.id AS room, place.seq AS seq FROM word \
             CROSS JOIN place ON place.moment = word.rowid CROSS JOIN room ON room.no = place.room \
             WHERE word MATCH ? AND word.rowid < ? AND word.rowid >= ? ORDER BY word.rowid DESC LIMIT ?",
        )
        .bind(expression)
        .bind(lookup.before.0)
        .bind(lookup.from.0)
        .bind(i64::try_from(lookup.limit).unwrap_or(i64::MAX))
        .fetch_all(&self.database.readers);
        let rows = timed("search", found).await.map_err(error)?;
        rows.iter()
            .map(|row| {
                Ok(Candidate {
                    moment: Moment(get(row, "moment")?),
                    room: RoomId(id(row, "room")?),
                    seq: seq(row, "place", "seq")?,
                })
            })
            .collect()
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

impl SqliteSearchIndex {
    /// A lookup in the words of FTS5; `None`: nothing can fit.
    async fn expression(&self, lookup: &Lookup<'_>) -> Result<Option<String>, StoreError> {
        let either = |words: Vec<String>| format!("({})", words.join(" OR "));
        let mut parts: Vec<String> = lookup.words.iter().map(quoted).collect();
        if let Some(authors) = lookup.authors {
            let authors: Vec<_> = authors
                .iter()
                .map(|author| quoted(format!("@{}", author.0.simple())))
                .collect();
            if authors.is_empty() {
                return Ok(None);
            }
            parts.push(either(authors));
        }
        if let Some(rooms) = &lookup.rooms {
            let rooms = json!(rooms.iter().map(hex).collect::<Vec<_>>()).to_string();
            let known = sqlx::query(
                "SELECT no FROM room WHERE id IN (SELECT unhex(value) FROM json_each(?))",
            )
            .bind(rooms)
            .fetch_all(&self.database.readers)
            .await
            .map_err(error)?;
            if known.is_empty() {
                return Ok(None);
            }
            let numbers = known.iter().map(|row| get::<i64>(row, "no"));
            let numbers: Result<Vec<_>, _> = numbers
                .map(|no| no.map(|no| quoted(format!(":{no}"))))
                .collect();
            parts.push(either(numbers?));
        }
        Ok(Some(parts.join(" AND ")))
    }
}

/// A word as FTS5 reads it; words have no quotes.
fn quoted(word: impl std::fmt::Display) -> String {
    format!("\"{word}\"")
}

fn hex(room: &RoomId) -> String {
    room.0.simple().to_string()
}

/// The numbers of the rooms of entries, and how far each is indexed; new ones are made.
async fn rooms(
    connection: &mut SqliteConnection,
    entries: &[IndexEntry],
) -> Result<HashMap<RoomId, (i64, Seq)>, StoreError> {
    let mut rooms: Vec<_> = entries.iter().map(|entry| hex(&entry.room)).collect();
    rooms.dedup();
    let rooms = json!(rooms).to_string();
    sqlx::query(
        "INSERT INTO room (id, indexed) SELECT unhex(value), 0 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
    )
    .bind(&rooms)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    let rows = sqlx::query(
        "SELECT no, id, indexed FROM room WHERE id IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(&rooms)
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let known = (get(row, "no")?, seq(row, "room", "indexed")?);
            Ok((RoomId(id(row, "id")?), known))
        })
        .collect()
}

/// A moment for each entry, rising: the microsecond in which it was received, or the next one that is free.
async fn moments(
    connection: &mut SqliteConnection,
    entries: &[(i64, IndexEntry)],
) -> Result<Vec<i64>, StoreError> {
    let mut next = i64::MIN;
    let mut moments = Vec::with_capacity(entries.len());
    for (_, entry) in entries {
        let moment = next.max(entry.at.as_micros());
        moments.push(moment);
        next = moment + 1;
    }
    let taken: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM place WHERE moment IN (SELECT value FROM json_each(?))",
    )
    .bind(json!(moments).to_string())
    .fetch_one(&mut *connection)
    .await
    .map_err(error)?;
    if taken == 0 {
        return Ok(moments);
    }
    next = i64::MIN;
    for (moment, (_, entry)) in moments.iter_mut().zip(entries) {
        *moment = sqlx::query_scalar(
            "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM place WHERE moment = ?1) THEN ?1 ELSE \
                 (SELECT moment + 1 FROM place AS run WHERE moment >= ?1 \
                  AND NOT EXISTS (SELECT 1 FROM place WHERE moment = run.moment + 1) ORDER BY moment LIMIT 1) END",
        )
        .bind(next.max(entry.at.as_micros()))
        .fetch_one(&mut *connection)
        .await
        .map_err(error)?;
        next = *moment + 1;
    }
    Ok(moments)
}
