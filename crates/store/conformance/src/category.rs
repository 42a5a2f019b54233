//! Categories.

use perch_domain::category::Scope;
use perch_domain::{CategoryId, Description, Name, Revision};
use perch_store::{Key, Storage};
use uuid::Uuid;

use crate::fixture::{
    CATEGORY, START, assert_conflict, category, head, open, person, pool_with_rooms,
};

const OTHER: CategoryId = CategoryId(Uuid::from_u128(901));

pub async fn a_category_is_found_as_it_was_stored_and_changed(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut desk = category(CATEGORY, "Desk");
    desk.description = Description::parse("FX & rates, été").unwrap();
    desk.file_upload = true;
    let mut write = store.write().await.unwrap();
    write.insert_category(&desk).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, [desk.clone()]);

    desk.name = Name::parse("Trading desk").unwrap();
    desk.description = Description::default();
    desk.invitations = false;
    desk.file_upload = false;
    desk.chat_history = false;
    desk.scope.allowed = vec![person(1)];
    desk.revision = Revision(2);
    desk.updated_at = START.plus_seconds(60);
    let mut write = store.write().await.unwrap();
    assert!(write.update_category(&desk).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, [desk]);
}

pub async fn the_lists_of_a_category_keep_their_order(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut desk = category(CATEGORY, "Desk");
    desk.scope = Scope {
        allowed: [5, 2, 9, 1].map(person).to_vec(),
        denied: [8, 3, 7].map(person).to_vec(),
    };
    desk.creators = [9, 1, 5].map(person).to_vec();
    let mut write = store.write().await.unwrap();
    write.insert_category(&desk).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, [desk.clone()]);

    desk.scope.allowed.reverse();
    desk.scope.denied.remove(0);
    desk.creators.clear();
    let mut write = store.write().await.unwrap();
    assert!(write.update_category(&desk).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, [desk]);
}

pub async fn a_categorys_name_is_unique_in_any_letter_case(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Été"))
        .await
        .unwrap();
    write
        .insert_category(&category(OTHER, "Hiver"))
        .await
        .unwrap();
    write.commit().await.unwrap();

    let mut write = store.write().await.unwrap();
    let third = category(CategoryId(Uuid::from_u128(902)), "éTÉ");
    assert_conflict(write.insert_category(&third).await, Key::CategoryName);
    drop(write);
    let mut write = store.write().await.unwrap();
    assert_conflict(
        write.update_category(&category(OTHER, "ÉTÉ")).await,
        Key::CategoryName,
    );
    drop(write);
    assert_eq!(store.load().await.unwrap().categories.len(), 2);
}

pub async fn an_absent_category_is_neither_updated_nor_deleted(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut absent = category(CATEGORY, "Desk");
    absent.scope.allowed = vec![person(1)];
    let mut write = store.write().await.unwrap();
    assert!(!write.update_category(&absent).await.unwrap());
    assert!(!write.delete_category(CATEGORY).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, []);
}

pub async fn a_category_with_rooms_is_not_deleted(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let mut write = store.write().await.unwrap();
    assert!(write.delete_category(CATEGORY).await.is_err());
    drop(write);
    head(&*store, rooms[0]).await;

    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(rooms[0]).await.unwrap());
    assert!(write.delete_category(CATEGORY).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().categories, []);
}
