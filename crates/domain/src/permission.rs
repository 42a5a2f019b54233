//! Who may do what: the permission matrix of reference 1.10 as pure functions over values.
//!
//! The one invariant: every surface asks here, so what is shown live, read over HTTP, offered in a menu and allowed in the
//! shell can never differ. A new role or action breaks the matches below until it is decided.

#![deny(clippy::wildcard_enum_match_arm)]

use crate::refusal::{Code, Refusal};
use crate::room::{Privacy, RoomType};

/// What one person is to one room (or, without a room, to one category of the pool).
///
/// `member`, `manager`, `presenter` and `creator` are true only while the person is in scope, or is an administrator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "roles are independent of each other: six columns of the matrix"
)]
pub struct Standing {
    /// Administrator of the deployment.
    pub administrator: bool,
    /// Within the category's scope.
    pub in_scope: bool,
    /// Creator in the category.
    pub creator: bool,
    /// Manager of the room.
    pub manager: bool,
    /// Member of the room.
    pub member: bool,
    /// Presenter of the room, and able to join it.
    pub presenter: bool,
}

/// What the table needs to know of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomFacts {
    /// Who finds and reads it.
    pub privacy: Privacy,
    /// Who posts.
    pub room_type: RoomType,
    /// Nobody joins it.
    pub disabled: bool,
    /// The category allows files.
    pub file_upload: bool,
    /// The category keeps history.
    pub keeps_history: bool,
}

/// What is done to a pool or one of its categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolAction {
    /// Register, edit or delete an add-in.
    ManageAddins,
    /// List add-ins, to pick one.
    ListAddins,
    /// See, test, create, edit or delete a trigger.
    ManageTriggers,
    /// Create, edit or delete a category, its scope and its creators.
    ManageCategories,
    /// Create a room in the category.
    CreateRoom,
    /// Edit configuration or compliance configuration.
    Configure,
    /// Edit or grant a policy.
    ManagePolicies,
    /// Manage principals.
    ManagePrincipals,
}

/// What is done to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomAction {
    /// Associate, change or clear the add-in.
    AssociateAddin,
    /// See the add-in.
    SeeAddin,
    /// Edit name, description, privacy, type, invitations.
    Edit,
    /// Edit members, managers, presenters.
    EditMembership,
    /// Move to a category in which the person is, or is not, a creator.
    Move {
        /// Creator in the target category.
        creator_in_target: bool,
    },
    /// Disable or enable.
    Disable,
    /// Delete, purge, or remove or replace a message.
    Delete,
    /// Read what authors had typed where an add-in replaced it.
    ReadOriginals,
    /// Find in the directory.
    Find,
    /// List among the rooms one manages.
    FindInMyRooms,
    /// Join and receive.
    Join,
    /// Read or search history.
    ReadHistory,
    /// Post a message, alert or story.
    Post,
    /// Post a file.
    UploadFile,
    /// Fetch a file.
    DownloadFile,
    /// Change or remove one's own message.
    EditOwnMessage,
    /// Take oneself off the member list.
    LeaveMembership,
}

impl RoomAction {
    /// Every action, for tests that must cover them all.
    pub const ALL: [Self; 18] = [
        Self::AssociateAddin,
        Self::SeeAddin,
        Self::Edit,
        Self::EditMembership,
        Self::Move {
            creator_in_target: false,
        },
        Self::Move {
            creator_in_target: true,
        },
        Self::Disable,
        Self::Delete,
        Self::ReadOriginals,
        Self::Find,
        Self::FindInMyRooms,
        Self::Join,
        Self::ReadHistory,
        Self::Post,
        Self::UploadFile,
        Self::DownloadFile,
        Self::EditOwnMessage,
        Self::LeaveMembership,
    ];
}

/// May this person do this in the pool?
///
/// # Errors
/// `UnableToCreateRoom` for a room outside one's categories, else `ErrorPermission`.
pub fn in_pool(action: PoolAction, who: Standing) -> Result<(), Refusal> {
    let (allowed, code, detail) = match action {
        PoolAction::ListAddins => (
            who.administrator || who.in_scope,
            Code::ErrorPermission,
            "Only people in the scope of one of the pool's categories may list its add-ins.",
        ),
        PoolAction::CreateRoom => (
            who.administrator || who.creator,
            Code::UnableToCreateRoom,
            "Only creators of the category may create rooms in it; ask an administrator to make you one.",
        ),
        PoolAction::ManageAddins
        | PoolAction::ManageTriggers
        | PoolAction::ManageCategories
        | PoolAction::Configure
        | PoolAction::ManagePolicies
        | PoolAction::ManagePrincipals => (
            who.administrator,
            Code::ErrorPermission,
            "Only an administrator may do this; sign in as one, or ask one.",
        ),
    };
    if allowed {
        Ok(())
    } else {
        Err(Refusal::new(code, detail))
    }
}

