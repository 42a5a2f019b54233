//! One schema of the database: its transactions, its migrations, its errors.

use std::io;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use perch_store::{Key, StoreError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, SqlStr, Transaction};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long the database may take to answer, with the locks that are waited for. The network says nothing of a database that
/// is cut off, for a quarter of an hour.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// How long a connection may take to answer that nothing was asked.
const PING_MAX: Duration = Duration::from_secs(2);

/// Carries out what others wait for, unless the database does not answer; then whether it was done is not known.
pub(crate) async fn answered<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let silence = |_| {
        let cause = io::Error::new(io::ErrorKind::TimedOut, "the database does not answer");
        error(sqlx::Error::Io(cause))
    };
    timeout(ANSWER_MAX, work).await.map_err(silence)?
}

/// Whether a connection can be used. One that does not answer is given up, lest it keeps its place among the connections.
pub(crate) async fn alive(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match timeout(PING_MAX, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// An open schema.
pub(crate) struct Database {
    connections: PgPool,
    /// Begins a transaction that reads.
    read: SqlStr,
    /// Begins a transaction that writes.
    write: SqlStr,
    /// Begins one that excludes every other of its kind.
    change: SqlStr,
    under_way: TaskTracker,
}

/// A transaction. Dropping it undoes it.
pub(crate) struct Session {
    transaction: Transaction<'static, Postgres>,
    _under_way: TaskTrackerToken,
}

impl Session {
    /// Makes it durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(error)
    }
}

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

impl Database {
    /// Opens or creates a schema and brings it up to date.
    pub(crate) async fn open(
        connections: &PgPool,
        schema: &str,
        migrations: &[(i64, &'static str, &'static str)],
    ) -> Result<Self, StoreError> {
        migrate(connections, schema, migrations).await?;
        // Durable whatever the server's default is. A node that vanishes must not hold its locks for longer than others
        // wait for them, and nobody waits for them longer than callers would.
        let write = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path TO {schema}; SET LOCAL synchronous_commit TO on; \
             SET LOCAL idle_in_transaction_session_timeout TO '5s'; SET LOCAL lock_timeout TO '10s'"
        );
        let sql = |text: String| sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text));
        Ok(Self {
            connections: connections.clone(),
            // All statements of a transaction see the same moment: a catalogue read whole fits together.
            read: sql(format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path TO {schema}"
            )),
            change: sql(format!(
                "{write}; LOCK TABLE change IN SHARE ROW EXCLUSIVE MODE"
            )),
            write: sql(write),
            under_way: TaskTracker::new(),
        })
    }

    /// Begins a read, which sees the last commit and waits for no writer.
    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        self.session(&self.read).await
    }

    /// Begins a write.
    pub(crate) async fn begin(&self) -> Result<Session, StoreError> {
        self.session(&self.write).await
    }

    /// Begins a change of what nodes keep in memory, once every other one has ended, on whichever node.
    pub(crate) async fn change(&self) -> Result<Session, StoreError> {
        self.session(&self.change).await
    }

    /// The connections serve every schema, so each transaction says which: it costs no round trip of its own.
    async fn session(&self, begin: &SqlStr) -> Result<Session, StoreError> {
        let under_way = self.under_way.token();
        if self.under_way.is_closed() {
            return Err(error(sqlx::Error::PoolClosed));
        }
        let transaction = self
            .connections
            .begin_with(begin.clone())
            .await
            .map_err(error)?;
        Ok(Session {
            transaction,
            _under_way: under_way,
        })
    }

    /// Refuses what comes and waits for what is under way. The connections stay, for the other schemas.
    pub(crate) async fn close(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }
}

/// Runs what is missing of a series. Of several nodes that start together one does; the others wait for its lock, which
/// ends with its connection, whatever happens.
async fn migrate(
    connections: &PgPool,
    schema: &str,
    migrations: &[(i64, &'static str, &'static str)],
) -> Result<(), StoreError> {
    let options = connections.connect_options().as_ref().clone();
    let connection = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options.options([("search_path", schema)]))
        .await
        .map_err(error)?;
    let migrations = migrations
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                (*name).into(),
                MigrationType::Simple,
                SqlStr::from_static(sql),
                false,
            )
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.create_schema(schema.to_owned());
    migrator
        .run(&connection)
        .await
        .map_err(|cause| StoreError::Unavailable(Box::new(cause)))?;
    connection.close().await;
    Ok(())
}

/// A database's error in our terms.
pub(crate) fn error(cause: sqlx::Error) -> StoreError {
    const DISK_FULL: &str = "53100";
    if let sqlx::Error::Database(database) = &cause {
        if database.code().as_deref() == Some(DISK_FULL) {
            return StoreError::Full;
        }
        if database.is_unique_violation() {
            let key = match database.constraint() {
                Some("addin_name_folded_key") => Some(Key::AddinName),
                Some("trigger_name_folded_key") => Some(Key::TriggerName),
                Some("category_name_folded_key") => Some(Key::CategoryName),
                Some("room_name_folded_key") => Some(Key::RoomName),
                Some("principal_address_folded_key") => Some(Key::Address),
                Some("pool_pkey") => Some(Key::PoolFqdn),
                _ => None,
            };
            if let Some(key) = key {
                return StoreError::Conflict(key);
            }
        }
    }
    StoreError::Unavailable(Box::new(cause))
}
