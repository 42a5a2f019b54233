//! Webhooks: how far each has been told of each room, how it fares, what was given up, and the lease by which one node tells.

use perch_domain::addin::Addin;
use perch_domain::room::Room;
use perch_domain::secret::Secret;
use perch_domain::webhook::{DeadLetter, Webhook, WebhookCursor, WebhookState, WebhookUrl};
use perch_domain::{AddinId, RoomId, Seq, Timestamp};
use perch_store::column::{bytes_32, int};
use perch_store::{DEAD_LETTERS_KEPT, StoreError, WEBHOOK_ROOMS_DUE_MAX};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::convert::{count, get, id, seq, time};
use crate::database::{Database, error};

/// The webhook of a row of add-ins that webhooks were joined to.
pub(crate) fn of_addin(row: &SqliteRow) -> Result<Option<Webhook>, StoreError> {
    let secret = |column| {
        let bytes = get::<Option<Vec<u8>>>(row, column)?;
        bytes
            .map(|bytes| bytes_32(bytes, "webhook", "secret").map(Secret))
            .transpose()
    };
    let url = get::<Option<String>>(row, "webhook_url")?;
    let Some((url, current)) = url.zip(secret("webhook_secret")?) else {
        return Ok(None);
    };
    let until = get::<Option<i64>>(row, "previous_until")?.map(Timestamp::from_micros);
    Ok(Some(Webhook {
        url: WebhookUrl::stored(url),
        secret: current,
        previous: secret("previous_secret")?.zip(until),
    }))
}

/// Keeps an add-in's webhook, or that it has none. It is told of its rooms from now on. At another address it is tried at once.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    addin: &Addin,
) -> Result<(), StoreError> {
    let Some(webhook) = &addin.webhook else {
        sqlx::query("DELETE FROM webhook WHERE addin = ?1")
            .bind(addin.id.0)
            .execute(connection)
            .await
            .map_err(error)?;
        return Ok(());
    };
    let previous = webhook.previous.as_ref();
    sqlx::query(
        "INSERT INTO webhook (addin, url, secret, previous_secret, previous_until) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (addin) DO UPDATE SET url = excluded.url, secret = excluded.secret, \
         previous_secret = excluded.previous_secret, previous_until = excluded.previous_until, \
         attempts = CASE WHEN webhook.url = excluded.url THEN webhook.attempts ELSE 0 END, \
         due_at = CASE WHEN webhook.url = excluded.url THEN webhook.due_at ELSE 0 END",
    )
    .bind(addin.id.0)
    .bind(webhook.url.as_str())
    .bind(webhook.secret.0.as_slice())
    .bind(previous.map(|(secret, _)| secret.0.as_slice()))
    .bind(previous.map(|(_, until)| until.as_micros()))
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    sqlx::query(
        "INSERT INTO webhook_cursor (addin, room, seq, since) SELECT addin, no, head, head FROM room WHERE addin = ?1 \
         ON CONFLICT DO NOTHING",
    )
    .bind(addin.id.0)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

/// A room has an add-in from now on, or has it no longer.
pub(crate) async fn follow_room(
    connection: &mut SqliteConnection,
    room: &Room,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM webhook_cursor WHERE room = (SELECT no FROM room WHERE id = ?1) AND addin IS NOT ?2",
    )
    .bind(room.id.0)
    .bind(room.addin.map(|addin| addin.0))
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    sqlx::query(
        "INSERT INTO webhook_cursor (addin, room, seq, since) \
         SELECT room.addin, room.no, room.head, room.head FROM room JOIN webhook USING (addin) WHERE room.id = ?1 \
         ON CONFLICT DO NOTHING",
    )
    .bind(room.id.0)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

pub(crate) async fn due(
    readers: &SqlitePool,
    now: Timestamp,
) -> Result<Vec<WebhookCursor>, StoreError> {
    let rows = sqlx::query(
        "SELECT addin, id, seq, since, attempts, due_at FROM \
         (SELECT cursor.addin, room.id, cursor.seq, cursor.since, cursor.attempts, cursor.due_at, \
         row_number() OVER (PARTITION BY cursor.addin ORDER BY cursor.due_at, cursor.room) AS place \
         FROM webhook_cursor AS cursor JOIN room ON room.no = cursor.room JOIN webhook ON webhook.addin = cursor.addin \
         WHERE room.head > cursor.seq AND cursor.due_at <= ?1 AND webhook.due_at <= ?1) AS due \
         WHERE place <= ?2 ORDER BY addin, place",
    )
    .bind(now.as_micros())
    .bind(i64::from(WEBHOOK_ROOMS_DUE_MAX))
    .fetch_all(readers)
    .await
    .map_err(error)?;
    rows.iter().map(cursor).collect()
}

pub(crate) async fn cursors(
    readers: &SqlitePool,
    addin: AddinId,
) -> Result<Vec<(WebhookCursor, Seq)>, StoreError> {
    let rows = sqlx::query(
        "SELECT cursor.addin, room.id, cursor.seq, cursor.since, cursor.attempts, cursor.due_at, room.head \
         FROM webhook_cursor AS cursor JOIN room ON room.no = cursor.room WHERE cursor.addin = ?1 ORDER BY room.name_folded",
    )
    .bind(addin.0)
    .fetch_all(readers)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| Ok((cursor(row)?, seq(row, "room", "head")?)))
        .collect()
}

