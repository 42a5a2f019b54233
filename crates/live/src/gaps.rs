//! Messages that are in the store and not in a room's log: another node posted them, or their commit succeeded and its
//! answer was lost.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use perch_domain::RoomId;
use tokio::sync::Notify;

/// Rooms in whose logs something is missing, for whoever reads it from the store.
#[derive(Debug, Default)]
pub struct Gaps {
    rooms: Mutex<HashSet<RoomId>>,
    reported: Notify,
}

impl Gaps {
    /// Something is missing in a room.
    pub fn report(&self, room: RoomId) {
        self.rooms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(room);
        self.reported.notify_one();
    }

    /// Waits until something is missing somewhere.
    pub async fn reported(&self) {
        self.reported.notified().await;
    }

    /// Takes the rooms in which something is missing.
    #[must_use]
    pub fn take(&self) -> HashSet<RoomId> {
        std::mem::take(&mut *self.rooms.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
