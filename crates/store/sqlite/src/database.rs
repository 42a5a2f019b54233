//! One SQLite database: a connection that writes, several that read, and the schema.

use std::path::Path;
use std::time::Duration;

use perch_store::{Key, StoreError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool, Transaction};

/// Connections that read. More than the cores do not read faster; a few more hide waits for the disk.
const READERS: u32 = 4;
const PAGE_BYTES: u64 = 4_096;

/// An open database.
pub(crate) struct Database {
    writer: SqlitePool,
    /// Reads see the last commit and never wait for the writer.
    pub(crate) readers: SqlitePool,
}

impl Database {
    /// Opens or creates a database and brings its schema up to date. `flush`: whether a commit waits for the disk.
    pub(crate) async fn open(
        file: &Path,
        migrations: &[(i64, &'static str, &'static str)],
        bytes_max: Option<u64>,
        flush: SqliteSynchronous,
    ) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|cause| StoreError::Unavailable(Box::new(cause)))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(flush)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_size_limit", "67108864")
            .optimize_on_close(true, None);
        let limited = match bytes_max {
            Some(bytes) => options
                .clone()
                .pragma("max_page_count", (bytes / PAGE_BYTES).max(1).to_string()),
            None => options.clone(),
        };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            // Of a transaction that failed for a full disk SQLite may already have undone everything. Then undoing it once
            // more fails, and the connection counts as inside a transaction for good: another one takes its place.
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(limited)
            .await
            .map_err(error)?;
        let migrations = migrations
            .iter()
            .map(|(version, name, sql)| {
                Migration::new(
                    *version,
                    (*name).into(),
                    MigrationType::Simple,
                    sqlx::SqlStr::from_static(sql),
                    false,
                )
            })
            .collect();
        Migrator::with_migrations(migrations)
            .run(&writer)
            .await
            .map_err(|cause| StoreError::Unavailable(Box::new(cause)))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await
            .map_err(error)?;
        Ok(Self { writer, readers })
    }

    /// Begins a write. Immediate: a deferred transaction fails when it turns from reading to writing while another
    /// writes, although a busy time-out is set.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(error)
    }

    /// Closes readers, then the writer, which folds the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A database's error in our terms.
pub(crate) fn error(cause: sqlx::Error) -> StoreError {
    const SQLITE_FULL: &str = "13";
    if let sqlx::Error::Database(database) = &cause {
        if database.code().as_deref() == Some(SQLITE_FULL) {
            return StoreError::Full;
        }
        if database.is_unique_violation() {
            // SQLite names the columns of the violated index and nothing else.
            let keys = [
                ("addin.name_folded", Key::AddinName),
                ("trigger.name_folded", Key::TriggerName),
                ("category.name_folded", Key::CategoryName),
                ("room.name_folded", Key::RoomName),
                ("principal.address_folded", Key::Address),
                ("pool.fqdn", Key::PoolFqdn),
            ];
            for (columns, key) in keys {
                if database.message().ends_with(columns) {
                    return StoreError::Conflict(key);
                }
            }
        }
    }
    StoreError::Unavailable(Box::new(cause))
}