fn cursor(row: &SqliteRow) -> Result<WebhookCursor, StoreError> {
    Ok(WebhookCursor {
        addin: AddinId(id(row, "addin")?),
        room: RoomId(id(row, "id")?),
        seq: seq(row, "webhook_cursor", "seq")?,
        since: seq(row, "webhook_cursor", "since")?,
        attempts: attempts(row)?,
        due_at: time(row, "due_at")?,
    })
}

fn attempts(row: &SqliteRow) -> Result<u32, StoreError> {
    let attempts = count(row, "webhook", "attempts")?;
    Ok(u32::try_from(attempts).unwrap_or(u32::MAX))
}

pub(crate) async fn move_cursor(
    connection: &mut SqliteConnection,
    from: Seq,
    cursor: &WebhookCursor,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE webhook_cursor SET seq = ?1, since = ?2, attempts = ?3, due_at = ?4 \
         WHERE addin = ?5 AND room = (SELECT no FROM room WHERE id = ?6) AND seq = ?7",
    )
    .bind(int(cursor.seq.0))
    .bind(int(cursor.since.0))
    .bind(i64::from(cursor.attempts))
    .bind(cursor.due_at.as_micros())
    .bind(cursor.addin.0)
    .bind(cursor.room.0)
    .bind(int(from.0))
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn rewind(
    connection: &mut SqliteConnection,
    addin: AddinId,
    room: RoomId,
    after: Seq,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE webhook_cursor SET seq = CASE WHEN seq < ?1 THEN seq ELSE ?1 END, attempts = 0, due_at = 0 \
         WHERE addin = ?2 AND room = (SELECT no FROM room WHERE id = ?3)",
    )
    .bind(int(after.0))
    .bind(addin.0)
    .bind(room.0)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    sqlx::query("DELETE FROM dead_letter WHERE addin = ?1 AND room = (SELECT no FROM room WHERE id = ?2) AND seq > ?3")
        .bind(addin.0)
        .bind(room.0)
        .bind(int(after.0))
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    sqlx::query("UPDATE webhook SET attempts = 0, due_at = 0 WHERE addin = ?1")
        .bind(addin.0)
        .execute(connection)
        .await
        .map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn state(
    readers: &SqlitePool,
    addin: AddinId,
) -> Result<Option<WebhookState>, StoreError> {
    let row = sqlx::query(
        "SELECT told_at, attempts, due_at, failed_at, error FROM webhook WHERE addin = ?1",
    )
    .bind(addin.0)
    .fetch_optional(readers)
    .await
    .map_err(error)?;
    row.map(|row| {
        let at = |column| get::<Option<i64>>(&row, column);
        let failed_at = at("failed_at")?.map(Timestamp::from_micros);
        Ok(WebhookState {
            addin,
            told_at: at("told_at")?.map(Timestamp::from_micros),
            attempts: attempts(&row)?,
            due_at: time(&row, "due_at")?,
            failed: failed_at.zip(get(&row, "error")?),
        })
    })
    .transpose()
}

