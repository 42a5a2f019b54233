//! Frames of the live protocol: JSON texts over a WebSocket at `/api/v1/live`, one frame a message, told apart by `type`.
//!
//! `api/asyncapi.yaml` describes them for people who write clients; its schemas are generated from here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::addin_storage::StorageEntry;
use crate::card::Card;
use crate::message::Message;
use crate::original::NewOriginal;
use crate::principal::Principal;
use crate::room::{Participant, Room, RoomPermissions, RoomProperties};
use crate::session::Limits;

/// The version of the protocol.
pub const PROTOCOL: u32 = 1;

/// What a client sends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Opens rooms; each is answered with `joined` or `error`. Joining again resumes.
    Join {
        /// Comes back in the answers.
        id: u64,
        /// At most 100 at a time.
        rooms: Vec<JoinRoom>,
    },
    /// Closes a room.
    Leave {
        /// The room.
        room: Uuid,
    },
    /// Asks who has an open room open, answered with `participants` and then kept up to date by `presence`, until it is asked no
    /// longer or the room is closed. Of a room that is not open it changes nothing.
    Watch {
        /// The room.
        room: Uuid,
        /// Asked, or no longer.
        watching: bool,
    },
    /// Posts a message in an open room.
    Post {
        /// Comes back in the answer.
        id: u64,
        /// The room.
        room: Uuid,
        /// Made by the client; a retry with the same one returns the first result. Version 7 costs the store least.
        nonce: Uuid,
        /// Plain text.
        text: String,
        /// High importance.
        #[serde(default)]
        alert: bool,
        /// With a title it is a story.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The token of the pane whose page changed what the person wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pane: Option<String>,
        /// What was typed, when the room's add-in replaced it. Kept for administrators, and shown to nobody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        original: Option<NewOriginal>,
        /// What is shown in the place of the text, which says the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<Box<Card>>,
        /// Makes the card a new version of the one that was posted first at this place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        updates: Option<u64>,
    },
    /// Says how far the person has read.
    Read {
        /// The room.
        room: Uuid,
        /// The place of the last message that was read.
        seq: u64,
    },
    /// Asks for a `pong`.
    Ping {
        /// Comes back in the answer.
        id: u64,
    },
}

/// A room to open.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRoom {
    /// The room.
    pub room: Uuid,
    /// The last place that the client holds: exactly what it missed is sent, or `reload` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// How many of the latest messages to send without `after`: 30 unless said otherwise, never more than 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<u32>,
}

/// What the server sends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame.
    Welcome {
        /// The version of the protocol.
        protocol: u32,
        /// Who is signed in.
        person: Principal,
        /// The server pings this often; a client that hears nothing for twice as long reconnects.
        heartbeat_ms: u32,
        /// The limits of messages.
        limits: Limits,
    },
    /// A room is open. Its messages and the subscription are one step: nothing is missed in between.
    Joined {
        /// Of the join; 0 when the server itself opens the room anew for a client that fell far behind.
        id: u64,
        /// The room.
        room: Box<Room>,
        /// Oldest first.
        messages: Vec<Message>,
        /// The place of the room's last message.
        head: u64,
        /// What the client holds of the room ends too far back: drop it, `messages` are the latest.
        reload: bool,
    },
    /// Who has a watched room open; again after a client fell far behind. It replaces what was said before.
    Participants {
        /// The room.
        room: Uuid,
        /// Absent in a large room, above the participant update limit: no list is kept up to date.
        participants: Option<Vec<Participant>>,
        /// How many they are.
        count: u64,
    },
    /// The message is stored; sent to its author's connection.
    Posted {
        /// Of the post.
        id: u64,
        /// The room.
        room: Uuid,
        /// Its place.
        seq: u64,
        /// When the server received it.
        at: String,
    },
    /// A message, to everybody who has the room open, its author included.
    Message(Message),
    /// Who opened and closed a watched room. Not sent in a large room, except once to say that it became one.
    Presence {
        /// The room.
        room: Uuid,
        /// Who opened it.
        arrived: Vec<Participant>,
        /// Who closed it.
        departed: Vec<Uuid>,
        /// How many have it open.
        count: u64,
        /// Above the participant update limit: no list is kept up to date.
        large: bool,
    },
    /// The room changed.
    RoomUpdated {
        /// As it is now.
        room: Box<RoomProperties>,
    },
    /// What the person may do in the room changed.
    Permissions {
        /// The room.
        room: Uuid,
        /// As they are now.
        permissions: RoomPermissions,
    },
    /// The room is closed for this person: no longer allowed, disabled or deleted. Drop its contents.
    Removed {
        /// The room.
        room: Uuid,
        /// Why.
        code: String,
    },
    /// The person's lists of rooms changed: fetch them again.
    RoomsChanged {},
    /// What the administrators and managers of a pool see in tables changed. That an add-in did is told to everybody who may know of
    /// the pool's add-ins: any of them can be open as a page beside a room's own.
    CatalogueChanged {
        /// The pool.
        pool: String,
        /// What changed.
        kind: CatalogueKind,
    },
    /// The room's storage for its add-in changed.
    StorageChanged {
        /// The room.
        room: Uuid,
        /// The add-in.
        addin: Uuid,
        /// As it is now.
        entry: StorageEntry,
    },
    /// The answer to a ping.
    Pong {
        /// Of the ping.
        id: u64,
    },
    /// Something was refused.
    Error {
        /// Of the frame that is refused, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The room that is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<Uuid>,
        /// Stable, for programs.
        code: String,
        /// For people: what is wrong and what to do.
        detail: String,
    },
    /// The server is stopping: everything acknowledged is stored; reconnect.
    Goodbye {
        /// `ShuttingDown`.
        code: String,
        /// Wait so long, plus something random.
        retry_after_ms: u32,
    },
}

/// What changed in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueKind {
    /// An add-in.
    Addin,
    /// A trigger.
    Trigger,
    /// A category.
    Category,
    /// A room.
    Room,
}
