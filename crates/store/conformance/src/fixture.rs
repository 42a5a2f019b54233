//! Values for the suite: small numbers become identifiers, so that a failure can be read.

use std::sync::Arc;

use perch_domain::addin::{Addin, AddinUrl, Origin};
use perch_domain::category::{Category, Scope};
use perch_domain::grant::Grants;
use perch_domain::intent::Intents;
use perch_domain::message::{Draft, Message};
use perch_domain::pool::{Pool, PoolFqdn};
use perch_domain::principal::{Address, Principal, PrincipalKind};
use perch_domain::room::{Invitations, Privacy, Room, RoomType};
use perch_domain::secret::Secret;
use perch_domain::trigger::Detector;
use perch_domain::{
    AddinId, CategoryId, Description, Name, Nonce, PrincipalId, Revision, RoomId, Seq, Timestamp,
};
use perch_store::{
    Append, Appended, Attention, Batch, Key, Page, PoolStore, ReadMark, Storage, StoreError,
    StoredPrincipal,
};
use uuid::Uuid;

/// When everything in the suite is created.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_700_000_000_123_456);
/// The category of all rooms of [`pool_with_rooms`].
pub(crate) const CATEGORY: CategoryId = CategoryId(Uuid::from_u128(900));

pub(crate) fn fqdn() -> PoolFqdn {
    PoolFqdn::parse("pchat01.contoso.example").unwrap()
}

pub(crate) fn pool(fqdn: &str, seconds: i64) -> Pool {
    Pool {
        fqdn: PoolFqdn::parse(fqdn).unwrap(),
        display_name: format!("Pool {fqdn}"),
        is_default: seconds == 0,
        created_at: START.plus_seconds(seconds),
    }
}

pub(crate) const fn person(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(n))
}

pub(crate) const fn nonce(n: u128) -> Nonce {
    Nonce(Uuid::from_u128(n))
}

pub(crate) fn principal(n: u128, kind: PrincipalKind, address: &str) -> StoredPrincipal {
    StoredPrincipal {
        principal: Principal {
            id: person(n),
            kind,
            address: Address::parse(kind, address).unwrap(),
            display_name: format!("Principal {n}"),
            email: None,
            disabled: false,
            administrator: false,
            created_at: START,
        },
        containers: Vec::new(),
    }
}

pub(crate) fn addin(n: u128, name: &str) -> Addin {
    Addin {
        id: AddinId(Uuid::from_u128(n)),
        pool: fqdn(),
        name: Name::parse(name).unwrap(),
        url: AddinUrl::stored(format!(
            "https://addins.contoso.example/{n}?room={{room.id}}"
        )),
        granted: Grants::DEFAULT,
        requested: Grants::NONE,
        approved: true,
        disabled: false,
        intents: Intents::default(),
        proxied: true,
        proxied_hosts: vec![
            Origin::parse("https://prices.contoso.example").unwrap(),
            Origin::parse("https://maps.contoso.example:8443").unwrap(),
        ],
        secret: Secret([7; 32]),
        webhook: None,
        revision: Revision(1),
        created_at: START,
        updated_at: START,
    }
}

pub(crate) fn category(id: CategoryId, name: &str) -> Category {
    Category {
        id,
        pool: fqdn(),
        name: Name::parse(name).unwrap(),
        description: Description::default(),
        invitations: true,
        file_upload: false,
        chat_history: true,
        scope: Scope::default(),
        creators: Vec::new(),
        revision: Revision(1),
        created_at: START,
        updated_at: START,
    }
}

pub(crate) fn room(n: u128, category: CategoryId, name: &str) -> Room {
    Room {
        id: RoomId(Uuid::from_u128(n)),
        pool: fqdn(),
        category,
        name: Name::parse(name).unwrap(),
        description: Description::default(),
        privacy: Privacy::Closed,
        room_type: RoomType::Normal,
        invitations: Invitations::Inherit,
        disabled: false,
        addin: None,
        addin_withheld: Grants::NONE,
        members: Vec::new(),
        managers: Vec::new(),
        presenters: Vec::new(),
        revision: Revision(1),
        created_at: START,
        updated_at: START,
    }
}

pub(crate) async fn open(storage: &dyn Storage) -> Arc<dyn PoolStore> {
    storage.pool(&fqdn()).await.unwrap()
}

/// A pool with one category and rooms numbered from 1.
pub(crate) async fn pool_with_rooms(
    storage: &dyn Storage,
    count: u128,
) -> (Arc<dyn PoolStore>, Vec<RoomId>) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Trading"))
        .await
        .unwrap();
    let rooms: Vec<Room> = (1..=count)
        .map(|n| room(n, CATEGORY, &format!("Room {n}")))
        .collect();
    for room in &rooms {
        write.insert_room(room).await.unwrap();
    }
    write.commit().await.unwrap();
    let rooms = rooms.into_iter().map(|room| room.id).collect();
    (store, rooms)
}

/// A message of author 1; `n` is its nonce and the seconds after the start.
pub(crate) fn append(room: RoomId, n: u32, text: &str) -> Append {
    Append {
        room,
        author: person(1),
        at: START.plus_seconds(i64::from(n)),
        draft: Draft::parse(text, false, None, &Detector::built_in().unwrap()).unwrap(),
        nonce: nonce(u128::from(n)),
        via: None,
        original: None,
    }
}

pub(crate) fn appends(appends: Vec<Append>) -> Batch {
    Batch {
        appends,
        reads: Vec::new(),
    }
}

/// Appends messages numbered `from..=to` to a room, in one batch.
pub(crate) async fn fill(store: &dyn PoolStore, room: RoomId, from: u32, to: u32) {
    let batch = (from..=to)
        .map(|n| append(room, n, &format!("message {n}")))
        .collect();
    let answers = store.append(&appends(batch)).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Appended::Stored { .. })),
        "{answers:?}"
    );
}

pub(crate) async fn mark(store: &dyn PoolStore, reads: Vec<ReadMark>) {
    let answers = store
        .append(&Batch {
            appends: Vec::new(),
            reads,
        })
        .await
        .unwrap();
    assert!(answers.is_empty(), "read marks have no answers");
}

/// Every message of a room.
pub(crate) async fn history(store: &dyn PoolStore, room: RoomId) -> Vec<Message> {
    store
        .messages(room, Page::After(Seq::ZERO), 10_000)
        .await
        .unwrap()
}

pub(crate) fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq.0).collect()
}

/// The place of a room's last message, as the catalogue has it.
pub(crate) async fn head(store: &dyn PoolStore, room: RoomId) -> Seq {
    let catalogue = store.load().await.unwrap();
    catalogue
        .rooms
        .iter()
        .find(|(known, _)| known.id == room)
        .unwrap()
        .1
}

pub(crate) fn assert_conflict(result: Result<impl std::fmt::Debug, StoreError>, key: Key) {
    match result {
        Err(StoreError::Conflict(found)) => assert_eq!(found, key),
        other => panic!("expected a conflict of {key:?}, got {other:?}"),
    }
}

/// What a person follows and has read.
pub(crate) async fn attended(store: &dyn PoolStore, n: u128) -> Vec<Attention> {
    let all = store.attention(&[person(n)]).await.unwrap();
    let own = |(by, attention)| (by == person(n)).then_some(attention);
    all.into_iter().map(|one| own(one).unwrap()).collect()
}
