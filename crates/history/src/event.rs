//! What is recorded.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line of a record. A client's own events stand in the order in which they happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, in microseconds since the record began, by one steady clock for all clients.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// A message as somebody saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the room, from 1.
    pub seq: u64,
    /// Who posted it.
    pub author: Uuid,
    /// The author's own identifier for it.
    pub nonce: Uuid,
    /// Stands for its text; equal texts have equal digests.
    pub digest: u64,
}

/// What a refused post means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The author may not: nothing is stored.
    Denied,
    /// For another reason nothing is stored.
    NotStored,
    /// Whether it is stored cannot be known.
    Unknown,
}

/// What happened. Clients are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The record begins.
    Began {
        /// Up to so many missed messages a client that resumes is sent exactly those; beyond it may have to reload.
        resume_max: u64,
    },
    /// A room, before anybody recorded here does anything in it. Nobody else posts in it.
    Room {
        /// The room.
        room: Uuid,
        /// The place of its last message, 0 when there is none.
        head: u64,
        /// Who may read and post.
        members: Vec<Uuid>,
    },
    /// A client, and whose it is.
    Client {
        /// The client.
        client: u32,
        /// Who uses it.
        person: Uuid,
    },
    /// A client asks for a room.
    Join {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// The last place that it holds; without it the latest messages are asked for, at least one.
        after: Option<u64>,
    },
    /// A client got a room: by its own join, or anew from the server because it fell behind.
    Joined {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// Whether it is the answer to a join.
        asked: bool,
        /// Oldest first.
        messages: Vec<Entry>,
        /// The place of the last message of the room.
        head: u64,
        /// The client drops what it held.
        reload: bool,
    },
    /// A join was refused because the person may not read the room.
    NotJoined {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
    },
    /// A client saw a message as it was posted.
    Saw {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// The message.
        entry: Entry,
    },
    /// A client was told that a room is closed for its person.
    Removed {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
    },
    /// A client's connection ended; it keeps what it holds.
    Closed {
        /// The client.
        client: u32,
    },
    /// A client posts, for the first time or again.
    Post {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// The author's own identifier for it.
        nonce: Uuid,
        /// Stands for its text.
        digest: u64,
    },
    /// A post was acknowledged.
    Posted {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// Of the post.
        nonce: Uuid,
        /// Its place.
        seq: u64,
    },
    /// A post was refused.
    Refused {
        /// The client.
        client: u32,
        /// The room.
        room: Uuid,
        /// Of the post.
        nonce: Uuid,
        /// What that means.
        outcome: Outcome,
    },
    /// Somebody is to be let into a room, or removed from it.
    Change {
        /// The change, numbered from 0. Those of one person in one room follow each other.
        change: u32,
        /// The room.
        room: Uuid,
        /// Who.
        person: Uuid,
        /// Whether the person may be there from now on.
        allowed: bool,
    },
    /// The change was acknowledged.
    Changed {
        /// Which.
        change: u32,
    },
    /// Every client was given the time to see everything.
    Settled {},
    /// A part of a room's history as it was read at the end, from the beginning on, in order.
    Log {
        /// The room.
        room: Uuid,
        /// Its messages.
        entries: Vec<Entry>,
    },
    /// The record is complete.
    Ended {},
}
