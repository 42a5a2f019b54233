//! What rooms keep for their add-ins.

use std::sync::Arc;

use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::{AddinId, RoomId};
use perch_store::{PoolStore, Storage};
use uuid::Uuid;

use crate::fixture::{START, addin, person, pool_with_rooms};

const ADDIN: AddinId = AddinId(Uuid::from_u128(70));

async fn prepare(storage: &dyn Storage) -> (Arc<dyn PoolStore>, Vec<RoomId>) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(70, "Topic")).await.unwrap();
    write.insert_addin(&addin(71, "Chart")).await.unwrap();
    write.commit().await.unwrap();
    (store, rooms)
}

fn entry(room: RoomId, key: &str, version: u64) -> StorageEntry {
    StorageEntry {
        room,
        addin: ADDIN,
        key: StorageKey::parse(key).unwrap(),
        value_json: format!("{{\"text\":\"version {version} ✓\"}}"),
        version,
        updated_at: START.plus_seconds(i64::try_from(version).unwrap()),
        updated_by: person(u128::from(version)),
    }
}

async fn put(store: &dyn PoolStore, entry: &StorageEntry) -> bool {
    let mut write = store.write().await.unwrap();
    let stored = write.put_storage(entry).await.unwrap();
    write.commit().await.unwrap();
    stored
}

pub async fn a_value_is_inserted_only_as_version_1(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    for version in [0, 2, 3] {
        assert!(
            !put(&*store, &entry(rooms[0], "note", version)).await,
            "version {version}"
        );
    }
    assert_eq!(store.storage(rooms[0], ADDIN).await.unwrap(), []);
    assert!(put(&*store, &entry(rooms[0], "note", 1)).await);
    assert_eq!(
        store.storage(rooms[0], ADDIN).await.unwrap(),
        [entry(rooms[0], "note", 1)]
    );
}

pub async fn a_value_is_updated_only_to_the_next_version(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    assert!(put(&*store, &entry(rooms[0], "note", 1)).await);
    assert!(put(&*store, &entry(rooms[0], "note", 2)).await);
    for version in [0, 1, 2, 4] {
        assert!(
            !put(&*store, &entry(rooms[0], "note", version)).await,
            "version {version}"
        );
    }
    let wanted = entry(rooms[0], "note", 2);
    let found = store
        .storage_entry(rooms[0], ADDIN, &wanted.key)
        .await
        .unwrap();
    assert_eq!(found, Some(wanted));
}

pub async fn of_two_who_change_a_value_at_once_one_loses(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    assert!(put(&*store, &entry(rooms[0], "note", 1)).await);
    let change = entry(rooms[0], "note", 2);
    let (first, second) = tokio::join!(put(&*store, &change), put(&*store, &change));
    assert!(first != second, "{first} {second}");
}

pub async fn values_are_kept_apart_by_room_addin_and_key(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    let other_addin = StorageEntry {
        addin: AddinId(Uuid::from_u128(71)),
        ..entry(rooms[0], "a", 1)
    };
    for new in [
        &entry(rooms[0], "b", 1),
        &entry(rooms[0], "a", 1),
        &entry(rooms[1], "a", 1),
        &other_addin,
    ] {
        assert!(put(&*store, new).await);
    }
    let wanted = [entry(rooms[0], "a", 1), entry(rooms[0], "b", 1)];
    assert_eq!(store.storage(rooms[0], ADDIN).await.unwrap(), wanted);
    assert_eq!(
        store.storage(rooms[1], ADDIN).await.unwrap(),
        [entry(rooms[1], "a", 1)]
    );
    assert_eq!(
        store.storage(rooms[0], other_addin.addin).await.unwrap(),
        [other_addin]
    );
    let absent = StorageKey::parse("absent").unwrap();
    assert_eq!(
        store.storage_entry(rooms[0], ADDIN, &absent).await.unwrap(),
        None
    );
}

pub async fn keys_are_in_the_order_of_their_bytes(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    for key in ["b", "a.2", "B", "a-1", "_", "10", "9", "a:3"] {
        assert!(put(&*store, &entry(rooms[0], key, 1)).await);
    }
    let found = store.storage(rooms[0], ADDIN).await.unwrap();
    let keys: Vec<_> = found.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["10", "9", "B", "_", "a-1", "a.2", "a:3", "b"]);
}

pub async fn an_unknown_room_keeps_nothing(storage: &dyn Storage) {
    let (store, _) = prepare(storage).await;
    assert!(!put(&*store, &entry(RoomId(Uuid::from_u128(404)), "note", 1)).await);
}
