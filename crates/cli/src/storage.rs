//! Where a deployment is kept: in a folder, or in a database. The one place where a store is chosen.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use perch_store::{Storage, StoreError};
use perch_store_postgres::{PostgresStorage, PostgresUrl};
use perch_store_sqlite::SqliteStorage;
use tokio::time::timeout;

use crate::error::Error;

/// How long a database may take to answer before it counts as one that cannot be reached.
const REACH_MAX: Duration = Duration::from_secs(10);

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
        match self {
            Self::Folder { path, bytes_max } => Ok(Arc::new(
                SqliteStorage::new(path.clone()).with_bytes_max(*bytes_max),
            )),
            Self::Database { url, connections } => {
                let unreachable = |cause: String| Error::Unreachable {
                    url: url.to_string(),
                    cause,
                };
                let storage = PostgresStorage::new(url, *connections);
                match timeout(REACH_MAX, storage.reach()).await {
                    Ok(Ok(())) => Ok(Arc::new(storage)),
                    Ok(Err(cause)) => Err(unreachable(innermost(&cause))),
                    Err(_) => Err(unreachable(format!(
                        "no answer within {} seconds",
                        REACH_MAX.as_secs()
                    ))),
                }
            }
        }
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
