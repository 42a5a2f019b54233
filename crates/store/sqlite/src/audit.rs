//! The audit log, which both kinds of database have.

use perch_domain::PrincipalId;
use perch_domain::audit::AuditRecord;
use perch_store::{AuditEntry, StoreError};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::convert::get;
use crate::database::error;

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    record: &AuditRecord,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(record.at.as_micros())
    .bind(record.actor.map(|actor| actor.0))
    .bind(record.action)
    .bind(&record.target)
    .bind(&record.before)
    .bind(&record.after)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

pub(crate) async fn list(readers: &SqlitePool, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    let rows =
        sqlx::query("SELECT actor, action, target, after FROM audit ORDER BY id DESC LIMIT ?")
            .bind(limit)
            .fetch_all(readers)
            .await
            .map_err(error)?;
    rows.iter()
        .map(|row| {
            Ok(AuditEntry {
                actor: get::<Option<Uuid>>(row, "actor")?.map(PrincipalId),
                action: get(row, "action")?,
                target: get(row, "target")?,
                after: get(row, "after")?,
            })
        })
        .collect()
}
