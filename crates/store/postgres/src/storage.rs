//! What rooms keep for their add-ins.

use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::{AddinId, PrincipalId, RoomId};
use perch_store::StoreError;
use perch_store::column::int;
use sqlx::postgres::{PgConnection, PgRow};

use crate::convert::{count, get, id, time};
use crate::database::error;

fn entry(row: &PgRow, room: RoomId, addin: AddinId) -> Result<StorageEntry, StoreError> {
    Ok(StorageEntry {
        room,
        addin,
        key: StorageKey::stored(get(row, "key")?),
        value_json: get(row, "value")?,
        version: count(row, "addin_storage", "version")?,
        updated_at: time(row, "updated_at")?,
        updated_by: PrincipalId(id(row, "updated_by")?),
    })
}

pub(crate) async fn list(
    connection: &mut PgConnection,
    room: RoomId,
    addin: AddinId,
) -> Result<Vec<StorageEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT key, value, version, updated_at, updated_by FROM addin_storage \
         WHERE room = (SELECT no FROM room WHERE id = $1) AND addin = $2 ORDER BY key",
    )
    .bind(room.0)
    .bind(addin.0)
    .fetch_all(connection)
    .await
    .map_err(error)?;
    rows.iter().map(|row| entry(row, room, addin)).collect()
}

pub(crate) async fn get_entry(
    connection: &mut PgConnection,
    room: RoomId,
    addin: AddinId,
    key: &StorageKey,
) -> Result<Option<StorageEntry>, StoreError> {
    let row = sqlx::query(
        "SELECT key, value, version, updated_at, updated_by FROM addin_storage \
         WHERE room = (SELECT no FROM room WHERE id = $1) AND addin = $2 AND key = $3",
    )
    .bind(room.0)
    .bind(addin.0)
    .bind(key.as_str())
    .fetch_optional(connection)
    .await
    .map_err(error)?;
    row.as_ref().map(|row| entry(row, room, addin)).transpose()
}

/// Stores an entry if its version follows the stored one.
pub(crate) async fn put(
    connection: &mut PgConnection,
    entry: &StorageEntry,
) -> Result<bool, StoreError> {
    let sql = if entry.version == 1 {
        "INSERT INTO addin_storage (value, version, updated_at, updated_by, room, addin, key) \
         SELECT $1, $2, $3, $4, no, $6, $7 FROM room WHERE id = $5 ON CONFLICT DO NOTHING"
    } else {
        "UPDATE addin_storage SET value = $1, version = $2, updated_at = $3, updated_by = $4 \
         WHERE room = (SELECT no FROM room WHERE id = $5) AND addin = $6 AND key = $7 AND version = $2 - 1"
    };
    let done = sqlx::query(sql)
        .bind(&entry.value_json)
        .bind(int(entry.version))
        .bind(entry.updated_at.as_micros())
        .bind(entry.updated_by.0)
        .bind(entry.room.0)
        .bind(entry.addin.0)
        .bind(entry.key.as_str())
        .execute(connection)
        .await
        .map_err(error)?;
    Ok(done.rows_affected() == 1)
}
