//! The embedded store: SQLite, one file for the deployment, one for each pool, and one for the index of each pool's messages.
//!
//! Every database has one connection that writes, in immediate transactions, and several that read. The write-ahead log
//! is flushed to the disk at every commit (`synchronous = FULL`): what is committed survives the loss of power.
//! Start reading at `database`; `message` has the group commit.

mod addin_health;
mod attention;
mod audit;
mod card;
mod change;
mod convert;
mod database;
mod deployment;
mod message;
mod original;
mod pool;
mod room;
mod search;
mod snapshot;
mod storage;
mod trigger;
mod webhook;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use perch_domain::pool::PoolFqdn;
use perch_store::snapshot::{Migration, Part};
use perch_store::{DeploymentStore, PoolStore, SearchIndex, Storage, StoreError};
use sqlx::sqlite::SqliteSynchronous;

use crate::database::Database;
use crate::deployment::SqliteDeployment;
use crate::pool::SqlitePoolStore;
use crate::search::SqliteSearchIndex;

/// A folder of SQLite databases: `deployment.db`, and for each pool `pools/<fqdn>.db` and `pools/<fqdn>.search.db`.
#[derive(Clone, Debug)]
pub struct SqliteStorage {
    folder: PathBuf,
    bytes_max: Option<u64>,
}

impl SqliteStorage {
    /// A store in a folder, which is created when a database is first opened.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            bytes_max: None,
        }
    }

    /// The same, with a limit to the size of each database file: reaching it is refused as a full disk is.
    #[must_use]
    pub const fn with_bytes_max(mut self, bytes_max: Option<u64>) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    fn file(&self, part: &Part) -> PathBuf {
        match part {
            Part::Deployment => self.folder.join("deployment.db"),
            Part::Pool(fqdn) => self.folder.join("pools").join(format!("{fqdn}.db")),
        }
    }

    async fn open(&self, part: &Part) -> Result<Database, StoreError> {
        Database::open(
            &self.file(part),
            migrations(part),
            self.bytes_max,
            SqliteSynchronous::Full,
        )
        .await
    }
}

/// What makes the schema of a database, in order.
const fn migrations(part: &Part) -> &'static [Migration] {
    match part {
        Part::Deployment => &[
            (
                1,
                "create_deployment",
                include_str!("../migrations/deployment/0001_create_deployment.sql"),
            ),
            (
                2,
                "create_change",
                include_str!("../migrations/deployment/0002_create_change.sql"),
            ),
            (
                3,
                "create_inactive_node",
                include_str!("../migrations/deployment/0003_create_inactive_node.sql"),
            ),
            (
                4,
                "create_token_key",
                include_str!("../migrations/deployment/0004_create_token_key.sql"),
            ),
        ],
        Part::Pool(_) => &[
            (
                1,
                "create_pool",
                include_str!("../migrations/pool/0001_create_pool.sql"),
            ),
            (
                2,
                "create_change",
                include_str!("../migrations/pool/0002_create_change.sql"),
            ),
            (
                3,
                "add_grant",
                include_str!("../migrations/pool/0003_add_grant.sql"),
            ),
            (
                4,
                "create_trigger",
                include_str!("../migrations/pool/0004_create_trigger.sql"),
            ),
            (
                5,
                "add_pane",
                include_str!("../migrations/pool/0005_add_pane.sql"),
            ),
            (
                6,
                "create_addin_health",
                include_str!("../migrations/pool/0006_create_addin_health.sql"),
            ),
            (
                7,
                "create_message_original",
                include_str!("../migrations/pool/0007_create_message_original.sql"),
            ),
            (
                8,
                "create_webhook",
                include_str!("../migrations/pool/0008_create_webhook.sql"),
            ),
            (
                9,
                "add_intent",
                include_str!("../migrations/pool/0009_add_intent.sql"),
            ),
            (
                10,
                "create_addin_handshake",
                include_str!("../migrations/pool/0010_create_addin_handshake.sql"),
            ),
            (
                11,
                "add_addin_proxy",
                include_str!("../migrations/pool/0011_add_addin_proxy.sql"),
            ),
            (
                12,
                "add_card",
                include_str!("../migrations/pool/0012_add_card.sql"),
            ),
        ],
    }
}

#[async_trait]
impl Storage for SqliteStorage {
    async fn deployment(&self) -> Result<Arc<dyn DeploymentStore>, StoreError> {
        let database = self.open(&Part::Deployment).await?;
        Ok(Arc::new(SqliteDeployment::new(database)))
    }

    async fn pool(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn PoolStore>, StoreError> {
        let database = self.open(&Part::Pool(fqdn.clone())).await?;
        Ok(Arc::new(SqlitePoolStore::new(database, fqdn.clone())))
    }

    async fn search_index(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn SearchIndex>, StoreError> {
        let file = self.folder.join("pools").join(format!("{fqdn}.search.db"));
        let database = Database::open(
            &file,
            &[(
                1,
                "create_search",
                include_str!("../migrations/search/0001_create_search.sql"),
            )],
            self.bytes_max,
            // What is lost with the power is fed again.
            SqliteSynchronous::Normal,
        )
        .await?;
        Ok(Arc::new(SqliteSearchIndex::new(database)))
    }
}
