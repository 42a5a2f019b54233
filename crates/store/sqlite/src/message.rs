//! Messages: the group commit, and pages of history.

use std::collections::HashMap;

use perch_domain::message::{Message, Via};
use perch_domain::{AddinId, Nonce, PrincipalId, RoomId, Seq, Timestamp};
use perch_store::card::card_text;
use perch_store::column::{contexts, contexts_text, int, part, part_word};
use perch_store::{Append, Appended, Batch, Page, StoreError};
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::convert::{get, id, seq, time};
use crate::database::{Database, error};
use crate::{card, original};

/// A room as the batch sees it: its number and the place of its last message so far.
struct Head {
    no: i64,
    last: Seq,
    moved: bool,
}

/// What an author appended before with a nonce.
#[derive(Clone, Copy)]
struct Earlier {
    room: RoomId,
    seq: Seq,
    at: Timestamp,
}

/// Appends a batch: four statements, whatever its size, and one flush to the disk; five, when an add-in replaced a text.
pub(crate) async fn append(
    database: &Database,
    batch: &Batch,
) -> Result<Vec<Appended>, StoreError> {
    let mut transaction = database.begin().await?;
    let mut heads = heads(&mut transaction, &batch.appends).await?;
    let mut earlier = earlier(&mut transaction, &batch.appends).await?;
    let mut answers = Vec::with_capacity(batch.appends.len());
    let mut rows = Vec::with_capacity(batch.appends.len());
    let mut originals = Vec::new();
    for append in &batch.appends {
        let Some(head) = heads.get_mut(&append.room) else {
            answers.push(Appended::NoRoom);
            continue;
        };
        let key = (append.author, append.nonce);
        if let Some(known) = earlier.get(&key) {
            answers.push(Appended::Repeated {
                room: known.room,
                seq: known.seq,
                at: known.at,
            });
            continue;
        }
        head.last = head.last.next();
        head.moved = true;
        earlier.insert(
            key,
            Earlier {
                room: append.room,
                seq: head.last,
                at: append.at,
            },
        );
        rows.push(row_json(head, append));
        originals.extend(
            append
                .original
                .as_ref()
                .map(|original| original::row(head.no, head.last, original)),
        );
        answers.push(Appended::Stored { seq: head.last });
    }
    if !rows.is_empty() {
        insert(&mut transaction, rows).await?;
        if !originals.is_empty() {
            original::insert(&mut transaction, originals).await?;
        }
        let moved = heads.values().filter(|head| head.moved);
        let moved: Vec<_> = moved.map(|head| json!([head.no, head.last.0])).collect();
        sqlx::query(
            "UPDATE room SET head = entry.value ->> 1 FROM json_each(?) AS entry WHERE room.no = entry.value ->> 0",
        )
        .bind(json!(moved).to_string())
        .execute(&mut *transaction)
        .await
        .map_err(error)?;
    }
    crate::attention::mark_read(&mut transaction, &batch.reads).await?;
    transaction.commit().await.map_err(error)?;
    Ok(answers)
}

async fn heads(
    connection: &mut SqliteConnection,
    appends: &[Append],
) -> Result<HashMap<RoomId, Head>, StoreError> {
    let rooms: Vec<String> = appends.iter().map(|append| hex(append.room.0)).collect();
    let rows = sqlx::query(
        "SELECT room.no, room.id, room.head FROM room \
         WHERE room.id IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(json!(rooms).to_string())
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let head = Head {
                no: get(row, "no")?,
                last: seq(row, "room", "head")?,
                moved: false,
            };
            Ok((RoomId(id(row, "id")?), head))
        })
        .collect()
}

async fn earlier(
    connection: &mut SqliteConnection,
    appends: &[Append],
) -> Result<HashMap<(PrincipalId, Nonce), Earlier>, StoreError> {
    let keys: Vec<_> = appends
        .iter()
        .map(|append| [hex(append.author.0), hex(append.nonce.0)])
        .collect();
    // CROSS JOIN keeps SQLite from scanning the messages first: the index on (author, nonce) is asked once a key.
    let rows = sqlx::query(
        "SELECT message.author, message.nonce, message.seq, message.at, room.id FROM json_each(?) AS entry \
         CROSS JOIN message ON message.author = unhex(entry.value ->> 0) AND message.nonce = unhex(entry.value ->> 1) \
         JOIN room ON room.no = message.room",
    )
    .bind(json!(keys).to_string())
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let key = (PrincipalId(id(row, "author")?), Nonce(id(row, "nonce")?));
            let earlier = Earlier {
                room: RoomId(id(row, "id")?),
                seq: seq(row, "message", "seq")?,
                at: time(row, "at")?,
            };
            Ok((key, earlier))
        })
        .collect()
}

pub(crate) fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

