//! What is live on this node: the logs of rooms, the group commit, and the people who are connected.
//!
//! Invariants: nobody sees a message before it is durable, its author included ([`commit`]); a subscriber is a cursor on
//! its room's ring, not a queue, so a slow one costs no memory and delays nobody ([`log`]); a frame is encoded once,
//! whoever receives it ([`Frame`]).

pub mod bus;
pub mod commit;
pub mod feeder;
mod gaps;
mod instruments;
pub mod log;
mod participants;
pub mod people;
mod subscriber;

use bytes::Bytes;
use perch_wire::live::ServerFrame;
use serde_json::value::RawValue;

pub use commit::{CommitError, Committer, Post, Posted};
pub use feeder::{Feeder, Searched};
pub use gaps::Gaps;
pub use log::{Read, RoomLog, Subscription};
pub use participants::Peer;
pub use people::People;
pub use subscriber::{Closing, Subscriber};

/// An encoded frame of the live protocol: one JSON text, shared by all who receive it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// Encodes a frame.
    #[must_use]
    pub fn encode(frame: &ServerFrame) -> Self {
        // Serialising our own types cannot fail: no map has keys other than texts, no number is out of range.
        Self(serde_json::to_vec(frame).unwrap_or_default().into())
    }

    /// The JSON text, in UTF-8.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// As part of a larger JSON text.
    #[must_use]
    pub fn raw(&self) -> Option<Box<RawValue>> {
        // What `encode` made is JSON.
        serde_json::from_slice(&self.0).ok()
    }
}

impl From<&RawValue> for Frame {
    fn from(text: &RawValue) -> Self {
        Self(Bytes::copy_from_slice(text.get().as_bytes()))
    }
}
