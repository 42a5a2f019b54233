//! Health of add-ins.

use perch_domain::{AddinId, Timestamp};
use perch_store::{AddinHealth, CheckClaim, SeenPage, StoreError};
use sqlx::postgres::{PgConnection, PgRow};

use crate::convert::{get, id, time};
use crate::database::{Database, error};

pub(crate) async fn list(connection: &mut PgConnection) -> Result<Vec<AddinHealth>, StoreError> {
    let sql = "SELECT addin, due_at, seen_at, url, observation FROM addin_health ORDER BY addin";
    let rows = sqlx::query(sql)
        .fetch_all(connection)
        .await
        .map_err(error)?;
    rows.iter().map(health).collect()
}

fn health(row: &PgRow) -> Result<AddinHealth, StoreError> {
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
        "INSERT INTO addin_health (addin, due_at, held_until) SELECT id, $2, $3 FROM addin WHERE id = $1 \
         ON CONFLICT (addin) DO UPDATE SET due_at = excluded.due_at, held_until = excluded.held_until \
         WHERE addin_health.held_until <= $4 AND (NOT $5 OR addin_health.due_at <= $4)",
    )
    .bind(claim.addin.0)
    .bind(claim.due_at.as_micros())
    .bind(claim.held_until.as_micros())
    .bind(claim.now.as_micros())
    .bind(claim.when_due)
    .execute(&mut *session)
    .await
    .map_err(error)?;
    session.commit().await?;
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
        "UPDATE addin_health SET seen_at = $2, url = $3, observation = $4, held_until = $5 WHERE addin = $1",
    )
    .bind(addin.0)
    .bind(seen.at.as_micros())
    .bind(&seen.url)
    .bind(&seen.observation)
    .bind(held_until.as_micros())
    .execute(&mut *session)
    .await
    .map_err(error)?;
    session.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn forget(
    connection: &mut PgConnection,
    addin: AddinId,
) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM addin_health WHERE addin = $1").bind(addin.0);
    query.execute(connection).await.map_err(error)?;
    Ok(())
}
