//! Messages, as they are read back.

use perch_wire::message::{MessagePage, PageRequest};
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// A page of a room's history.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission`, `HistoryOff`.
    pub async fn messages(&self, room: Uuid, page: &PageRequest) -> Result<MessagePage, Error> {
        self.get(&["rooms", &room.to_string(), "messages"], page)
            .await
    }
}
