//! Categories.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::principal::Principal;

/// A category. To anybody but administrators the lists are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Category {
    /// What rooms keep.
    pub id: Uuid,
    /// The pool that owns it.
    pub pool: String,
    /// Unique in the pool, without regard to letter case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Rooms may announce themselves to new members.
    pub invitations: bool,
    /// Files may be posted in its rooms.
    pub file_upload: bool,
    /// Messages can be read back.
    pub chat_history: bool,
    /// Who is in scope.
    pub allowed_members: Vec<Principal>,
    /// Who is not, whatever allows them.
    pub denied_members: Vec<Principal>,
    /// Who may create rooms.
    pub creators: Vec<Principal>,
    /// How many rooms it contains.
    pub room_count: u64,
    /// Whether the caller may create a room in it.
    pub may_create_rooms: bool,
    /// Counts its changes.
    pub revision: u64,
}

/// A category to create. Nobody is in its scope until it is edited, unless `allowed_members` says who.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCategory {
    /// 1 to 256 characters.
    pub name: String,
    /// Up to 256 characters.
    #[serde(default)]
    pub description: String,
    /// Off unless asked for (reference 1.8).
    #[serde(default)]
    pub invitations: bool,
    /// Off unless asked for.
    #[serde(default)]
    pub file_upload: bool,
    /// On unless switched off.
    #[serde(default = "yes")]
    pub chat_history: bool,
    /// Identifiers or addresses.
    #[serde(default)]
    pub allowed_members: Vec<String>,
    /// Identifiers or addresses.
    #[serde(default)]
    pub denied_members: Vec<String>,
    /// Identifiers or addresses.
    #[serde(default)]
    pub creators: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// A change of a category; what is absent stays. A list replaces the whole list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryPatch {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Rooms may announce themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<bool>,
    /// Files may be posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_upload: Option<bool>,
    /// Messages can be read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_history: Option<bool>,
    /// Identifiers or addresses. Narrowing acts at once, in open windows too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_members: Option<Vec<String>>,
    /// Identifiers or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_members: Option<Vec<String>>,
    /// Identifiers or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creators: Option<Vec<String>>,
    /// The revision that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}