pub(crate) async fn put_state(
    connection: &mut SqliteConnection,
    state: &WebhookState,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE webhook SET told_at = ?1, attempts = ?2, due_at = ?3, failed_at = ?4, error = ?5 WHERE addin = ?6",
    )
    .bind(state.told_at.map(Timestamp::as_micros))
    .bind(i64::from(state.attempts))
    .bind(state.due_at.as_micros())
    .bind(state.failed.as_ref().map(|(at, _)| at.as_micros()))
    .bind(state.failed.as_ref().map(|(_, error)| error))
    .bind(state.addin.0)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

pub(crate) async fn dead_letters(
    readers: &SqlitePool,
    addin: AddinId,
) -> Result<Vec<DeadLetter>, StoreError> {
    let rows = sqlx::query(
        "SELECT room.id, seq, at, attempts, reason FROM dead_letter JOIN room ON room.no = dead_letter.room \
         WHERE dead_letter.addin = ?1 ORDER BY at DESC, room.id, seq",
    )
    .bind(addin.0)
    .fetch_all(readers)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            Ok(DeadLetter {
                addin,
                room: RoomId(id(row, "id")?),
                seq: seq(row, "dead_letter", "seq")?,
                at: time(row, "at")?,
                attempts: attempts(row)?,
                reason: get(row, "reason")?,
            })
        })
        .collect()
}

pub(crate) async fn put_dead_letter(
    connection: &mut SqliteConnection,
    letter: &DeadLetter,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dead_letter (addin, room, seq, at, attempts, reason) \
         SELECT addin, room, ?1, ?2, ?3, ?4 FROM webhook_cursor \
         WHERE addin = ?5 AND room = (SELECT no FROM room WHERE id = ?6) \
         ON CONFLICT (addin, room, seq) DO UPDATE SET at = excluded.at, attempts = excluded.attempts, \
         reason = excluded.reason",
    )
    .bind(int(letter.seq.0))
    .bind(letter.at.as_micros())
    .bind(i64::from(letter.attempts))
    .bind(&letter.reason)
    .bind(letter.addin.0)
    .bind(letter.room.0)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    sqlx::query(
        "DELETE FROM dead_letter WHERE addin = ?1 AND at < \
         (SELECT at FROM dead_letter WHERE addin = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(letter.addin.0)
    .bind(i64::from(DEAD_LETTERS_KEPT) - 1)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

pub(crate) async fn delete_dead_letter(
    connection: &mut SqliteConnection,
    addin: AddinId,
    room: RoomId,
    seq: Seq,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "DELETE FROM dead_letter WHERE addin = ?1 AND room = (SELECT no FROM room WHERE id = ?2) AND seq = ?3",
    )
    .bind(addin.0)
    .bind(room.0)
    .bind(int(seq.0))
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn lease(
    database: &Database,
    task: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let mut transaction = database.begin().await?;
    let done = sqlx::query(
        "INSERT INTO lease (task, holder, until) VALUES (?1, ?2, ?3) ON CONFLICT (task) \
         DO UPDATE SET holder = excluded.holder, until = excluded.until \
         WHERE lease.holder = excluded.holder OR lease.until <= ?4",
    )
    .bind(task)
    .bind(holder)
    .bind(until.as_micros())
    .bind(now.as_micros())
    .execute(&mut *transaction)
    .await
    .map_err(error)?;
    transaction.commit().await.map_err(error)?;
    Ok(done.rows_affected() == 1)
}
