//! The table `change`: the version of the latest change of each thing.

use perch_domain::PrincipalId;
use perch_store::column::int;
use perch_store::{Catalogue, CatalogueChanges, Changed, ENDED_KEPT, StoreError, Version};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::convert::{count, get};
use crate::database::error;

/// The last change.
pub(crate) async fn version(connection: &mut PgConnection) -> Result<Version, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(version), 0) AS version FROM change")
        .fetch_one(connection)
        .await
        .map_err(error)?;
    count(&row, "change", "version").map(Version)
}

/// Records what a transaction changed, and says which change it is.
pub(crate) async fn record(
    connection: &mut PgConnection,
    changed: &[Changed],
) -> Result<Version, StoreError> {
    let last = version(&mut *connection).await?;
    if changed.is_empty() {
        return Ok(last);
    }
    let next = Version(last.0 + 1);
    for entry in changed {
        sqlx::query(
            "INSERT INTO change (kind, id, owner, version) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version",
        )
        .bind(entry.kind)
        .bind(&entry.id)
        .bind(entry.owner.map(|owner| owner.0))
        .bind(int(next.0))
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    }
    if changed.iter().any(|entry| entry.kind == "credential") {
        sqlx::query("DELETE FROM change WHERE kind = 'credential' AND version < $1")
            .bind(int(next.0.saturating_sub(ENDED_KEPT)))
            .execute(connection)
            .await
            .map_err(error)?;
    }
    Ok(next)
}

/// Which rows are read, in a statement whose `$1` is the version: all without one, or those whose `id` is of a kind of things that have
/// changed since it. Two texts and not an `OR`, with which PostgreSQL would look at every row for a handful of them.
pub(crate) fn of_changed(since: Option<i64>, id: &str, kind: &str) -> String {
    match since {
        None => "$1::bigint IS NULL".to_owned(),
        Some(_) => format!(
            "{id} IN (SELECT encode(id, 'hex')::uuid FROM change WHERE kind = '{kind}' AND version > $1)"
        ),
    }
}

/// The rows of a statement with [`of_changed`].
pub(crate) async fn rows(
    connection: &mut PgConnection,
    sql: String,
    since: Option<i64>,
) -> Result<Vec<PgRow>, StoreError> {
    let query = sqlx::query(AssertSqlSafe(sql)).bind(since);
    query.fetch_all(connection).await.map_err(error)
}

/// Things of one kind that have changed since a version, with their owners.
pub(crate) async fn since(
    connection: &mut PgConnection,
    kind: &'static str,
    since: Version,
) -> Result<Vec<(Uuid, Option<PrincipalId>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT encode(id, 'hex')::uuid AS id, owner FROM change WHERE kind = $1 AND version > $2",
    )
    .bind(kind)
    .bind(int(since.0))
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter()
        .map(|row| {
            let owner = get::<Option<Uuid>>(row, "owner")?.map(PrincipalId);
            Ok((get(row, "id")?, owner))
        })
        .collect()
}

/// What has changed in a catalogue since a version, of which the changed things that are still there were loaded.
pub(crate) async fn catalogue(
    connection: &mut PgConnection,
    loaded: Catalogue,
    from: Version,
) -> Result<CatalogueChanges, StoreError> {
    let mut named = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for (ids, kind) in named
        .iter_mut()
        .zip(["addin", "trigger", "category", "room"])
    {
        let changed = since(&mut *connection, kind, from).await?;
        ids.extend(changed.into_iter().map(|(id, _)| id));
    }
    let [addins, triggers, categories, rooms] = named;
    Ok(CatalogueChanges::new(
        loaded,
        &addins,
        &triggers,
        &categories,
        &rooms,
    ))
}
