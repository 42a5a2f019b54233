//! A pool's store: add-ins, triggers, categories, rooms, messages, and what each person follows and has read.

use async_trait::async_trait;
use perch_domain::addin::Addin;
use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::audit::AuditRecord;
use perch_domain::category::Category;
use perch_domain::message::{Draft, Message, Via};
use perch_domain::original::Original;
use perch_domain::room::Room;
use perch_domain::trigger::Trigger;
use perch_domain::webhook::{DeadLetter, WebhookCursor, WebhookState};
use perch_domain::{AddinId, CategoryId, Nonce, PrincipalId, RoomId, Seq, Timestamp, TriggerId};

use crate::{
    AddinHealth, AuditEntry, CheckClaim, HandshakeCount, HandshakeReport, SeenPage, StoreError,
    Version,
};

/// Rooms of which one webhook is told in one go.
pub const WEBHOOK_ROOMS_DUE_MAX: u32 = 64;
/// What was given up for one webhook and is still listed.
pub const DEAD_LETTERS_KEPT: u32 = 500;

/// All of a pool that is kept in memory.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The last change that is in it.
    pub version: Version,
    /// Every add-in.
    pub addins: Vec<Addin>,
    /// Every trigger that somebody has created or changed.
    pub triggers: Vec<Trigger>,
    /// Every category.
    pub categories: Vec<Category>,
    /// Every room, and the place of its last message.
    pub rooms: Vec<(Room, Seq)>,
}

/// What has changed in a catalogue since a version: each entry as it is now, `None` for what is gone. A room comes with the
/// place of its last message.
#[derive(Clone, Debug, Default)]
pub struct CatalogueChanges {
    /// The last change that is in it.
    pub version: Version,
    /// Add-ins.
    pub addins: Vec<(AddinId, Option<Addin>)>,
    /// Triggers.
    pub triggers: Vec<(TriggerId, Option<Trigger>)>,
    /// Categories.
    pub categories: Vec<(CategoryId, Option<Category>)>,
    /// Rooms. Deleting an add-in takes it from its rooms without a change of theirs.
    pub rooms: Vec<(RoomId, Option<(Room, Seq)>)>,
}

/// Which messages of a room: oldest first in the answer, whichever way the page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The last ones before a place.
    Before(Seq),
    /// The first ones after a place.
    After(Seq),
}

/// A message to append.
#[derive(Clone, Debug)]
pub struct Append {
    /// Where.
    pub room: RoomId,
    /// By whom.
    pub author: PrincipalId,
    /// When it was received.
    pub at: Timestamp,
    /// What.
    pub draft: Draft,
    /// The author's identifier for it.
    pub nonce: Nonce,
    /// The add-in that had part in it.
    pub via: Option<Via>,
    /// What was typed, when an add-in replaced it.
    pub original: Option<Original>,
}

/// What became of a message to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored now.
    Stored {
        /// Its place.
        seq: Seq,
    },
    /// The author had appended it before, with the same nonce.
    Repeated {
        /// Where: a nonce that was used in another room is a fault of the client.
        room: RoomId,
        /// Its place.
        seq: Seq,
        /// When it was received.
        at: Timestamp,
    },
    /// There is no such room.
    NoRoom,
}

/// How far somebody has read. A mark only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// Who.
    pub person: PrincipalId,
    /// Where.
    pub room: RoomId,
    /// Up to this place.
    pub seq: Seq,
}

/// What waits to be committed together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Messages, in the order of their arrival.
    pub appends: Vec<Append>,
    /// Read marks.
    pub reads: Vec<ReadMark>,
}

/// What a person follows and has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The room.
    pub room: RoomId,
    /// Joined at sign-in, with unread count and notifications.
    pub followed: bool,
    /// Read up to this place.
    pub read: Seq,
}

/// A pool's store.
#[async_trait]
pub trait PoolStore: Send + Sync {
    /// Reads the catalogue whole.
    ///
    /// # Errors
    /// When the database fails.
    async fn load(&self) -> Result<Catalogue, StoreError>;

    /// Reads what has changed in the catalogue since a version; nothing but the version if nothing has, which is asked often.
    ///
    /// # Errors
    /// When the database fails.
    async fn changes(&self, since: Version) -> Result<CatalogueChanges, StoreError>;

    /// The place of the last message of every room that has one.
    ///
    /// # Errors
    /// When the database fails.
    async fn heads(&self) -> Result<Vec<(RoomId, Seq)>, StoreError>;

