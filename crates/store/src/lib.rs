//! The storage traits: what a store must do, whichever database is behind it.
//!
//! A deployment has one [`DeploymentStore`] (principals, credentials, pools) and one [`PoolStore`] for each pool (add-ins,
//! categories, rooms, messages). What changes rarely is read whole at start (`load`) and kept in memory by the caller, who
//! is told here what was written; messages are read a page at a time. Every change is a transaction that also takes the
//! audit record: [`DeploymentStore::write`], [`PoolStore::write`]. It has a [`Version`], by which another node that shares the
//! database reads just what it has not seen (`changes`). Messages alone go another way, [`PoolStore::append`],
//! whose batch is one transaction, however many rooms it touches.
//!
//! `perch-store-conformance` is the suite that every store passes; begin there to add one.

mod addin_health;
pub mod card;
mod change;
pub mod column;
mod deployment;
mod error;
mod pool;
pub mod search;
pub mod snapshot;
mod timed;

use std::sync::Arc;

use async_trait::async_trait;
use perch_domain::pool::PoolFqdn;

pub use addin_health::{AddinHealth, CheckClaim, HandshakeCount, HandshakeReport, SeenPage};
pub use change::{Changed, ENDED_KEPT};
pub use deployment::{
    AuditEntry, DeploymentStore, DeploymentWrite, Directory, DirectoryChanges, StoredPrincipal,
};
pub use error::{Key, StoreError};
pub use pool::{
    Append, Appended, Attention, Batch, Catalogue, CatalogueChanges, DEAD_LETTERS_KEPT, Page,
    PoolStore, PoolWrite, ReadMark, WEBHOOK_ROOMS_DUE_MAX,
};
pub use search::SearchIndex;
pub use timed::timed;

/// Counts the changes of a directory or a catalogue, so that a node knows whether it has seen the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// Where the stores of a deployment come from.
#[async_trait]
pub trait Storage: Send + Sync {
    /// The deployment's store, migrated.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    async fn deployment(&self) -> Result<Arc<dyn DeploymentStore>, StoreError>;

    /// A pool's store, created when it is new, and migrated.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    async fn pool(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn PoolStore>, StoreError>;

    /// The index of a pool's messages, created when it is new, and migrated.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    async fn search_index(&self, fqdn: &PoolFqdn) -> Result<Arc<dyn SearchIndex>, StoreError>;
}
