//! The small versioned storage that a room keeps for its add-in: enough for a shared note without a back end.

use crate::id::{AddinId, PrincipalId, RoomId};
use crate::limits::{STORAGE_KEY_CHARS_MAX, STORAGE_VALUE_BYTES_MAX};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// A key: 1 to 128 characters out of letters, digits, `.`, `-`, `_` and `:`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorageKey(String);

impl StorageKey {
    /// Checks a key.
    ///
    /// # Errors
    /// `InvalidArgument` when it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if (1..=STORAGE_KEY_CHARS_MAX).contains(&text.len()) && text.chars().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::new(
            Code::InvalidArgument,
            format!("Use a key of 1 to {STORAGE_KEY_CHARS_MAX} letters, digits, dots, hyphens, underscores or colons."),
        )
        .of("key"))
    }

    /// A key that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One stored value. `version` starts at 1 and grows by 1 with each change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageEntry {
    /// The room it belongs to.
    pub room: RoomId,
    /// The add-in it belongs to: another add-in on the same room does not see it.
    pub addin: AddinId,
    /// Its key.
    pub key: StorageKey,
    /// JSON, at most 32 KiB.
    pub value_json: String,
    /// Counts the changes.
    pub version: u64,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: PrincipalId,
}

/// Checks the size of a value.
///
/// # Errors
/// `LimitExceeded` above 32 KiB.
pub fn check_value(value_json: &str) -> Result<(), Refusal> {
    if value_json.len() <= STORAGE_VALUE_BYTES_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        Code::LimitExceeded,
        format!("A stored value may have {STORAGE_VALUE_BYTES_MAX} bytes; store less, or keep it in a service of your own."),
    )
    .of("value")
    .with("max", STORAGE_VALUE_BYTES_MAX))
}