    /// Appends messages and read marks in one transaction, durable when it returns. Places continue each room's sequence
    /// without a gap; the answer has one entry for each append, in their order.
    ///
    /// # Errors
    /// `Full`, or when the database fails; then nothing of the batch was stored.
    async fn append(&self, batch: &Batch) -> Result<Vec<Appended>, StoreError>;

    /// A page of a room's messages, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn messages(
        &self,
        room: RoomId,
        page: Page,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;

    /// The messages at some places, in any order; a place without one is left out.
    ///
    /// # Errors
    /// When the database fails.
    async fn messages_at(&self, places: &[(RoomId, Seq)]) -> Result<Vec<Message>, StoreError>;

    /// What was typed where an add-in replaced it, of the first such messages of a room after a place, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn originals(
        &self,
        room: RoomId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<(Seq, Original)>, StoreError>;

    /// The place of the oldest message of a room that is stored, zero when there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn first_seq(&self, room: RoomId) -> Result<Seq, StoreError>;

    /// What people follow and have read, over all rooms of the pool, in no order.
    ///
    /// # Errors
    /// When the database fails.
    async fn attention(
        &self,
        people: &[PrincipalId],
    ) -> Result<Vec<(PrincipalId, Attention)>, StoreError>;

    /// What a room keeps for an add-in, in the order of the keys.
    ///
    /// # Errors
    /// When the database fails.
    async fn storage(&self, room: RoomId, addin: AddinId) -> Result<Vec<StorageEntry>, StoreError>;

    /// One stored value.
    ///
    /// # Errors
    /// When the database fails.
    async fn storage_entry(
        &self,
        room: RoomId,
        addin: AddinId,
        key: &StorageKey,
    ) -> Result<Option<StorageEntry>, StoreError>;

    /// What is kept of the health of all add-ins; one that nobody looked at has nothing.
    ///
    /// # Errors
    /// When the database fails.
    async fn addin_health(&self) -> Result<Vec<AddinHealth>, StoreError>;

    /// Claims to look at an add-in's page. `false`: somebody else looks or has just looked, it is not due, or it is gone.
    ///
    /// # Errors
    /// When the database fails.
    async fn claim_addin_check(&self, claim: &CheckClaim) -> Result<bool, StoreError>;

    /// Keeps what was seen of a page that was claimed, and holds it until a time. `false`: nothing is known of it any more.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_addin_health(
        &self,
        addin: AddinId,
        seen: &SeenPage,
        held_until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Where there are messages of which a webhook has not been told and may be now; of each webhook at most
    /// [`WEBHOOK_ROOMS_DUE_MAX`] rooms, those first that have waited longest.
    ///
    /// # Errors
    /// When the database fails.
    async fn due_webhooks(&self, now: Timestamp) -> Result<Vec<WebhookCursor>, StoreError>;

    /// How far an add-in's webhook has been told of each room that uses the add-in, with the place of the room's last message;
    /// by the rooms' names.
    ///
    /// # Errors
    /// When the database fails.
    async fn webhook_cursors(
        &self,
        addin: AddinId,
    ) -> Result<Vec<(WebhookCursor, Seq)>, StoreError>;

    /// How an add-in's webhook fares; `None`: it has none.
    ///
    /// # Errors
    /// When the database fails.
    async fn webhook_state(&self, addin: AddinId) -> Result<Option<WebhookState>, StoreError>;

    /// What was given up for an add-in's webhook, newest first; the newest [`DEAD_LETTERS_KEPT`] are kept.
    ///
    /// # Errors
    /// When the database fails.
    async fn dead_letters(&self, addin: AddinId) -> Result<Vec<DeadLetter>, StoreError>;

