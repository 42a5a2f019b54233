//! Messages: the group commit, and pages of history.

use std::collections::HashMap;

use perch_domain::message::{Message, Via};
use perch_domain::{AddinId, Nonce, PrincipalId, RoomId, Seq, Timestamp};
use perch_store::card::card_text;
use perch_store::column::{contexts, contexts_text, int, part, part_word};
use perch_store::{Append, Appended, Batch, Page, StoreError};
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::attention::mark_read;
use crate::card;
use crate::convert::{get, id, seq, time};
use crate::database::{Database, error};
use crate::original::Originals;

/// A room as the batch sees it: its number and the place of its last message so far.
struct Head {
    no: i64,
    last: Seq,
}

/// What an author appended before with a nonce.
#[derive(Clone, Copy)]
struct Earlier {
    room: RoomId,
    seq: Seq,
    at: Timestamp,
}

/// Appends a batch. It is begun anew when another node has stored one of its nonces, in a room that the batch does not
/// lock, after it was looked for: then it is found.
pub(crate) async fn append(
    database: &Database,
    batch: &Batch,
) -> Result<Vec<Appended>, StoreError> {
    const ATTEMPTS: u32 = 5;
    for _ in 1..ATTEMPTS {
        match append_once(database, batch).await {
            Err(cause) if is_race(&cause) => {}
            done => return done,
        }
    }
    append_once(database, batch).await
}

fn is_race(cause: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = cause else {
        return false;
    };
    matches!(
        cause.downcast_ref(),
        Some(sqlx::Error::Database(database)) if database.constraint() == Some("message_nonce")
    )
}

/// Four statements, whatever the size of the batch, and one flush to the disk; five, when an add-in replaced a text.
async fn append_once(database: &Database, batch: &Batch) -> Result<Vec<Appended>, StoreError> {
    let mut session = database.begin().await?;
    let mut heads = heads(&mut session, batch).await?;
    // Asked after the rooms are locked: a statement sees what was committed before it began.
    let mut earlier = earlier(&mut session, &batch.appends).await?;
    let mut answers = Vec::with_capacity(batch.appends.len());
    let mut rows = Rows::default();
    let mut originals = Originals::default();
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
        earlier.insert(
            key,
            Earlier {
                room: append.room,
                seq: head.last,
                at: append.at,
            },
        );
        rows.push(head, append);
        if let Some(original) = &append.original {
            originals.push(head.no, head.last, original);
        }
        answers.push(Appended::Stored { seq: head.last });
    }
    if !rows.seqs.is_empty() {
        rows.insert(&mut session).await?;
        originals.insert(&mut session).await?;
    }
    mark_read(&mut session, &batch.reads).await?;
    session.commit().await?;
    Ok(answers)
}

/// Locks the rooms of a batch, those that are only read too: in one order, so that no two batches wait for each other.
async fn heads(
    connection: &mut PgConnection,
    batch: &Batch,
) -> Result<HashMap<RoomId, Head>, StoreError> {
    let appends = batch.appends.iter().map(|append| append.room.0);
    let reads = batch.reads.iter().map(|mark| mark.room.0);
    let rooms: Vec<Uuid> = appends.chain(reads).collect();
    let rows = sqlx::query(
        "SELECT no, id, head FROM room WHERE id = ANY($1) ORDER BY no FOR NO KEY UPDATE",
    )
    .bind(rooms)
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let head = Head {
                no: get(row, "no")?,
                last: seq(row, "room", "head")?,
            };
            Ok((RoomId(id(row, "id")?), head))
        })
        .collect()
}

async fn earlier(
    connection: &mut PgConnection,
    appends: &[Append],
) -> Result<HashMap<(PrincipalId, Nonce), Earlier>, StoreError> {
    let authors: Vec<Uuid> = appends.iter().map(|append| append.author.0).collect();
    let nonces: Vec<Uuid> = appends.iter().map(|append| append.nonce.0).collect();
    let rows = sqlx::query(
        "SELECT message.author, message.nonce, message.seq, message.at, room.id \
         FROM unnest($1, $2) AS entry (author, nonce) \
         JOIN message ON message.author = entry.author AND message.nonce = entry.nonce \
         JOIN room ON room.no = message.room",
    )
    .bind(authors)
    .bind(nonces)
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

/// New messages, a vector for each column.
#[derive(Default)]
struct Rows<'a> {
    rooms: Vec<i64>,
    seqs: Vec<i64>,
    authors: Vec<Uuid>,
    ats: Vec<i64>,
    alerts: Vec<bool>,
    titles: Vec<Option<&'a str>>,
    texts: Vec<&'a str>,
    contexts: Vec<Option<String>>,
    nonces: Vec<Uuid>,
    vias: Vec<Option<Uuid>>,
    via_parts: Vec<Option<&'static str>>,
    cards: Vec<Option<String>>,
    updates: Vec<Option<i64>>,
}

