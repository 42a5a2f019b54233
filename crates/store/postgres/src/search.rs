//! The index of messages: a GIN index of their words, in a schema of its own.

use std::collections::HashMap;

use async_trait::async_trait;
use perch_domain::{RoomId, Seq};
use perch_store::column::int;
use perch_store::search::{Candidate, IndexEntry, Lookup, Moment, SearchIndex};
use perch_store::{StoreError, timed};
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::convert::{get, id, seq};
use crate::database::{Database, Session, error};

/// Entries of a room that are removed in one transaction.
const FORGET_MAX: i64 = 2_000;

/// Looks through the newest places, one after the other: what is frequent is soon found often enough.
const AMONG_NEWEST: &str = "WITH newest AS ( \
         SELECT moment, room, seq, words FROM place WHERE moment < $2 AND moment >= $3 ORDER BY moment DESC LIMIT 50000 \
     ) \
     SELECT newest.moment, room.id AS room, newest.seq FROM newest JOIN room ON room.no = newest.room \
     WHERE newest.words @@ $1::tsquery ORDER BY newest.moment DESC LIMIT $4";
/// Asks the index of words for all that fits, and takes the newest. If PostgreSQL knew that only some are wanted, it would walk
/// through every place there is for a rare word, whose rarity it underestimates.
const BY_WORDS: &str = "WITH fitting AS MATERIALIZED ( \
         SELECT moment, room, seq FROM place WHERE words @@ $1::tsquery AND moment < $2 AND moment >= $3 \
     ) \
     SELECT fitting.moment, room.id AS room, fitting.seq FROM fitting JOIN room ON room.no = fitting.room \
     ORDER BY fitting.moment DESC LIMIT $4";

pub(crate) struct PostgresSearchIndex {
    database: Database,
}

impl PostgresSearchIndex {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }

    /// Begins a write. One node at a time feeds the index; none waits for the disk, since what is lost is fed again.
    async fn begin(&self) -> Result<Session, StoreError> {
        let mut session = self.database.begin().await?;
        for sql in [
            "SET LOCAL synchronous_commit TO off",
            "LOCK TABLE room IN SHARE ROW EXCLUSIVE MODE",
        ] {
            sqlx::query(sql)
                .execute(&mut *session)
                .await
                .map_err(error)?;
        }
        Ok(session)
    }
}

#[async_trait]
impl SearchIndex for PostgresSearchIndex {
    async fn progress(&self, rooms: Option<&[RoomId]>) -> Result<HashMap<RoomId, Seq>, StoreError> {
        let rooms: Option<Vec<Uuid>> = rooms.map(|rooms| rooms.iter().map(|room| room.0).collect());
        let rows =
            sqlx::query("SELECT id, indexed FROM room WHERE $1::uuid[] IS NULL OR id = ANY($1)")
                .bind(rooms)
                .fetch_all(&mut *self.database.read().await?)
                .await
                .map_err(error)?;
        let progress = |row| Ok((RoomId(id(row, "id")?), seq(row, "room", "indexed")?));
        rows.iter().map(progress).collect()
    }