fn row_json(head: &Head, append: &Append) -> serde_json::Value {
    let draft = &append.draft;
    json!([
        head.no,
        head.last.0,
        hex(append.author.0),
        append.at.as_micros(),
        u8::from(draft.alert()),
        draft.title(),
        draft.text(),
        contexts_text(draft.contexts()),
        hex(append.nonce.0),
        append.via.map(|via| hex(via.addin.0)),
        append.via.map(|via| part_word(via.part)),
        draft.card().map(card_text),
        draft.updates().map(|seq| seq.0),
    ])
}

async fn insert(
    connection: &mut SqliteConnection,
    rows: Vec<serde_json::Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message (room, seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates) \
         SELECT value ->> 0, value ->> 1, unhex(value ->> 2), value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
                value ->> 7, unhex(value ->> 8), unhex(value ->> 9), value ->> 10, value ->> 11, value ->> 12 \
         FROM json_each(?)",
    )
    .bind(serde_json::Value::Array(rows).to_string())
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

/// A page of history, oldest first.
pub(crate) async fn page(
    readers: &SqlitePool,
    room: RoomId,
    page: Page,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let (sql, bound) = match page {
        Page::Before(before) => (
            "SELECT seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM message \
             WHERE room = (SELECT no FROM room WHERE id = ?) AND seq < ? ORDER BY seq DESC LIMIT ?",
            before,
        ),
        Page::After(after) => (
            "SELECT seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM message \
             WHERE room = (SELECT no FROM room WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?",
            after,
        ),
    };
    let rows = sqlx::query(sql)
        .bind(room.0)
        .bind(int(bound.0.min(i64::MAX.unsigned_abs())))
        .bind(limit)
        .fetch_all(readers)
        .await
        .map_err(error)?;
    let mut messages = rows
        .iter()
        .map(|row| message(row, room))
        .collect::<Result<Vec<_>, _>>()?;
    if matches!(page, Page::Before(_)) {
        messages.reverse();
    }
    card::put_latest(readers, &mut messages).await?;
    Ok(messages)
}

fn message(row: &SqliteRow, room: RoomId) -> Result<Message, StoreError> {
    Ok(Message {
        room,
        seq: seq(row, "message", "seq")?,
        author: PrincipalId(id(row, "author")?),
        at: time(row, "at")?,
        text: get(row, "text")?,
        alert: get(row, "alert")?,
        title: get(row, "title")?,
        contexts: contexts(get::<Option<&str>>(row, "contexts")?)?,
        nonce: Nonce(id(row, "nonce")?),
        via: via(row)?,
        card: card::of(row)?,
        updates: card::updates(row)?,
        latest: None,
    })
}

fn via(row: &SqliteRow) -> Result<Option<Via>, StoreError> {
    let addin = get::<Option<Uuid>>(row, "via")?.map(AddinId);
    let part = get::<Option<&str>>(row, "via_part")?
        .map(part)
        .transpose()?;
    Ok(addin.zip(part).map(|(addin, part)| Via { addin, part }))
}

/// The messages at some places.
pub(crate) async fn at(
    readers: &SqlitePool,
    places: &[(RoomId, Seq)],
) -> Result<Vec<Message>, StoreError> {
    let places: Vec<_> = places
        .iter()
        .map(|(room, seq)| json!([hex(room.0), int(seq.0)]))
        .collect();
    let rows = sqlx::query(
        "SELECT room.id, message.seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM json_each(?) AS entry \
         CROSS JOIN room ON room.id = unhex(entry.value ->> 0) \
         CROSS JOIN message ON message.room = room.no AND message.seq = entry.value ->> 1",
    )
    .bind(json!(places).to_string())
    .fetch_all(readers)
    .await
    .map_err(error)?;
    let mut messages = rows
        .iter()
        .map(|row| message(row, RoomId(id(row, "id")?)))
        .collect::<Result<Vec<_>, _>>()?;
    card::put_latest(readers, &mut messages).await?;
    Ok(messages)
}

/// The place of a room's oldest message.
pub(crate) async fn first_seq(readers: &SqlitePool, room: RoomId) -> Result<Seq, StoreError> {
    let row = sqlx::query(
        "SELECT coalesce(min(seq), 0) AS first FROM message WHERE room = (SELECT no FROM room WHERE id = ?)",
    )
    .bind(room.0)
    .fetch_one(readers)
    .await
    .map_err(error)?;
    seq(&row, "message", "first")
}

/// Removes what rooms without history have relayed.
pub(crate) async fn expire(database: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = database.begin().await?;
    let done = sqlx::query(
        "DELETE FROM message WHERE at < ? AND room IN \
         (SELECT room.no FROM room JOIN category ON category.id = room.category WHERE category.chat_history = 0)",
    )
    .bind(before.as_micros())
    .execute(&mut *transaction)
    .await
    .map_err(error)?;
    transaction.commit().await.map_err(error)?;
    Ok(done.rows_affected())
}