    /// Takes or keeps the lease of a task that one node at a time is to do. `false`: another holder has it until later
    /// than `now`.
    ///
    /// # Errors
    /// When the database fails.
    async fn lease(
        &self,
        task: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;
    /// How people fared with the pages of all add-ins, of those who opened them since a time.
    ///
    /// # Errors
    /// When the database fails.
    async fn addin_handshakes(&self, since: Timestamp) -> Result<Vec<HandshakeCount>, StoreError>;

    /// Keeps how people fared the last time, and forgets those who were there before a time only. Add-ins that are gone are
    /// passed over.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_addin_handshakes(
        &self,
        reports: &[HandshakeReport],
        forget_before: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes the messages received before a time of rooms whose category keeps no history.
    ///
    /// # Errors
    /// When the database fails.
    async fn expire(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Begins a transaction, once every other one has ended, on other nodes too. Dropping it without
    /// [`PoolWrite::commit`] undoes it.
    ///
    /// # Errors
    /// When the database fails.
    async fn write(&self) -> Result<Box<dyn PoolWrite>, StoreError>;

    /// The audit log, newest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Stops using the database, after what is under way.
    async fn close(&self);
}

/// A transaction on a pool's store.
#[async_trait]
pub trait PoolWrite: Send {
    /// The catalogue's last change before this transaction.
    ///
    /// # Errors
    /// When the database fails.
    async fn version(&mut self) -> Result<Version, StoreError>;
    /// Adds an add-in.
    ///
    /// # Errors
    /// `Conflict(AddinName)`.
    async fn insert_addin(&mut self, addin: &Addin) -> Result<(), StoreError>;
    /// Replaces an add-in. `false`: there is none.
    ///
    /// # Errors
    /// `Conflict(AddinName)`.
    async fn update_addin(&mut self, addin: &Addin) -> Result<bool, StoreError>;
    /// Removes an add-in and what rooms stored for it; rooms that used it have none. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_addin(&mut self, addin: AddinId) -> Result<bool, StoreError>;
    /// Adds a trigger, or replaces the one with its identifier.
    ///
    /// # Errors
    /// `Conflict(TriggerName)`.
    async fn put_trigger(&mut self, trigger: &Trigger) -> Result<(), StoreError>;
    /// Removes a trigger. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_trigger(&mut self, trigger: TriggerId) -> Result<bool, StoreError>;
    /// Forgets what was seen of an add-in's page, and how people fared with it, because it is another one now.
    ///
    /// # Errors
    /// When the database fails.
    async fn forget_addin_health(&mut self, addin: AddinId) -> Result<(), StoreError>;
    /// Adds a category with its lists.
    ///
    /// # Errors
    /// `Conflict(CategoryName)`.
    async fn insert_category(&mut self, category: &Category) -> Result<(), StoreError>;
    /// Replaces a category and its lists. `false`: there is none.
    ///
    /// # Errors
    /// `Conflict(CategoryName)`.
    async fn update_category(&mut self, category: &Category) -> Result<bool, StoreError>;
    /// Removes a category without rooms. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails, or the category has rooms.
    async fn delete_category(&mut self, category: CategoryId) -> Result<bool, StoreError>;
    /// Adds a room with its lists.
    ///
    /// # Errors
    /// `Conflict(RoomName)`.
    async fn insert_room(&mut self, room: &Room) -> Result<(), StoreError>;
    /// Replaces a room and its lists. `false`: there is none.
    ///
    /// # Errors
    /// `Conflict(RoomName)`.
    async fn update_room(&mut self, room: &Room) -> Result<bool, StoreError>;
    /// Removes a room with its messages. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_room(&mut self, room: RoomId) -> Result<bool, StoreError>;
    /// Follows or unfollows.
    ///
    /// # Errors
    /// When the database fails.
    async fn set_followed(
        &mut self,
        person: PrincipalId,
        room: RoomId,
        followed: bool,
    ) -> Result<(), StoreError>;
    /// Stores a value whose version follows the stored one. `false`: it does not, or the room is gone.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_storage(&mut self, entry: &StorageEntry) -> Result<bool, StoreError>;
    /// Moves a webhook's cursor on. `false`: it is not at `from` any more, the room does not use the add-in, or that has no
    /// webhook.
    ///
    /// # Errors
    /// When the database fails.
    async fn move_webhook_cursor(
        &mut self,
        from: Seq,
        cursor: &WebhookCursor,
    ) -> Result<bool, StoreError>;
    /// Moves a webhook's cursor back, so that what stands after a place is told again, and at once; what was given up there
    /// is forgotten. `false`: the room does not use the add-in, or that has no webhook.
    ///
    /// # Errors
    /// When the database fails.
    async fn rewind_webhook(
        &mut self,
        addin: AddinId,
        room: RoomId,
        after: Seq,
    ) -> Result<bool, StoreError>;
    /// Keeps how a webhook fares, if it is still there.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_webhook_state(&mut self, state: &WebhookState) -> Result<(), StoreError>;
    /// Keeps what was given up; what was given up before at the same place is replaced.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_dead_letter(&mut self, letter: &DeadLetter) -> Result<(), StoreError>;
    /// Forgets what was given up. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_dead_letter(
        &mut self,
        addin: AddinId,
        room: RoomId,
        seq: Seq,
    ) -> Result<bool, StoreError>;
    /// Appends to the audit log.
    ///
    /// # Errors
    /// When the database fails.
    async fn audit(&mut self, record: &AuditRecord) -> Result<(), StoreError>;
    /// Makes it durable, and says which change of the catalogue it is: the last one, when it changed nothing there.
    ///
    /// # Errors
    /// When the database fails; then nothing was stored.
    async fn commit(self: Box<Self>) -> Result<Version, StoreError>;
}
