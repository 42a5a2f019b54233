//! Add-ins.

use perch_domain::addin::AddinUrl;
use perch_domain::addin_storage::{StorageEntry, StorageKey};
use perch_domain::grant::{Capability, Grants};
use perch_domain::intent::Intents;
use perch_domain::{AddinId, Name, Revision};
use perch_store::{Key, Storage};
use uuid::Uuid;

use crate::fixture::{CATEGORY, START, addin, assert_conflict, category, open, person, room};

pub async fn an_addin_is_found_as_it_was_stored_and_changed(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut chart = addin(1, "Stock history — café");
    let mut write = store.write().await.unwrap();
    write.insert_addin(&chart).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().addins, [chart.clone()]);

    chart.name = Name::parse("Charts").unwrap();
    chart.url = AddinUrl::stored("http://charts.contoso.example/".to_owned());
    chart.granted = Grants::DEFAULT.with(Capability::Storage);
    chart.requested = Grants::NONE.with(Capability::MessagesLive);
    chart.approved = false;
    chart.disabled = true;
    chart.intents =
        Intents::stored("ViewChart\tShow a chart\tfdc3.instrument\tchannel\nViewNews\t\t\t\n");
    chart.revision = Revision(2);
    chart.updated_at = START.plus_seconds(60);
    let mut write = store.write().await.unwrap();
    assert!(write.update_addin(&chart).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().addins, [chart]);
}

pub async fn an_addins_name_is_unique_in_any_letter_case(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(1, "Straße")).await.unwrap();
    write.insert_addin(&addin(2, "Topic")).await.unwrap();
    write.commit().await.unwrap();

    let mut write = store.write().await.unwrap();
    assert_conflict(
        write.insert_addin(&addin(3, "STRASSE")).await,
        Key::AddinName,
    );
    drop(write);
    let mut write = store.write().await.unwrap();
    assert_conflict(
        write.update_addin(&addin(2, "strasse")).await,
        Key::AddinName,
    );
    drop(write);
    assert_eq!(store.load().await.unwrap().addins.len(), 2);
}

pub async fn an_addin_may_change_the_letter_case_of_its_name(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(1, "topic")).await.unwrap();
    assert!(write.update_addin(&addin(1, "TOPIC")).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().addins, [addin(1, "TOPIC")]);
}

pub async fn an_absent_addin_is_neither_updated_nor_deleted(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    assert!(!write.update_addin(&addin(1, "Topic")).await.unwrap());
    assert!(
        !write
            .delete_addin(AddinId(Uuid::from_u128(1)))
            .await
            .unwrap()
    );
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().addins, []);
}

pub async fn deleting_an_addin_clears_it_from_rooms_with_what_they_kept_for_it(
    storage: &dyn Storage,
) {
    let store = open(storage).await;
    let (gone, stays) = (addin(1, "Gone"), addin(2, "Stays"));
    let mut with_gone = room(1, CATEGORY, "One");
    with_gone.addin = Some(gone.id);
    let mut with_stays = room(2, CATEGORY, "Two");
    with_stays.addin = Some(stays.id);
    let entry = |addin| StorageEntry {
        room: with_gone.id,
        addin,
        key: StorageKey::parse("note").unwrap(),
        value_json: "\"kept\"".to_owned(),
        version: 1,
        updated_at: START,
        updated_by: person(1),
    };
    let mut write = store.write().await.unwrap();
    write.insert_addin(&gone).await.unwrap();
    write.insert_addin(&stays).await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Trading"))
        .await
        .unwrap();
    write.insert_room(&with_gone).await.unwrap();
    write.insert_room(&with_stays).await.unwrap();
    assert!(write.put_storage(&entry(gone.id)).await.unwrap());
    assert!(write.put_storage(&entry(stays.id)).await.unwrap());
    write.commit().await.unwrap();

    let mut write = store.write().await.unwrap();
    assert!(write.delete_addin(gone.id).await.unwrap());
    write.commit().await.unwrap();

    let catalogue = store.load().await.unwrap();
    assert_eq!(catalogue.addins, std::slice::from_ref(&stays));
    let of = |id| {
        catalogue
            .rooms
            .iter()
            .find(|(room, _)| room.id == id)
            .unwrap()
            .0
            .addin
    };
    assert_eq!(of(with_gone.id), None);
    assert_eq!(of(with_stays.id), Some(stays.id));
    assert_eq!(store.storage(with_gone.id, gone.id).await.unwrap(), []);
    assert_eq!(
        store.storage(with_gone.id, stays.id).await.unwrap().len(),
        1
    );
}
