//! What is live on this node: the logs of rooms, the group commit, and the people who are connected.
//!
//! Invariants: nobody sees a message before it is durable, its author included ([`commit`]); a subscriber is a cursor on
//! its room's ring, not a queue, so a slow one costs no memory and delays nobody ([`log`]); a frame is encoded once,
//! whoever receives it ([`Frame`]).

pub mod bus;
pub mod commit;
pub mod feeder;
mod flush;
mod frame;
mod gaps;
mod instruments;
mod later;
pub mod log;
mod participants;
pub mod people;
mod subscriber;

pub use commit::{CommitError, Committer, Post, Posted};
pub use feeder::{Feeder, Searched};
pub use flush::Line;
pub use frame::Frame;
pub use gaps::Gaps;
pub use log::{Read, RoomLog, Subscription};
pub use participants::Peer;
pub use people::People;
pub use subscriber::{Closing, Subscriber};
