//! What a person follows and has read.

use std::collections::HashMap;
use std::sync::Arc;

use perch_domain::permission::RoomAction;
use perch_domain::{PrincipalId, Refusal, RoomId, Seq};
use perch_live::Frame;
use perch_store::{Attention, PoolStore, ReadMark};
use perch_wire::live::ServerFrame;

use crate::loader::Loader;
use crate::store_error::refused;
use crate::{Actor, App};

/// Reads what people follow and have read in a pool.
pub(crate) fn attention(
    store: Arc<dyn PoolStore>,
) -> Loader<PrincipalId, HashMap<RoomId, Attention>> {
    Loader::start(move |people: Vec<PrincipalId>| {
        let store = Arc::clone(&store);
        async move {
            let mut all = HashMap::<_, HashMap<_, _>>::new();
            for (person, attention) in store.attention(&people).await? {
                let own = all.entry(person).or_default();
                own.insert(attention.room, attention);
            }
            Ok(all)
        }
    })
}

impl App {
    /// Follows or unfollows a room. Membership is not touched (reference 4.2).
    ///
    /// # Errors
    /// Following needs the right to join: `NoSuchNode`, `ErrorPermission`, `NodeDisabled`.
    pub async fn set_followed(
        &self,
        actor: &Actor,
        room: RoomId,
        followed: bool,
    ) -> Result<(), Refusal> {
        let view = self.room_view(room)?;
        view.may(
            actor,
            if followed {
                RoomAction::Join
            } else {
                RoomAction::Find
            },
        )?;
        let mut write = view.pool.store().write().await.map_err(refused)?;
        write
            .set_followed(actor.id(), room, followed)
            .await
            .map_err(refused)?;
        write.commit().await.map_err(refused)?;
        // On this person's other connections too.
        let frame = Frame::encode(&ServerFrame::RoomsChanged {});
        self.people().send(actor.id(), &frame);
        if let Some(cluster) = &self.cluster {
            cluster.tell_person(actor.id(), &frame);
        }
        Ok(())
    }

    /// Says how far a person has read. Stored with the next group of messages; a mark that lies behind changes nothing.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission`, `NodeDisabled`.
    pub fn mark_read(&self, actor: &Actor, room: RoomId, seq: Seq) -> Result<(), Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::Join)?;
        view.pool.committer().read(ReadMark {
            person: actor.id(),
            room,
            seq: seq.min(view.log.head()),
        });
        Ok(())
    }
}
