//! Panes of add-ins' pages.

use perch_wire::pane::{NewPane, Pane};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// Opens a pane for the page of a room's add-in.
    ///
    /// # Errors
    /// `NoSuchAddin`, `AddinDisabled`; otherwise as for every operation.
    pub async fn open_pane(&self, room: Uuid, new: &NewPane) -> Result<Pane, Error> {
        self.call(Method::POST, &["rooms", &room.to_string(), "panes"], new)
            .await
    }
}