impl<'a> Rows<'a> {
    fn push(&mut self, head: &Head, append: &'a Append) {
        let draft = &append.draft;
        self.rooms.push(head.no);
        self.seqs.push(int(head.last.0));
        self.authors.push(append.author.0);
        self.ats.push(append.at.as_micros());
        self.alerts.push(draft.alert());
        self.titles.push(draft.title());
        self.texts.push(draft.text());
        self.contexts.push(contexts_text(draft.contexts()));
        self.nonces.push(append.nonce.0);
        self.vias.push(append.via.map(|via| via.addin.0));
        self.via_parts
            .push(append.via.map(|via| part_word(via.part)));
        self.cards.push(draft.card().map(card_text));
        self.updates.push(draft.updates().map(|seq| int(seq.0)));
    }

    /// Inserts the messages and moves the heads of their rooms. In the order of the nonces: who inserts one that another
    /// has just inserted waits for that other, and no two may wait for each other.
    async fn insert(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query(
            "WITH entry AS ( \
                 SELECT room, seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates \
                 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                 AS entry (room, seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates) \
             ), moved AS ( \
                 UPDATE room SET head = last.seq \
                 FROM (SELECT room, max(seq) AS seq FROM entry GROUP BY room) AS last WHERE room.no = last.room \
             ) \
             INSERT INTO message (room, seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates) \
             SELECT room, seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM entry \
             ORDER BY author, nonce",
        )
        .bind(self.rooms)
        .bind(self.seqs)
        .bind(self.authors)
        .bind(self.ats)
        .bind(self.alerts)
        .bind(self.titles)
        .bind(self.texts)
        .bind(self.contexts)
        .bind(self.nonces)
        .bind(self.vias)
        .bind(self.via_parts)
        .bind(self.cards)
        .bind(self.updates)
        .execute(connection)
        .await
        .map_err(error)?;
        Ok(())
    }
}

/// A page of history, oldest first.
pub(crate) async fn page(
    connection: &mut PgConnection,
    room: RoomId,
    page: Page,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let (sql, bound) = match page {
        Page::Before(before) => (
            "SELECT seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM message \
             WHERE room = (SELECT no FROM room WHERE id = $1) AND seq < $2 ORDER BY seq DESC LIMIT $3",
            before,
        ),
        Page::After(after) => (
            "SELECT seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates FROM message \
             WHERE room = (SELECT no FROM room WHERE id = $1) AND seq > $2 ORDER BY seq LIMIT $3",
            after,
        ),
    };
    let rows = sqlx::query(sql)
        .bind(room.0)
        .bind(int(bound.0.min(i64::MAX.unsigned_abs())))
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await
        .map_err(error)?;
    let mut messages = rows
        .iter()
        .map(|row| message(row, room))
        .collect::<Result<Vec<_>, _>>()?;
    if matches!(page, Page::Before(_)) {
        messages.reverse();
    }
    card::put_latest(connection, &mut messages).await?;
    Ok(messages)
}

fn message(row: &PgRow, room: RoomId) -> Result<Message, StoreError> {
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

fn via(row: &PgRow) -> Result<Option<Via>, StoreError> {
    let addin = get::<Option<Uuid>>(row, "via")?.map(AddinId);
    let part = get::<Option<&str>>(row, "via_part")?
        .map(part)
        .transpose()?;
    Ok(addin.zip(part).map(|(addin, part)| Via { addin, part }))
}

/// The messages at some places.
pub(crate) async fn at(
    connection: &mut PgConnection,
    places: &[(RoomId, Seq)],
) -> Result<Vec<Message>, StoreError> {
    let (rooms, seqs): (Vec<Uuid>, Vec<i64>) = places
        .iter()
        .map(|(room, seq)| (room.0, int(seq.0)))
        .unzip();
    let rows = sqlx::query(
        "SELECT room.id, message.seq, author, at, alert, title, text, contexts, nonce, via, via_part, card, updates \
         FROM unnest($1, $2) AS entry (room, seq) JOIN room ON room.id = entry.room \
         JOIN message ON message.room = room.no AND message.seq = entry.seq",
    )
    .bind(rooms)
    .bind(seqs)
    .fetch_all(&mut *connection)
    .await
    .map_err(error)?;
    let mut messages = rows
        .iter()
        .map(|row| message(row, RoomId(id(row, "id")?)))
        .collect::<Result<Vec<_>, _>>()?;
    card::put_latest(connection, &mut messages).await?;
    Ok(messages)
}

/// The place of a room's oldest message.
pub(crate) async fn first_seq(
    connection: &mut PgConnection,
    room: RoomId,
) -> Result<Seq, StoreError> {
    let row = sqlx::query(
        "SELECT coalesce(min(seq), 0) AS first FROM message WHERE room = (SELECT no FROM room WHERE id = $1)",
    )
    .bind(room.0)
    .fetch_one(connection)
    .await
    .map_err(error)?;
    seq(&row, "message", "first")
}

/// Removes what rooms without history have relayed.
pub(crate) async fn expire(database: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let mut session = database.begin().await?;
    let done = sqlx::query(
        "DELETE FROM message WHERE at < $1 AND room IN \
         (SELECT room.no FROM room JOIN category ON category.id = room.category WHERE NOT category.chat_history)",
    )
    .bind(before.as_micros())
    .execute(&mut *session)
    .await
    .map_err(error)?;
    session.commit().await?;
    Ok(done.rows_affected())
}
