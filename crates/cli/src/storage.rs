//! Where a deployment is kept: in a folder, or in a database. The one place where a store is chosen.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use perch_store::snapshot::Copyable;
use perch_store::{Storage, StoreError};
use perch_store_postgres::{PostgresStorage, PostgresUrl};
use perch_store_sqlite::SqliteStorage;
use tokio::time::{sleep, timeout};

use crate::error::Error;
use crate::hold::Hold;

/// How long a database may take to answer before it counts as one that cannot be reached.
const REACH_MAX: Duration = Duration::from_secs(10);

/// How long others may go on using a database that is to be left.
const REST_MAX: Duration = Duration::from_secs(5);
/// How often it is asked whether they do.
const PACE: Duration = Duration::from_millis(100);
/// The file in a folder that is locked by the process that owns it. The lock ends with the process, however that ends.
const LOCK: &str = "perch.lock";

/// Where a deployment is kept. What is printed of it never has a password.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The embedded store.
    Folder {
        /// The folder of its databases.
        path: PathBuf,
        /// The size at which a database file counts as full.
        bytes_max: Option<u64>,
    },
    /// PostgreSQL.
    Database {
        /// Where it is.
        url: Box<PostgresUrl>,
        /// How many connections to it may be open.
        connections: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, .. } => path.display().fmt(formatter),
            Self::Database { url, .. } => url.fmt(formatter),
        }
    }
}

impl Place {
    /// Whether there can be no deployment: nothing is made by asking.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Folder { path, .. } if !path.exists())
    }

    /// The store there. A folder that does not exist is made when the store is first used.
    ///
    /// # Errors
    /// When a database cannot be reached.
    pub(crate) async fn storage(&self) -> Result<Arc<dyn Storage>, Error> {
        Ok(match self {
            Self::Folder { path, bytes_max } => Arc::new(embedded(path, *bytes_max)),
            Self::Database { url, connections } => Arc::new(reach(url, *connections).await?),
        })
    }

    /// The same, to be copied.
    ///
    /// # Errors
    /// When a database cannot be reached.
    pub(crate) async fn copyable(&self) -> Result<Arc<dyn Copyable>, Error> {
        Ok(match self {
            Self::Folder { path, bytes_max } => Arc::new(embedded(path, *bytes_max)),
            Self::Database { url, connections } => Arc::new(reach(url, *connections).await?),
        })
    }

    /// Waits until nobody else uses a database; a folder has an owner instead. Connections of a process that has just ended
    /// may stay for a moment.
    ///
    /// # Errors
    /// `InUse`, or when the database cannot be reached.
    pub(crate) async fn rest(&self) -> Result<(), Error> {
        let Self::Database { url, connections } = self else {
            return Ok(());
        };
        let storage = reach(url, *connections).await?;
        let resting = async {
            while storage.others().await? > 0 {
                sleep(PACE).await;
            }
            Ok::<_, StoreError>(())
        };
        match timeout(REST_MAX, resting).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(Error::Unreachable {
                url: url.to_string(),
                cause: innermost(&cause),
            }),
            Err(_) => Err(Error::InUse(self.clone())),
        }
    }

    /// Takes a database for this node, which shares it with others if they have a bus. A folder has an owner instead.
    ///
    /// # Errors
    /// `Unheard` or `Alone` when another node excludes this one, or when the database cannot be reached.
    pub(crate) async fn hold(&self, bus: bool) -> Result<Option<Hold>, Error> {
        let Self::Database { url, connections } = self else {
            return Ok(None);
        };
        let storage = reach(url, *connections).await?;
        match Hold::take(storage, bus).await {
            Ok(Some(hold)) => Ok(Some(hold)),
            Ok(None) if bus => Err(Error::Unheard(self.clone())),
            Ok(None) => Err(Error::Alone(self.clone())),
            Err(cause) => Err(Error::Unreachable {
                url: url.to_string(),
                cause: innermost(&cause),
            }),
        }
    }

    /// Takes a folder, which is made when it is not there, for this process alone, until what is returned is dropped. A database
    /// may have several who use it.
    ///
    /// # Errors
    /// `InUse`, or when the folder cannot be written.
    pub(crate) fn own(&self) -> Result<Option<File>, Error> {
        let Self::Folder { path, .. } = self else {
            return Ok(None);
        };
        let lock = path.join(LOCK);
        let failed = |cause| Error::File {
            path: lock.clone(),
            cause,
        };
        fs::create_dir_all(path).map_err(failed)?;
        let file = File::create(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(self.clone())),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }
}

fn embedded(path: &Path, bytes_max: Option<u64>) -> SqliteStorage {
    SqliteStorage::new(path.to_owned()).with_bytes_max(bytes_max)
}

async fn reach(url: &PostgresUrl, connections: u32) -> Result<PostgresStorage, Error> {
    let unreachable = |cause: String| Error::Unreachable {
        url: url.to_string(),
        cause,
    };
    let storage = PostgresStorage::new(url, connections);
    match timeout(REACH_MAX, storage.reach()).await {
        Ok(Ok(())) => Ok(storage),
        Ok(Err(cause)) => Err(unreachable(innermost(&cause))),
        Err(_) => Err(unreachable(format!(
            "no answer within {} seconds",
            REACH_MAX.as_secs()
        ))),
    }
}

/// What the driver says: the rest of the chain adds nothing for whoever reads it.
fn innermost(cause: &StoreError) -> String {
    let mut innermost: &dyn std::error::Error = cause;
    while let Some(next) = innermost.source() {
        innermost = next;
    }
    innermost.to_string()
}
