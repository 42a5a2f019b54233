//! What authors had typed, where a room's add-in replaced it before it was posted.

use std::collections::HashMap;

use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_domain::permission::RoomAction;
use perch_domain::{Refusal, RoomId, Seq};
use perch_wire::original as wire;

use crate::store_error::refused;
use crate::{Actor, App};

/// Originals of a page unless the caller says otherwise.
const PAGE_DEFAULT: u32 = 50;

impl App {
    /// What was typed in a room and replaced by its add-in, beside what was posted; oldest first.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission`.
    pub async fn list_originals(
        &self,
        actor: &Actor,
        room: RoomId,
        request: wire::OriginalsRequest,
    ) -> Result<Vec<wire::Original>, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::ReadOriginals)?;
        let limit = request
            .limit
            .unwrap_or(PAGE_DEFAULT)
            .clamp(1, MESSAGES_PAGE_MAX);
        let after = Seq(request.after.unwrap_or_default());
        let store = view.pool.store();
        let originals = store.originals(room, after, limit).await.map_err(refused)?;
        let places: Vec<_> = originals.iter().map(|(seq, _)| (room, *seq)).collect();
        let messages = store.messages_at(&places).await.map_err(refused)?;
        let mut posted: HashMap<_, _> = messages
            .iter()
            .map(|message| (message.seq, self.with_author(message)))
            .collect();
        Ok(originals
            .iter()
            .filter_map(|(seq, original)| Some(wire::Original::new(original, posted.remove(seq)?)))
            .collect())
    }
}
