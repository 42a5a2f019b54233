//! A pool's database: the traits, answered by the module of each noun.

use async_trait::async_trait;
use perch_domain::addin::Addin;
use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::audit::AuditRecord;
use perch_domain::category::Category;
use perch_domain::message::Message;
use perch_domain::original::Original;
use perch_domain::pool::PoolFqdn;
use perch_domain::room::Room;
use perch_domain::trigger::Trigger;
use perch_domain::webhook::{DeadLetter, WebhookCursor, WebhookState};
use perch_domain::{AddinId, CategoryId, PrincipalId, RoomId, Seq, Timestamp, TriggerId};
use perch_store::{
    AddinHealth, Appended, Attention, AuditEntry, Batch, Catalogue, CatalogueChanges, Changed,
    CheckClaim, HandshakeCount, HandshakeReport, Page, PoolStore, PoolWrite, SeenPage, StoreError,
    Version, timed,
};

use crate::database::{Database, Session, answered};
use crate::{
    addin_health, attention, audit, change, message, original, room, storage, trigger, webhook,
};

pub(crate) struct PostgresPoolStore {
    database: Database,
    fqdn: PoolFqdn,
}

impl PostgresPoolStore {
    pub(crate) const fn new(database: Database, fqdn: PoolFqdn) -> Self {
        Self { database, fqdn }
    }
}

#[async_trait]
impl PoolStore for PostgresPoolStore {
    async fn load(&self) -> Result<Catalogue, StoreError> {
        room::load(&mut *self.database.read().await?, &self.fqdn, None).await
    }

    async fn changes(&self, since: Version) -> Result<CatalogueChanges, StoreError> {
        answered(async {
            let mut session = self.database.read().await?;
            if change::version(&mut session).await? == since {
                return Ok(CatalogueChanges {
                    version: since,
                    ..CatalogueChanges::default()
                });
            }
            let changed = room::load(&mut session, &self.fqdn, Some(since)).await?;
            change::catalogue(&mut session, changed, since).await
        })
        .await
    }

    async fn heads(&self) -> Result<Vec<(RoomId, Seq)>, StoreError> {
        answered(async { room::heads(&mut *self.database.read().await?).await }).await
    }

    async fn append(&self, batch: &Batch) -> Result<Vec<Appended>, StoreError> {
        answered(message::append(&self.database, batch)).await
    }

    async fn messages(
        &self,
        room: RoomId,
        page: Page,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let read =
            async { message::page(&mut *self.database.read().await?, room, page, limit).await };
        timed("messages", answered(Box::pin(read))).await
    }

    async fn messages_at(&self, places: &[(RoomId, Seq)]) -> Result<Vec<Message>, StoreError> {
        message::at(&mut *self.database.read().await?, places).await
    }

