//! A process's hold on a database: an advisory lock of a session of its own, so that it ends with the process or its
//! connection, whatever happens.

use perch_store::StoreError;
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::PostgresStorage;
use crate::database::error;

/// Nothing else may end the session, and a peer that is gone without a word is noticed within 15 seconds.
const LASTING: &str = "SET idle_session_timeout TO 0; SET tcp_keepalives_idle TO 5; \
     SET tcp_keepalives_interval TO 5; SET tcp_keepalives_count TO 2";
/// `perch` as a number.
const TAKE_ALONE: &str = "SELECT pg_try_advisory_lock(482738332520)";
const TAKE_SHARED: &str = "SELECT pg_try_advisory_lock_shared(482738332520)";

/// The two halves of the number stand in columns of their own.
const COUNT: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     AND classid = (482738332520 >> 32)::oid AND objid = (482738332520 & 4294967295)::oid";

/// A hold on a database. Dropping it gives it up.
#[derive(Debug)]
pub struct Hold(PgConnection);

impl Hold {
    /// Asks whether the database still knows of it.
    ///
    /// # Errors
    /// When it does not, or does not answer.
    pub async fn check(&mut self) -> Result<(), StoreError> {
        self.0.ping().await.map_err(error)
    }
}

/// How many hold the database of a session.
pub(crate) async fn holders(connection: &mut PgConnection) -> Result<usize, StoreError> {
    let count = sqlx::query_scalar::<_, i64>(COUNT).fetch_one(connection);
    Ok(usize::try_from(count.await.map_err(error)?).unwrap_or_default())
}

impl PostgresStorage {
    /// Holds the database so that nobody else can; `None` while somebody else does.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn hold_alone(&self) -> Result<Option<Hold>, StoreError> {
        self.hold(TAKE_ALONE).await
    }

    /// Holds the database together with others who do so in this way; `None` while somebody holds it alone.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn hold_shared(&self) -> Result<Option<Hold>, StoreError> {
        self.hold(TAKE_SHARED).await
    }

    async fn hold(&self, take: &'static str) -> Result<Option<Hold>, StoreError> {
        let connecting = self.connections.connect_options().connect().await;
        let mut connection = connecting.map_err(error)?;
        let lasting = sqlx::raw_sql(LASTING).execute(&mut connection).await;
        lasting.map_err(error)?;
        let taken = sqlx::query_scalar(take).fetch_one(&mut connection).await;
        if taken.map_err(error)? {
            return Ok(Some(Hold(connection)));
        }
        connection.close().await.map_err(error)?;
        Ok(None)
    }
}
