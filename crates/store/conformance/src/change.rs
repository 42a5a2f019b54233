//! Changes, as another node reads them that shares the database.

use perch_domain::credential::{Credential, CredentialKind};
use perch_domain::principal::PrincipalKind;
use perch_domain::secret::Secret;
use perch_domain::token_key::TokenKey;
use perch_domain::{AddinId, CategoryId, CredentialId, RoomId, Seq, TokenKeyId};
use perch_store::{Storage, Version};
use uuid::Uuid;

use crate::fixture::{
    CATEGORY, START, addin, category, fill, open, person, pool, pool_with_rooms, principal, room,
};

pub async fn a_catalogues_version_grows_with_each_change_and_with_nothing_else(
    storage: &dyn Storage,
) {
    let store = open(storage).await;
    assert_eq!(store.load().await.unwrap().version, Version(0));
    let mut write = store.write().await.unwrap();
    assert_eq!(write.version().await.unwrap(), Version(0));
    write
        .insert_category(&category(CATEGORY, "General"))
        .await
        .unwrap();
    write.insert_addin(&addin(1, "Topic")).await.unwrap();
    assert_eq!(write.commit().await.unwrap(), Version(1));
    let write = store.write().await.unwrap();
    assert_eq!(write.commit().await.unwrap(), Version(1), "nothing changed");
    let mut write = store.write().await.unwrap();
    assert!(write.update_addin(&addin(1, "Topics")).await.unwrap());
    drop(write);
    let mut write = store.write().await.unwrap();
    assert_eq!(write.version().await.unwrap(), Version(1), "it was undone");
    write.insert_room(&room(1, CATEGORY, "FX")).await.unwrap();
    assert_eq!(write.commit().await.unwrap(), Version(2));
    fill(&*store, RoomId(Uuid::from_u128(1)), 1, 1).await;
    assert_eq!(store.load().await.unwrap().version, Version(2));
}

pub async fn changes_since_a_version_are_just_what_changed_as_it_is_now(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 3).await;
    fill(&*store, rooms[1], 1, 2).await;
    let seen = store.load().await.unwrap().version;
    let none = store.changes(seen).await.unwrap();
    assert_eq!(none.version, seen);
    assert!(none.addins.is_empty() && none.categories.is_empty() && none.rooms.is_empty());

    let mut write = store.write().await.unwrap();
    let mut renamed = room(2, CATEGORY, "Renamed");
    renamed.members = vec![person(7), person(5)];
    assert!(write.update_room(&renamed).await.unwrap());
    write.insert_addin(&addin(1, "Topic")).await.unwrap();
    let last = write.commit().await.unwrap();
    let changes = store.changes(seen).await.unwrap();
    assert_eq!(changes.version, last);
    assert_eq!(changes.rooms, [(renamed.id, Some((renamed, Seq(2))))]);
    let topic = addin(1, "Topic");
    assert_eq!(changes.addins, [(topic.id, Some(topic))]);
    assert!(changes.categories.is_empty());
    assert!(store.changes(last).await.unwrap().rooms.is_empty());
}

pub async fn what_is_gone_is_named_among_the_changes(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let other = CategoryId(Uuid::from_u128(901));
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(other, "Other"))
        .await
        .unwrap();
    write.insert_addin(&addin(1, "Topic")).await.unwrap();
    let seen = write.commit().await.unwrap();
    let mut write = store.write().await.unwrap();
    write.delete_room(rooms[0]).await.unwrap();
    write.delete_category(other).await.unwrap();
    write
        .delete_addin(AddinId(Uuid::from_u128(1)))
        .await
        .unwrap();
    write.commit().await.unwrap();
    let changes = store.changes(seen).await.unwrap();
    assert_eq!(changes.rooms, [(rooms[0], None)]);
    assert_eq!(changes.categories, [(other, None)]);
    assert_eq!(changes.addins, [(AddinId(Uuid::from_u128(1)), None)]);
}

