//! The room's small storage for its add-in.

use perch_domain::addin_storage as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One stored value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StorageEntry {
    /// Its key.
    pub key: String,
    /// Any JSON, at most 32 KiB.
    pub value: Value,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was changed.
    pub updated_at: String,
    /// By whom.
    pub updated_by: Author,
}

/// Who did something, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// The principal.
    pub id: Uuid,
    /// `sip:` and the address.
    pub address: String,
    /// What people see.
    pub display_name: String,
}

impl StorageEntry {
    /// An entry with the name of whoever changed it.
    #[must_use]
    pub fn new(entry: &domain::StorageEntry, updated_by: Author) -> Self {
        Self {
            key: entry.key.as_str().to_owned(),
            value: serde_json::from_str(&entry.value_json).unwrap_or(Value::Null),
            version: entry.version,
            updated_at: entry.updated_at.to_string(),
            updated_by,
        }
    }
}

/// A value to store.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageValue {
    /// Any JSON, at most 32 KiB.
    pub value: Value,
    /// The version that was read; 0 for a new key.
    pub version: u64,
}
