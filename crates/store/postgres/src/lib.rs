//! The store for deployments that outgrow the embedded one: PostgreSQL, one database for all.
//!
//! The schema `deployment` has the deployment's tables, and each pool has a schema of its own, and one for the index of its
//! messages. All of them share the
//! connections. Whatever is asked is asked in a transaction that names its schema and, when it writes, waits for the disk.
//! Several nodes may use one database: rooms are locked while their sequence grows.
//! Start reading at `database`; `message` has the group commit.

mod addin_health;
mod attention;
mod audit;
mod card;
mod change;
mod convert;
mod database;
mod deployment;
mod hold;
mod message;
mod original;
mod pool;
mod room;
mod search;
mod snapshot;
mod storage;
mod trigger;
mod url;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use perch_domain::pool::PoolFqdn;
use perch_store::snapshot::{Migration, Part};
use perch_store::{DeploymentStore, PoolStore, SearchIndex, Storage, StoreError};
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

pub use crate::hold::Hold;
pub use crate::url::PostgresUrl;

use crate::database::Database;
use crate::deployment::PostgresDeployment;
use crate::pool::PostgresPoolStore;
use crate::search::PostgresSearchIndex;

/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresStorage {
    connections: PgPool,
}

impl PostgresStorage {
    /// A store in a database, which is connected to when it is first used, at most so many times at once, for all pools
    /// together. Call it within the asynchronous runtime, which looks after the connections.
    #[must_use]
    pub fn new(url: &PostgresUrl, connections: u32) -> Self {
        let connections = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // In place of the pool's own questions, which wait as long as the network does.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(database::alive(connection)))
            .after_release(|connection, _| Box::pin(database::alive(connection)))
            .connect_lazy_with(url.options());
        Self { connections }
    }

    /// Connects once, to find out whether the database can be used. It waits as long as the network does.
    ///
    /// # Errors
    /// With the driver's reason as its source.
    pub async fn reach(&self) -> Result<(), StoreError> {
        let connection = self.connections.connect_options().connect().await;
        let closed = connection.map_err(database::error)?.close().await;
        closed.map_err(database::error)
    }

    /// How many connections other programs of this name have to the database, such as nodes that serve it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn others(&self) -> Result<u64, StoreError> {
        let connecting = self.connections.connect_options().connect().await;
        let mut connection = connecting.map_err(database::error)?;
        let others: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'perch' AND pid <> pg_backend_pid()",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(database::error)?;
        connection.close().await.map_err(database::error)?;
        perch_store::column::count(others, "pg_stat_activity", "count")
    }

    async fn open(&self, part: &Part) -> Result<Database, StoreError> {
        Database::open(&self.connections, &schema(part), migrations(part)).await
    }
}

/// The schema of a database, or of a pool's index of messages. A pool has a digest, for names are cut at 63 bytes and an FQDN
/// may have 253. In SQL it is `'pool_' || left(encode(sha256(fqdn::bytea), 'hex'), 32)`.
fn schema(part: &Part) -> String {
    match part {
        Part::Deployment => "deployment".to_owned(),
        Part::Pool(fqdn) => digest("pool", fqdn),
    }
}

fn digest(series: &str, fqdn: &PoolFqdn) -> String {
    let digest = Sha256::digest(fqdn.as_str());
    let bytes = digest.iter().take(16);
    bytes.fold(format!("{series}_"), |schema, byte| {
        format!("{schema}{byte:02x}")
    })
}

/// What makes a schema's tables, in order.
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
impl Storage for PostgresStorage {
    async fn deployment(&self) -> Result<Arc<dyn DeploymentStore>, StoreError> {
        let database = self.open(&Part::Deployment).await?;
        Ok(Arc::new(PostgresDeployment::new(database)))
    }

    async fn pool(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn PoolStore>, StoreError> {
        let database = self.open(&Part::Pool(fqdn.clone())).await?;
        Ok(Arc::new(PostgresPoolStore::new(database, fqdn.clone())))
    }

    async fn search_index(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn SearchIndex>, StoreError> {
        let database = Database::open(
            &self.connections,
            &digest("search", fqdn),
            &[(
                1,
                "create_search",
                include_str!("../migrations/search/0001_create_search.sql"),
            )],
        )
        .await?;
        Ok(Arc::new(PostgresSearchIndex::new(database)))
    }
}