pub async fn the_heads_are_those_of_the_rooms_that_have_messages(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 3).await;
    fill(&*store, rooms[0], 1, 1).await;
    fill(&*store, rooms[2], 2, 3).await;
    let mut heads = store.heads().await.unwrap();
    heads.sort();
    assert_eq!(heads, [(rooms[0], Seq(1)), (rooms[2], Seq(2))]);
}

pub async fn changes_of_principals_and_new_pools_are_read_since_a_version(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let mut write = store.write().await.unwrap();
    let group = principal(10, PrincipalKind::Group, "sip:desk@contoso.example");
    let user = principal(1, PrincipalKind::User, "sip:p1@contoso.example");
    write.insert_principal(&group).await.unwrap();
    write.insert_principal(&user).await.unwrap();
    let seen = write.commit().await.unwrap();
    let mut write = store.write().await.unwrap();
    let mut contained = user.clone();
    contained.containers = vec![person(10)];
    assert!(write.update_principal(&contained).await.unwrap());
    let second = pool("pchat02.contoso.example", 1);
    write.insert_pool(&second).await.unwrap();
    let last = write.commit().await.unwrap();
    assert!(last > seen);
    let changes = store.changes(seen).await.unwrap();
    assert_eq!(changes.version, last);
    assert_eq!(changes.principals, [contained]);
    assert_eq!(changes.pools, [second]);
    assert!(changes.ended.is_empty());
}

pub async fn ended_sessions_and_tokens_are_read_since_a_version(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let credential = |n: u8, kind| Credential {
        id: CredentialId(Uuid::from_u128(u128::from(n))),
        kind,
        principal: person(1),
        name: "x".to_owned(),
        digest: [n; 32],
        created_at: START,
        expires_at: None,
    };
    let mut write = store.write().await.unwrap();
    let user = principal(1, PrincipalKind::User, "sip:p1@contoso.example");
    write.insert_principal(&user).await.unwrap();
    for (n, kind) in [
        (1, CredentialKind::Session),
        (2, CredentialKind::Session),
        (3, CredentialKind::Token),
    ] {
        write.insert_credential(&credential(n, kind)).await.unwrap();
    }
    let seen = write.commit().await.unwrap();
    let id = |n| CredentialId(Uuid::from_u128(n));
    let mut write = store.write().await.unwrap();
    let ended = write.delete_sessions(person(1), Some(id(2))).await.unwrap();
    assert_eq!(ended, [id(1)]);
    assert!(write.delete_credential(person(1), id(3)).await.unwrap());
    write.commit().await.unwrap();
    let mut ended = store.changes(seen).await.unwrap().ended;
    ended.sort();
    assert_eq!(ended, [(person(1), id(1)), (person(1), id(3))]);
}

pub async fn token_keys_are_replaced_and_read_as_a_change(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let since = store.load().await.unwrap().version;
    let key = |n: u8| TokenKey {
        id: TokenKeyId(Uuid::from_u128(u128::from(n))),
        private_key: Secret(vec![n; 138]),
        created_at: START.plus_seconds(i64::from(n)),
    };
    let keys = [key(1), key(2)];
    let mut write = store.write().await.unwrap();
    write.set_token_keys(&keys).await.unwrap();
    write.commit().await.unwrap();
    let changes = store.changes(since).await.unwrap();
    assert_eq!(changes.token_keys.as_deref(), Some(&keys[..]));
    let mut write = store.write().await.unwrap();
    write.set_token_keys(&keys[1..]).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().token_keys, keys[1..]);
}

pub async fn inactive_nodes_are_replaced_and_read_as_a_change(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let seen = store.load().await.unwrap().version;
    let names = ["node1".to_owned(), "node2".to_owned()];
    let mut write = store.write().await.unwrap();
    write.set_inactive_nodes(&names).await.unwrap();
    let last = write.commit().await.unwrap();
    assert!(last > seen);
    let changes = store.changes(seen).await.unwrap();
    assert_eq!(changes.inactive_nodes.as_deref(), Some(&names[..]));
    let mut write = store.write().await.unwrap();
    write.set_inactive_nodes(&names[1..]).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().inactive_nodes, names[1..]);
}
