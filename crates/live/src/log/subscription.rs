//! The cursors that follow a log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use super::RoomLog;
use crate::Subscriber;

/// A subscription of which everything is read.
pub(super) const UNMARKED: u8 = 0;
/// One that will be read in a while.
pub(super) const LATER: u8 = 1;
/// One that is being read.
pub(super) const NOW: u8 = 2;

/// The cursor of who comes and goes where that is not told.
pub(super) const UNWATCHED: u64 = u64::MAX;

/// A connection's place in a room.
#[derive(Debug)]
pub struct Subscription {
    pub(super) log: Arc<RoomLog>,
    pub(super) subscriber: Arc<Subscriber>,
    pub(super) key: AtomicU64,
    /// Whether it is known that there is something to read: [`UNMARKED`], [`LATER`] or [`NOW`].
    pub(super) marked: AtomicU8,
    pub(super) position: AtomicU64,
    /// Where it is among who came and went, or [`UNWATCHED`].
    pub(super) presence: AtomicU64,
    pub(super) seq: AtomicU64,
    pub(super) epoch: AtomicU64,
}

impl Subscription {
    /// The room's log.
    #[must_use]
    pub const fn log(&self) -> &Arc<RoomLog> {
        &self.log
    }

    /// Whether it is told who comes and goes.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.presence.load(Ordering::Relaxed) != UNWATCHED
    }

    /// Its key among those of the log.
    pub(super) fn key(&self) -> usize {
        usize::try_from(self.key.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }

    /// Notes that it is asked now whether the person may read the room: after [`Read::AccessChanged`](super::Read::AccessChanged), and before that is asked.
    pub fn ask_access(&self) {
        let now = self.log.epoch.load(Ordering::Acquire);
        self.epoch.store(now, Ordering::Release);
    }
}
