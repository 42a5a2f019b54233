//! Health of add-ins.

use perch_domain::{AddinId, Timestamp};
use perch_store::{AddinHealth, CheckClaim, HandshakeCount, HandshakeReport, SeenPage, StoreError};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::convert::{count, get, id, time};
use crate::database::{Database, error};

pub(crate) async fn list(readers: &SqlitePool) -> Result<Vec<AddinHealth>, StoreError> {
    let sql = "SELECT addin, due_at, seen_at, url, observation FROM addin_health ORDER BY addin";
    let rows = sqlx::query(sql).fetch_all(readers).await.map_err(error)?;
    rows.iter().map(health).collect()
}

fn health(row: &SqliteRow) -> Result<AddinHealth, StoreError> {
    let at = get::<Option<i64>>(row, "seen_at")?;
    let seen = match (at, get(row, "url")?, get(row, "observation")?) {
        (Some(at), Some(url), Some(observation)) => Some(SeenPage {
            at: Timestamp::from_micros(at),
            url,
            observation,
        }),
        _ => None,
    };
    Ok(AddinHealth {
        addin: AddinId(id(row, "addin")?),
        due_at: time(row, "due_at")?,
        seen,
    })
}

pub(crate) async fn claim(database: &Database, claim: &CheckClaim) -> Result<bool, StoreError> {
    let mut session = database.begin().await?;
    let done = sqlx::query(
        "INSERT INTO addin_health (addin, due_at, held_until) SELECT id, ?2, ?3 FROM addin WHERE id = ?1 \
         ON CONFLICT (addin) DO UPDATE SET due_at = excluded.due_at, held_until = excluded.held_until \
         WHERE addin_health.held_until <= ?4 AND (NOT ?5 OR addin_health.due_at <= ?4)",
    )
    .bind(claim.addin.0)
    .bind(claim.due_at.as_micros())
    .bind(claim.held_until.as_micros())
    .bind(claim.now.as_micros())
    .bind(claim.when_due)
    .execute(&mut *session)
    .await
    .map_err(error)?;
    session.commit().await.map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn put(
    database: &Database,
    addin: AddinId,
    seen: &SeenPage,
    held_until: Timestamp,
) -> Result<bool, StoreError> {
    let mut session = database.begin().await?;
    let done = sqlx::query(
        "UPDATE addin_health SET seen_at = ?2, url = ?3, observation = ?4, held_until = ?5 WHERE addin = ?1",
    )
    .bind(addin.0)
    .bind(seen.at.as_micros())
    .bind(&seen.url)
    .bind(&seen.observation)
    .bind(held_until.as_micros())
    .execute(&mut *session)
    .await
    .map_err(error)?;
    session.commit().await.map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn forget(
    connection: &mut SqliteConnection,
    addin: AddinId,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM addin_health WHERE addin = ?1",
        "DELETE FROM addin_handshake WHERE addin = ?1",
    ] {
        let query = sqlx::query(sql).bind(addin.0);
        query.execute(&mut *connection).await.map_err(error)?;
    }
    Ok(())
}

pub(crate) async fn handshakes(
    readers: &SqlitePool,
    since: Timestamp,
) -> Result<Vec<HandshakeCount>, StoreError> {
    let rows = sqlx::query(
        "SELECT addin, COUNT(*) FILTER (WHERE handshake = 'ok' AND at >= ?1) AS ok, \
         COUNT(*) FILTER (WHERE handshake = 'silent' AND at >= ?1) AS silent, \
         COUNT(*) FILTER (WHERE handshake = 'blocked' AND at >= ?1) AS blocked, MAX(spoke) AS speaks \
         FROM addin_handshake GROUP BY addin ORDER BY addin",
    )
    .bind(since.as_micros())
    .fetch_all(readers)
    .await
    .map_err(error)?;
    let people = |row, column| count(row, "addin_handshake", column);
    rows.iter()
        .map(|row| {
            Ok(HandshakeCount {
                addin: AddinId(id(row, "addin")?),
                ok: people(row, "ok")?,
                silent: people(row, "silent")?,
                blocked: people(row, "blocked")?,
                speaks: get::<i64>(row, "speaks")? != 0,
            })
        })
        .collect()
}

pub(crate) async fn put_handshakes(
    database: &Database,
    reports: &[HandshakeReport],
    forget_before: Timestamp,
) -> Result<(), StoreError> {
    let mut session = database.begin().await?;
    let forget = sqlx::query("DELETE FROM addin_handshake WHERE at < ?1");
    let forget = forget.bind(forget_before.as_micros());
    forget.execute(&mut *session).await.map_err(error)?;
    for report in reports {
        sqlx::query(
            "INSERT INTO addin_handshake (addin, person, at, handshake, spoke) \
             SELECT id, ?2, ?3, ?4, ?5 FROM addin WHERE id = ?1 \
             ON CONFLICT (addin, person) DO UPDATE SET at = excluded.at, handshake = excluded.handshake, \
             spoke = excluded.spoke OR addin_handshake.spoke WHERE excluded.at >= addin_handshake.at",
        )
        .bind(report.addin.0)
        .bind(report.person.0)
        .bind(report.at.as_micros())
        .bind(report.handshake.as_str())
        .bind(report.spoke)
        .execute(&mut *session)
        .await
        .map_err(error)?;
    }
    session.commit().await.map_err(error)
}
