//! Searching messages.

use perch_wire::search::{FoundMessages, MessageSearch};

use super::{Client, Error};

impl Client {
    /// A page of the messages that a search finds, newest first.
    ///
    /// # Errors
    /// `InvalidArgument`; for one room `NoSuchNode`, `ErrorPermission`, `NodeDisabled`, `HistoryOff`.
    pub async fn search_messages(&self, search: &MessageSearch) -> Result<FoundMessages, Error> {
        self.get(&["search", "messages"], search).await
    }
}