/// May this person do this in the room?
///
/// # Errors
/// `NoSuchNode` where even the existence of the room is not for this person to know, `NodeDisabled` for taking part in a
/// disabled room, `HistoryOff` where none is kept, else `ErrorPermission`.
pub fn in_room(action: RoomAction, who: Standing, room: RoomFacts) -> Result<(), Refusal> {
    // Administrators know of every room; everybody else must be able to see it before hearing any other reason.
    if !sees(who, room) {
        return Err(Refusal::no_such_room());
    }
    let takes_part = who.member || (room.privacy == Privacy::Open && who.in_scope);
    let speaks = takes_part
        && match room.room_type {
            RoomType::Normal => true,
            RoomType::Auditorium => who.presenter,
        };
    let while_enabled = |allowed: bool, detail: &str| {
        if room.disabled {
            return Err(Refusal::new(
                Code::NodeDisabled,
                "The room is disabled; a manager of the room or an administrator can enable it.",
            ));
        }
        if allowed {
            Ok(())
        } else {
            Err(Refusal::permission(detail))
        }
    };
    let only = |allowed: bool, detail: &str| {
        if allowed {
            Ok(())
        } else {
            Err(Refusal::permission(detail))
        }
    };
    match action {
        RoomAction::AssociateAddin
        | RoomAction::Edit
        | RoomAction::EditMembership
        | RoomAction::Disable => only(
            who.administrator || who.manager,
            "Only a manager of the room or an administrator may change it.",
        ),
        RoomAction::Move { creator_in_target } => only(
            who.administrator || (who.manager && creator_in_target),
            "Only an administrator, or a manager who is a creator in the other category, may move the room.",
        ),
        RoomAction::Delete => only(
            who.administrator,
            "Only an administrator may delete a room or its messages; a manager may disable the room.",
        ),
        RoomAction::ReadOriginals => only(
            who.administrator,
            "Only an administrator may read what was typed before an add-in replaced it.",
        ),
        // A disabled room is found in management views only (reference 1.9).
        RoomAction::Find => while_enabled(true, ""),
        RoomAction::FindInMyRooms => only(
            who.administrator || who.manager,
            "You do not manage this room.",
        ),
        RoomAction::Join | RoomAction::SeeAddin => while_enabled(
            takes_part,
            "Only members may join this room; ask one of its managers to add you.",
        ),
        RoomAction::ReadHistory => {
            while_enabled(
                takes_part,
                "Only members may read this room; ask one of its managers to add you.",
            )?;
            if room.keeps_history {
                return Ok(());
            }
            Err(Refusal::new(
                Code::HistoryOff,
                "This room's category keeps no history: messages are seen only as they come.",
            ))
        }
        RoomAction::Post => while_enabled(
            speaks,
            match room.room_type {
                RoomType::Normal => {
                    "Only members may post in this room; ask one of its managers to add you."
                }
                RoomType::Auditorium => {
                    "Only presenters may post in this auditorium; ask one of its managers to make you one."
                }
            },
        ),
        RoomAction::UploadFile => while_enabled(
            speaks && room.file_upload,
            "Files cannot be posted here: the category does not allow them, or you may not post.",
        ),
        RoomAction::DownloadFile => while_enabled(
            takes_part && room.file_upload,
            "Files cannot be fetched here: the category does not allow them, or you are no member.",
        ),
        RoomAction::EditOwnMessage => Err(Refusal::permission(
            "Messages stay as they were posted; an administrator may replace or remove one.",
        )),
        RoomAction::LeaveMembership => only(
            who.administrator || who.manager,
            "Only a manager may take somebody off the member list; you can unfollow the room.",
        ),
    }
}

/// Whether the room exists for this person: its managers and administrators always; else its members, and everybody in
/// scope unless it is secret, while it is enabled.
const fn sees(who: Standing, room: RoomFacts) -> bool {
    if who.administrator || who.manager {
        return true;
    }
    // A member of a disabled room hears that it is disabled: the link in hand names it anyway (reference 5.4).
    who.member
        || (who.in_scope
            && !room.disabled
            && match room.privacy {
                Privacy::Open | Privacy::Closed => true,
                Privacy::Secret => false,
            })
}

/// What a person may do with a room, as clients are told (reference 1.7, `RoomPermissionMap`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the original's permission map, one flag each"
)]
pub struct RoomPermissions {
    /// Finds it.
    pub view: bool,
    /// Joins it.
    pub join: bool,
    /// Reads what was said.
    pub read_history: bool,
    /// Posts.
    pub post: bool,
    /// Edits it.
    pub manage: bool,
}

/// All of a person's permissions in a room.
#[must_use]
pub fn permissions(who: Standing, room: RoomFacts) -> RoomPermissions {
    let may = |action| in_room(action, who, room).is_ok();
    RoomPermissions {
        view: may(RoomAction::Find) || may(RoomAction::FindInMyRooms),
        join: may(RoomAction::Join),
        read_history: may(RoomAction::ReadHistory),
        post: may(RoomAction::Post),
        manage: may(RoomAction::Edit),
    }
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
