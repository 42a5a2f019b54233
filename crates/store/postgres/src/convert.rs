//! Between columns and values.

use perch_domain::{PrincipalId, Revision, Seq, Timestamp};
use perch_store::{StoreError, column};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::database::error;

/// A column of a row.
pub(crate) fn get<'r, T>(row: &'r PgRow, column: &'static str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(error)
}

/// An identifier column.
pub(crate) fn id(row: &PgRow, column: &'static str) -> Result<Uuid, StoreError> {
    get::<Uuid>(row, column)
}

/// A column that lists principals.
pub(crate) fn principals(
    row: &PgRow,
    column: &'static str,
) -> Result<Vec<PrincipalId>, StoreError> {
    let ids: Vec<Uuid> = get(row, column)?;
    Ok(ids.into_iter().map(PrincipalId).collect())
}

/// A time column.
pub(crate) fn time(row: &PgRow, column: &'static str) -> Result<Timestamp, StoreError> {
    get::<i64>(row, column).map(Timestamp::from_micros)
}

/// A column that counts.
pub(crate) fn count(
    row: &PgRow,
    table: &'static str,
    column: &'static str,
) -> Result<u64, StoreError> {
    column::count(get(row, column)?, table, column)
}

/// A place column.
pub(crate) fn seq(
    row: &PgRow,
    table: &'static str,
    column: &'static str,
) -> Result<Seq, StoreError> {
    count(row, table, column).map(Seq)
}

/// A revision column.
pub(crate) fn revision(row: &PgRow, table: &'static str) -> Result<Revision, StoreError> {
    count(row, table, "revision").map(Revision)
}