    async fn originals(
        &self,
        room: RoomId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<(Seq, Original)>, StoreError> {
        original::list(&mut *self.database.read().await?, room, after, limit).await
    }

    async fn first_seq(&self, room: RoomId) -> Result<Seq, StoreError> {
        message::first_seq(&mut *self.database.read().await?, room).await
    }

    async fn attention(
        &self,
        people: &[PrincipalId],
    ) -> Result<Vec<(PrincipalId, Attention)>, StoreError> {
        let read = async { attention::list(&mut *self.database.read().await?, people).await };
        timed("attention", answered(Box::pin(read))).await
    }

    async fn storage(&self, room: RoomId, addin: AddinId) -> Result<Vec<StorageEntry>, StoreError> {
        storage::list(&mut *self.database.read().await?, room, addin).await
    }

    async fn storage_entry(
        &self,
        room: RoomId,
        addin: AddinId,
        key: &StorageKey,
    ) -> Result<Option<StorageEntry>, StoreError> {
        storage::get_entry(&mut *self.database.read().await?, room, addin, key).await
    }

    async fn addin_health(&self) -> Result<Vec<AddinHealth>, StoreError> {
        addin_health::list(&mut *self.database.read().await?).await
    }

    async fn claim_addin_check(&self, claim: &CheckClaim) -> Result<bool, StoreError> {
        addin_health::claim(&self.database, claim).await
    }

    async fn put_addin_health(
        &self,
        addin: AddinId,
        seen: &SeenPage,
        held_until: Timestamp,
    ) -> Result<bool, StoreError> {
        addin_health::put(&self.database, addin, seen, held_until).await
    }

    async fn due_webhooks(&self, now: Timestamp) -> Result<Vec<WebhookCursor>, StoreError> {
        webhook::due(&mut *self.database.read().await?, now).await
    }

    async fn webhook_cursors(
        &self,
        addin: AddinId,
    ) -> Result<Vec<(WebhookCursor, Seq)>, StoreError> {
        webhook::cursors(&mut *self.database.read().await?, addin).await
    }

    async fn webhook_state(&self, addin: AddinId) -> Result<Option<WebhookState>, StoreError> {
        webhook::state(&mut *self.database.read().await?, addin).await
    }

    async fn dead_letters(&self, addin: AddinId) -> Result<Vec<DeadLetter>, StoreError> {
        webhook::dead_letters(&mut *self.database.read().await?, addin).await
    }

    async fn lease(
        &self,
        task: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        webhook::lease(&self.database, task, holder, now, until).await
    }

    async fn addin_handshakes(&self, since: Timestamp) -> Result<Vec<HandshakeCount>, StoreError> {
        addin_health::handshakes(&mut *self.database.read().await?, since).await
    }

    async fn put_addin_handshakes(
        &self,
        reports: &[HandshakeReport],
        forget_before: Timestamp,
    ) -> Result<(), StoreError> {
        addin_health::put_handshakes(&self.database, reports, forget_before).await
    }

    async fn expire(&self, before: Timestamp) -> Result<u64, StoreError> {
        message::expire(&self.database, before).await
    }

    async fn write(&self) -> Result<Box<dyn PoolWrite>, StoreError> {
        Ok(Box::new(PostgresPoolWrite {
            session: self.database.change().await?,
            changed: Vec::new(),
        }))
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        audit::list(&mut *self.database.read().await?, limit).await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

struct PostgresPoolWrite {
    session: Session,
    changed: Vec<Changed>,
}

#[async_trait]
impl PoolWrite for PostgresPoolWrite {
    async fn version(&mut self) -> Result<Version, StoreError> {
        change::version(&mut self.session).await
    }

    async fn insert_addin(&mut self, addin: &Addin) -> Result<(), StoreError> {
        self.changed.push(Changed::new("addin", addin.id.0));
        room::insert_addin(&mut self.session, addin).await
    }

    async fn update_addin(&mut self, addin: &Addin) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("addin", addin.id.0));
        room::update_addin(&mut self.session, addin).await
    }

    async fn delete_addin(&mut self, addin: AddinId) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("addin", addin.0));
        room::delete_addin(&mut self.session, addin).await
    }

    async fn put_trigger(&mut self, trigger: &Trigger) -> Result<(), StoreError> {
        self.changed.push(Changed::new("trigger", trigger.id.0));
        trigger::put(&mut self.session, trigger).await
    }

    async fn delete_trigger(&mut self, trigger: TriggerId) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("trigger", trigger.0));
        room::delete(
            &mut self.session,
            "DELETE FROM trigger WHERE id = $1",
            trigger.0,
        )
        .await
    }

    async fn forget_addin_health(&mut self, addin: AddinId) -> Result<(), StoreError> {
        addin_health::forget(&mut self.session, addin).await
    }

    async fn insert_category(&mut self, category: &Category) -> Result<(), StoreError> {
        self.changed.push(Changed::new("category", category.id.0));
        room::insert_category(&mut self.session, category).await
    }

    async fn update_category(&mut self, category: &Category) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("category", category.id.0));
        room::update_category(&mut self.session, category).await
    }

    async fn delete_category(&mut self, category: CategoryId) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("category", category.0));
        room::delete(
            &mut self.session,
            "DELETE FROM category WHERE id = $1",
            category.0,
        )
        .await
    }

    async fn insert_room(&mut self, room: &Room) -> Result<(), StoreError> {
        self.changed.push(Changed::new("room", room.id.0));
        room::insert_room(&mut self.session, room).await
    }

    async fn update_room(&mut self, room: &Room) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("room", room.id.0));
        room::update_room(&mut self.session, room).await
    }

    async fn delete_room(&mut self, room: RoomId) -> Result<bool, StoreError> {
        self.changed.push(Changed::new("room", room.0));
        room::delete(&mut self.session, "DELETE FROM room WHERE id = $1", room.0).await
    }

    async fn set_followed(
        &mut self,
        person: PrincipalId,
        room: RoomId,
        followed: bool,
    ) -> Result<(), StoreError> {
        attention::set_followed(&mut self.session, person, room, followed).await
    }

    async fn put_storage(&mut self, entry: &StorageEntry) -> Result<bool, StoreError> {
        storage::put(&mut self.session, entry).await
    }

    async fn move_webhook_cursor(
        &mut self,
        from: Seq,
        cursor: &WebhookCursor,
    ) -> Result<bool, StoreError> {
        webhook::move_cursor(&mut self.session, from, cursor).await
    }

    async fn rewind_webhook(
        &mut self,
        addin: AddinId,
        room: RoomId,
        after: Seq,
    ) -> Result<bool, StoreError> {
        webhook::rewind(&mut self.session, addin, room, after).await
    }

    async fn put_webhook_state(&mut self, state: &WebhookState) -> Result<(), StoreError> {
        webhook::put_state(&mut self.session, state).await
    }

    async fn put_dead_letter(&mut self, letter: &DeadLetter) -> Result<(), StoreError> {
        webhook::put_dead_letter(&mut self.session, letter).await
    }

    async fn delete_dead_letter(
        &mut self,
        addin: AddinId,
        room: RoomId,
        seq: Seq,
    ) -> Result<bool, StoreError> {
        webhook::delete_dead_letter(&mut self.session, addin, room, seq).await
    }

    async fn audit(&mut self, record: &AuditRecord) -> Result<(), StoreError> {
        audit::insert(&mut self.session, record).await
    }

    async fn commit(mut self: Box<Self>) -> Result<Version, StoreError> {
        let version = change::record(&mut self.session, &self.changed).await?;
        self.session.commit().await?;
        Ok(version)
    }
}
