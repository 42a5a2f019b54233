//! What can go wrong in a store.

use std::error::Error;

/// Which uniqueness was violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// An add-in's name in its pool.
    AddinName,
    /// A trigger's name in its pool.
    TriggerName,
    /// A category's name in its pool.
    CategoryName,
    /// A room's name in its pool.
    RoomName,
    /// A principal's address in the deployment.
    Address,
    /// A pool's name in the deployment.
    PoolFqdn,
}

/// What can go wrong in a store. Absence is not an error: reads give `None`, writes `false`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The value is taken.
    #[error("a unique value is taken: {0:?}")]
    Conflict(Key),
    /// There is no room left on the disk. Nothing of the transaction was stored.
    #[error("the disk is full")]
    Full,
    /// The database cannot be used now.
    #[error("the database cannot be used")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A row is not what was written.
    #[error("{table}.{column} holds a value that cannot be right: {value}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// Which column.
        column: &'static str,
        /// What is there.
        value: String,
    },
}
