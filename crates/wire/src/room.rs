//! Rooms.

use perch_domain::{permission, room as domain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::grant::Capability;
use crate::present;
use crate::principal::Principal;

macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident from $from:path { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// As it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl From<$from> for $name {
            fn from(value: $from) -> Self {
                match value { $(<$from>::$variant => Self::$variant),+ }
            }
        }
        impl From<$name> for $from {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

mirror! {
    /// Who finds a room and who may read it.
    Privacy from domain::Privacy {
        /// Anybody in the category's scope.
        Open = "open",
        /// Anybody in scope finds it; members join it.
        Closed = "closed",
        /// Members only.
        Secret = "secret",
    }
}
mirror! {
    /// Who posts.
    RoomType from domain::RoomType {
        /// Everybody who may join.
        Normal = "normal",
        /// Presenters.
        Auditorium = "auditorium",
    }
}
mirror! {
    /// Whether new members are told of the room.
    Invitations from domain::Invitations {
        /// As the category says.
        Inherit = "inherit",
        /// Never.
        False = "false",
    }
}

/// A category, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryName {
    /// The category.
    pub id: Uuid,
    /// What people see.
    pub name: String,
}

/// The add-in beside a room's conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomAddin {
    /// The add-in.
    pub id: Uuid,
    /// What people see.
    pub name: String,
    /// Its page, with variables unexpanded.
    pub url: String,
    /// What its page may do in this room.
    pub granted: Vec<Capability>,
    /// What an administrator granted it, and the room's manager withholds.
    pub withheld: Vec<Capability>,
    /// It moved to another origin, and may do nothing until an administrator approves that.
    pub pending: bool,
    /// An administrator disabled it: its page is not shown.
    pub disabled: bool,
    /// Its page is shown through the isolating proxy, whatever the scheme of its own address.
    pub proxied: bool,
}

/// What the caller may do with a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag for each permission of the original's map"
)]
pub struct RoomPermissions {
    /// Find it.
    pub view: bool,
    /// Join it.
    pub join: bool,
    /// Read what was said.
    pub read_history: bool,
    /// Post.
    pub post: bool,
    /// Edit it.
    pub manage: bool,
}

impl From<permission::RoomPermissions> for RoomPermissions {
    fn from(from: permission::RoomPermissions) -> Self {
        Self {
            view: from.view,
            join: from.join,
            read_history: from.read_history,
            post: from.post,
            manage: from.manage,
        }
    }
}

/// What is the same for everybody who sees a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomProperties {
    /// What links keep.
    pub id: Uuid,
    /// The pool that owns it.
    pub pool: String,
    /// Its category.
    pub category: CategoryName,
    /// Unique in the pool, without regard to letter case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who finds and reads it.
    pub privacy: Privacy,
    /// Who posts.
    #[serde(rename = "type")]
    pub room_type: RoomType,
    /// Whether new members are told.
    pub invitations: Invitations,
    /// Nobody may join, find or search it.
    pub disabled: bool,
    /// The add-in beside its conversation.
    pub addin: Option<RoomAddin>,
    /// Counts its changes.
    pub revision: u64,
    /// When it was created.
    pub created_at: String,
    /// When it was changed.
    pub updated_at: String,
}

/// A room as one person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Room {
    /// What everybody sees.
    #[serde(flatten)]
    pub properties: RoomProperties,
    /// What the caller may do.
    pub permissions: RoomPermissions,
    /// The caller follows it.
    pub followed: bool,
    /// The caller is among its members.
    pub member: bool,
    /// The place of its last message, 0 when there is none.
    pub head: u64,
    /// How many messages came since the caller last read it.
    pub unread: u64,
    /// How many people have it open.
    pub participant_count: u64,
}

/// A room with its lists, for its managers and administrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomDetail {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// Who may join; empty for an open room.
    pub members: Vec<Principal>,
    /// Who may edit it.
    pub managers: Vec<Principal>,
    /// Who may post when it is an auditorium.
    pub presenters: Vec<Principal>,
}

/// A room to create. Its creator becomes a manager, and a member unless it is open.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    /// Identifier or name of a category of the pool.
    pub category: String,
    /// 1 to 256 characters.
    pub name: String,
    /// Up to 256 characters.
    #[serde(default)]
    pub description: String,
    /// Closed unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// Normal unless said otherwise.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub room_type: Option<RoomType>,
    /// Inherited unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<Invitations>,
    /// Enabled unless said otherwise.
    #[serde(default)]
    pub disabled: bool,
    /// Identifier or name of an add-in of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addin: Option<String>,
    /// What the add-in may not do here although an administrator granted it.
    #[serde(default)]
    pub addin_withheld: Vec<Capability>,
    /// Identifiers or addresses.
    #[serde(default)]
    pub members: Vec<String>,
    /// Identifiers or addresses.
    #[serde(default)]
    pub managers: Vec<String>,
    /// Identifiers or addresses.
    #[serde(default)]
    pub presenters: Vec<String>,
}

/// A change of a room; what is absent stays. A list replaces the whole list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPatch {
    /// Another category, by identifier or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who finds and reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// Who posts.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub room_type: Option<RoomType>,
    /// Whether new members are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<Invitations>,
    /// Disable or enable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Identifier or name of an add-in of the pool; `null` for none.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub addin: Option<Option<String>>,
    /// What the add-in may not do here although an administrator granted it. Nothing, when another add-in is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addin_withheld: Option<Vec<Capability>>,
    /// Identifiers or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
    /// Identifiers or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managers: Option<Vec<String>>,
    /// Identifiers or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presenters: Option<Vec<String>>,
    /// The revision that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// Whether a name is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NameCheck {
    /// No room of the pool has it, in any letter case.
    pub available: bool,
}

/// Which rooms, from the caller's point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Rooms that the caller follows.
    Followed,
    /// Rooms whose member the caller is.
    Member,
    /// Rooms that the caller manages: My Rooms.
    Managed,
    /// Rooms that the caller finds in the directory.
    #[default]
    Visible,
    /// Every room; for administrators.
    All,
}

/// Which rooms to list; what is absent does not restrict.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomFilter {
    /// From the caller's point of view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Of one pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Identifier or name of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A name with `*` and `?`; without either, any name that contains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Look for `name` in descriptions too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_description: Option<bool>,
    /// Identifier or name of an add-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addin: Option<String>,
    /// Disabled or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Identifier or address of a principal that the room's managers name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// Identifier or address of a principal that the room's members name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Who finds and reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// Who posts.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub room_type: Option<RoomType>,
    /// Whether new members are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<Invitations>,
    /// At most so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Somebody who has a room open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// The user.
    pub id: Uuid,
    /// `sip:` and the address.
    pub address: String,
    /// What people see.
    pub display_name: String,
    /// Manages the room.
    pub manager: bool,
    /// May post in the auditorium.
    pub presenter: bool,
}