    async fn put(&self, entries: Vec<IndexEntry>) -> Result<(), StoreError> {
        let mut session = self.begin().await?;
        let rooms = rooms(&mut session, &entries).await?;
        let mut entries: Vec<_> = entries
            .into_iter()
            .filter_map(|entry| {
                let (no, indexed) = rooms.get(&entry.room)?;
                (entry.seq > *indexed).then_some((*no, entry))
            })
            .collect();
        entries.sort_by_key(|(no, entry)| (entry.at, *no, entry.seq));
        let moments = moments(&mut session, &entries).await?;
        let (mut numbers, mut seqs, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for (no, entry) in &entries {
            numbers.push(*no);
            seqs.push(int(entry.seq.0));
            let own = [format!(":{no}"), format!("@{}", entry.author.0.simple())];
            let all: Vec<_> = entry.words.iter().chain(&own).map(quoted).collect();
            words.push(all.join(" "));
        }
        sqlx::query(
            "WITH entry AS ( \
                 SELECT moment, room, seq, words FROM unnest($1, $2, $3, $4) AS entry (moment, room, seq, words) \
             ), moved AS ( \
                 UPDATE room SET indexed = last.seq \
                 FROM (SELECT room, max(seq) AS seq FROM entry GROUP BY room) AS last WHERE room.no = last.room \
             ) \
             INSERT INTO place (moment, room, seq, words) SELECT moment, room, seq, words::tsvector FROM entry",
        )
        .bind(moments)
        .bind(numbers)
        .bind(seqs)
        .bind(words)
        .execute(&mut *session)
        .await
        .map_err(error)?;
        session.commit().await
    }

    async fn forget(&self, room: RoomId) -> Result<bool, StoreError> {
        let mut session = self.begin().await?;
        let known: Option<i64> = sqlx::query_scalar("SELECT no FROM room WHERE id = $1")
            .bind(room.0)
            .fetch_optional(&mut *session)
            .await
            .map_err(error)?;
        let Some(no) = known else {
            return Ok(true);
        };
        let done = sqlx::query(
            "DELETE FROM place WHERE moment IN (SELECT moment FROM place WHERE words @@ $1::tsquery LIMIT $2)",
        )
        .persistent(false)
        .bind(quoted(format!(":{no}")))
        .bind(FORGET_MAX)
        .execute(&mut *session)
        .await
        .map_err(error)?;
        let empty = done.rows_affected() == 0;
        if empty {
            sqlx::query("DELETE FROM room WHERE no = $1")
                .bind(no)
                .execute(&mut *session)
                .await
                .map_err(error)?;
        }
        session.commit().await?;
        Ok(empty)
    }

    async fn lookup(&self, lookup: &Lookup<'_>) -> Result<Vec<Candidate>, StoreError> {
        let mut session = self.database.read().await?;
        let Some(expression) = expression(&mut session, lookup).await? else {
            return Ok(Vec::new());
        };
        let mut rows = found(&mut session, AMONG_NEWEST, &expression, lookup).await?;
        if rows.len() < lookup.limit {
            rows = found(&mut session, BY_WORDS, &expression, lookup).await?;
        }
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

async fn found(
    connection: &mut PgConnection,
    sql: &'static str,
    expression: &str,
    lookup: &Lookup<'_>,
) -> Result<Vec<PgRow>, StoreError> {
    // Planned for each search: what is best depends on the words.
    let rows = sqlx::query(sql)
        .persistent(false)
        .bind(expression)
        .bind(lookup.before.0)
        .bind(lookup.from.0)
        .bind(i64::try_from(lookup.limit).unwrap_or(i64::MAX))
        .fetch_all(connection);
    timed("search", rows).await.map_err(error)
}

/// A lookup as a `tsquery`; `None`: nothing can fit.
async fn expression(
    connection: &mut PgConnection,
    lookup: &Lookup<'_>,
) -> Result<Option<String>, StoreError> {
    let either = |words: Vec<String>| format!("({})", words.join(" | "));
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
        let rooms: Vec<Uuid> = rooms.iter().map(|room| room.0).collect();
        let known: Vec<i64> = sqlx::query_scalar("SELECT no FROM room WHERE id = ANY($1)")
            .bind(rooms)
            .fetch_all(connection)
            .await
            .map_err(error)?;
        if known.is_empty() {
            return Ok(None);
        }
        parts.push(either(
            known.iter().map(|no| quoted(format!(":{no}"))).collect(),
        ));
    }
    Ok(Some(parts.join(" & ")))
}

/// A word as PostgreSQL reads it; words have neither quotes nor backslashes.
fn quoted(word: impl std::fmt::Display) -> String {
    format!("'{word}'")
}

/// The numbers of the rooms of entries, and how far each is indexed; new ones are made.
async fn rooms(
    connection: &mut PgConnection,
    entries: &[IndexEntry],
) -> Result<HashMap<RoomId, (i64, Seq)>, StoreError> {
    let mut rooms: Vec<Uuid> = entries.iter().map(|entry| entry.room.0).collect();
    rooms.dedup();
    sqlx::query(
        "INSERT INTO room (id, indexed) SELECT DISTINCT id, 0 FROM unnest($1::uuid[]) AS id \
         WHERE id NOT IN (SELECT id FROM room WHERE id = ANY($1))",
    )
    .bind(&rooms)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    let rows = sqlx::query("SELECT no, id, indexed FROM room WHERE id = ANY($1)")
        .bind(rooms)
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
    connection: &mut PgConnection,
    entries: &[(i64, IndexEntry)],
) -> Result<Vec<i64>, StoreError> {
    let mut next = i64::MIN;
    let mut moments = Vec::with_capacity(entries.len());
    for (_, entry) in entries {
        let moment = next.max(entry.at.as_micros());
        moments.push(moment);
        next = moment + 1;
    }
    let taken: i64 = sqlx::query_scalar("SELECT count(*) FROM place WHERE moment = ANY($1)")
        .bind(&moments)
        .fetch_one(&mut *connection)
        .await
        .map_err(error)?;
    if taken == 0 {
        return Ok(moments);
    }
    next = i64::MIN;
    for (moment, (_, entry)) in moments.iter_mut().zip(entries) {
        *moment = sqlx::query_scalar(
            "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM place WHERE moment = $1) THEN $1::bigint ELSE \
                 (SELECT moment + 1 FROM place AS run WHERE moment >= $1 \
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
