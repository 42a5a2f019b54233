//! What is still there after a store was closed and opened again.

use perch_domain::Seq;
use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::principal::PrincipalKind;
use perch_store::{Appended, Attention, ReadMark, Storage};

use crate::fixture::{
    START, addin, append, appends, attended, fill, history, mark, open, person, pool,
    pool_with_rooms, principal,
};

pub async fn a_deployment_opened_again_has_everything(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let user = principal(1, PrincipalKind::User, "amelie@contoso.example");
    let mut write = store.write().await.unwrap();
    write.insert_principal(&user).await.unwrap();
    write
        .set_password_hash(person(1), "$argon2id$hash")
        .await
        .unwrap();
    write
        .insert_pool(&pool("pchat01.contoso.example", 0))
        .await
        .unwrap();
    write.commit().await.unwrap();
    store.close().await;
    drop(store);

    let store = storage.deployment().await.unwrap();
    let directory = store.load().await.unwrap();
    assert_eq!(directory.principals, [user]);
    assert_eq!(directory.pools, [pool("pchat01.contoso.example", 0)]);
    assert_eq!(
        store.password_hash(person(1)).await.unwrap().as_deref(),
        Some("$argon2id$hash")
    );
}

pub async fn a_pool_opened_again_has_everything_and_goes_on(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let entry = StorageEntry {
        room: rooms[0],
        addin: addin(70, "Topic").id,
        key: StorageKey::parse("note").unwrap(),
        value_json: "null".to_owned(),
        version: 1,
        updated_at: START,
        updated_by: person(1),
    };
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(70, "Topic")).await.unwrap();
    assert!(write.put_storage(&entry).await.unwrap());
    write.set_followed(person(1), rooms[0], true).await.unwrap();
    write.commit().await.unwrap();
    fill(&*store, rooms[0], 1, 20).await;
    mark(
        &*store,
        vec![ReadMark {
            person: person(1),
            room: rooms[0],
            seq: Seq(12),
        }],
    )
    .await;
    let before = store.load().await.unwrap();
    let messages = history(&*store, rooms[0]).await;
    store.close().await;
    drop(store);

    let store = open(storage).await;
    let after = store.load().await.unwrap();
    assert_eq!(after.addins, before.addins);
    assert_eq!(after.categories, before.categories);
    assert_eq!(after.rooms, before.rooms);
    assert_eq!(history(&*store, rooms[0]).await, messages);
    let attention = Attention {
        room: rooms[0],
        followed: true,
        read: Seq(12),
    };
    assert_eq!(attended(&*store, 1).await, [attention]);
    assert_eq!(store.storage(rooms[0], entry.addin).await.unwrap(), [entry]);

    let answers = store
        .append(&appends(vec![
            append(rooms[0], 3, "retry"),
            append(rooms[0], 21, "new"),
        ]))
        .await
        .unwrap();
    let repeated = Appended::Repeated {
        room: rooms[0],
        seq: Seq(3),
        at: START.plus_seconds(3),
    };
    assert_eq!(answers, [repeated, Appended::Stored { seq: Seq(21) }]);
}

pub async fn what_is_committed_is_seen_by_whoever_opens_the_pool_next(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 3).await;
    let second = open(storage).await;
    assert_eq!(history(&*second, rooms[0]).await.len(), 3);
    fill(&*store, rooms[0], 4, 6).await;
    assert_eq!(history(&*second, rooms[0]).await.len(), 6);
}

pub async fn a_closed_pool_refuses_and_does_not_hang(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    store.close().await;
    assert!(
        store
            .append(&appends(vec![append(rooms[0], 1, "late")]))
            .await
            .is_err()
    );
    assert!(store.load().await.is_err());
    assert!(store.write().await.is_err());
}
