//! The room's small storage for its add-in. Whoever may see the add-in reads it; whoever may post writes it.

use perch_domain::addin_storage::{StorageEntry, StorageKey, check_value};
use perch_domain::grant::Capability;
use perch_domain::limits::STORAGE_KEYS_MAX;
use perch_domain::permission::RoomAction;
use perch_domain::{AddinId, Code, Refusal, RoomId};
use perch_live::Frame;
use perch_wire::addin_storage as wire;
use perch_wire::live::ServerFrame;

use serde_json::json;

use crate::catalogue::RoomView;
use crate::pane_use::Read;
use crate::store_error::refused;
use crate::{Actor, App};

impl App {
    /// Everything that the room keeps for its add-in.
    ///
    /// # Errors
    /// Those of seeing the add-in; `NoSuchAddin` when the room has none.
    pub async fn list_storage(
        &self,
        actor: &Actor,
        room: RoomId,
    ) -> Result<Vec<wire::StorageEntry>, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        view.granted_to(actor, Capability::Storage)?;
        let entries = view
            .pool
            .store()
            .storage(room, addin(&view)?)
            .await
            .map_err(refused)?;
        self.note_read(actor, Read::Storage, entries.len());
        Ok(entries
            .iter()
            .map(|entry| self.shown_entry(entry))
            .collect())
    }

    /// One stored value.
    ///
    /// # Errors
    /// As [`App::list_storage`]; `NoSuchNode` when there is none under the key.
    pub async fn get_storage(
        &self,
        actor: &Actor,
        room: RoomId,
        key: &str,
    ) -> Result<wire::StorageEntry, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        view.granted_to(actor, Capability::Storage)?;
        let key = StorageKey::parse(key)?;
        let entry = view
            .pool
            .store()
            .storage_entry(room, addin(&view)?, &key)
            .await
            .map_err(refused)?;
        self.note_read(actor, Read::Storage, usize::from(entry.is_some()));
        entry.map(|entry| self.shown_entry(&entry)).ok_or_else(|| {
            Refusal::new(
                Code::NoSuchNode,
                "Nothing is stored under this key yet; store it with version 0.",
            )
        })
    }

    /// Stores a value whose version is the stored one's, or 0 when there is none.
    ///
    /// # Errors
    /// As [`App::list_storage`]; `ErrorPermission` for whoever may not post; `DataCollision`; `LimitExceeded`.
    pub async fn put_storage(
        &self,
        actor: &Actor,
        room: RoomId,
        key: &str,
        value: &wire::StorageValue,
    ) -> Result<wire::StorageEntry, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        view.granted_to(actor, Capability::Storage)?;
        view.may(actor, RoomAction::Post)?;
        let addin = addin(&view)?;
        let key = StorageKey::parse(key)?;
        let value_json = value.value.to_string();
        check_value(&value_json)?;
        if value.version == 0 {
            let kept = view
                .pool
                .store()
                .storage(room, addin)
                .await
                .map_err(refused)?;
            if kept.len() >= STORAGE_KEYS_MAX && kept.iter().all(|entry| entry.key != key) {
                return Err(Refusal::new(
                    Code::LimitExceeded,
                    format!("An add-in may keep {STORAGE_KEYS_MAX} values in a room; reuse one of its keys."),
                )
                .with("max", STORAGE_KEYS_MAX));
            }
        }
        let entry = StorageEntry {
            room,
            addin,
            key,
            value_json,
            version: value.version.saturating_add(1),
            updated_at: self.now(),
            updated_by: actor.id(),
        };
        let mut write = view.pool.store().write().await.map_err(refused)?;
        if !write.put_storage(&entry).await.map_err(refused)? {
            return Err(Refusal::collision());
        }
        let shown = self.shown_entry(&entry);
        let target = format!(
            "{}\\{} {}",
            view.room.pool,
            view.room.name,
            entry.key.as_str()
        );
        let stored = json!({ "addin": addin.0, "by_page": actor.pane().is_some(), "entry": shown });
        let record = self.audit_record(
            Some(actor),
            "addin_storage.put",
            target,
            None,
            Some(&stored),
        );
        write.audit(&record).await.map_err(refused)?;
        write.commit().await.map_err(refused)?;
        let frame = Frame::encode(&ServerFrame::StorageChanged {
            room: room.0,
            addin: addin.0,
            entry: shown.clone(),
        });
        if let Some(cluster) = &self.cluster {
            cluster.tell_room(room, &frame);
        }
        view.log.publish(frame);
        Ok(shown)
    }

    fn shown_entry(&self, entry: &StorageEntry) -> wire::StorageEntry {
        wire::StorageEntry::new(entry, self.directory().author(entry.updated_by))
    }
}

fn addin(view: &RoomView) -> Result<AddinId, Refusal> {
    view.room.addin.ok_or_else(|| {
        Refusal::new(
            Code::NoSuchAddin,
            "This room has no add-in, so it keeps nothing for one.",
        )
    })
}
