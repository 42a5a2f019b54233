//! Rooms.

use perch_domain::grant::Grants;
use perch_domain::room::{Invitations, Privacy, RoomType};
use perch_domain::{CategoryId, Description, Name, Revision, RoomId, Seq};
use perch_store::{Appended, Attention, Key, ReadMark, Storage};
use uuid::Uuid;

use crate::fixture::{
    CATEGORY, START, addin, append, appends, assert_conflict, attended, category, fill, history,
    mark, open, person, pool_with_rooms, room,
};

pub async fn a_room_is_found_as_it_was_stored_and_changed(storage: &dyn Storage) {
    let store = open(storage).await;
    let other = CategoryId(Uuid::from_u128(901));
    let chart = addin(7, "Chart");
    let mut ops = room(1, CATEGORY, "Ops");
    ops.description = Description::parse("Salle d’opérations 📡").unwrap();
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Desk"))
        .await
        .unwrap();
    write
        .insert_category(&category(other, "Other"))
        .await
        .unwrap();
    write.insert_addin(&chart).await.unwrap();
    write.insert_room(&ops).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(
        store.load().await.unwrap().rooms,
        [(ops.clone(), Seq::ZERO)]
    );

    for (privacy, room_type, invitations) in [
        (Privacy::Open, RoomType::Auditorium, Invitations::False),
        (Privacy::Secret, RoomType::Normal, Invitations::Inherit),
    ] {
        ops.name = Name::parse(&format!("Ops {privacy:?}")).unwrap();
        ops.description = Description::default();
        ops.category = other;
        ops.privacy = privacy;
        ops.room_type = room_type;
        ops.invitations = invitations;
        ops.disabled = privacy == Privacy::Secret;
        ops.addin = (privacy == Privacy::Open).then_some(chart.id);
        ops.addin_withheld = ops.addin.map_or(Grants::NONE, |_| Grants::DEFAULT);
        ops.revision = Revision(ops.revision.0 + 1);
        ops.updated_at = START.plus_seconds(60);
        let mut write = store.write().await.unwrap();
        assert!(write.update_room(&ops).await.unwrap());
        write.commit().await.unwrap();
        assert_eq!(
            store.load().await.unwrap().rooms,
            [(ops.clone(), Seq::ZERO)]
        );
    }
}

pub async fn the_lists_of_a_room_keep_their_order(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut ops = room(1, CATEGORY, "Ops");
    ops.members = [5, 2, 9, 1].map(person).to_vec();
    ops.managers = [9, 5].map(person).to_vec();
    ops.presenters = [2, 1].map(person).to_vec();
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Desk"))
        .await
        .unwrap();
    write.insert_room(&ops).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(
        store.load().await.unwrap().rooms,
        [(ops.clone(), Seq::ZERO)]
    );

    ops.members.reverse();
    ops.managers.clear();
    let mut write = store.write().await.unwrap();
    assert!(write.update_room(&ops).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().rooms, [(ops, Seq::ZERO)]);
}

pub async fn a_rooms_name_is_unique_in_the_pool_in_any_letter_case(storage: &dyn Storage) {
    let (store, _) = pool_with_rooms(storage, 2).await;
    let other = CategoryId(Uuid::from_u128(901));
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&category(other, "Other"))
        .await
        .unwrap();
    write.commit().await.unwrap();

    let mut write = store.write().await.unwrap();
    assert_conflict(
        write.insert_room(&room(3, other, "ROOM 1")).await,
        Key::RoomName,
    );
    drop(write);
    let mut write = store.write().await.unwrap();
    assert_conflict(
        write.update_room(&room(2, CATEGORY, "rOOM 1")).await,
        Key::RoomName,
    );
    drop(write);
    assert_eq!(store.load().await.unwrap().rooms.len(), 2);
}

pub async fn the_same_names_exist_in_another_pool(storage: &dyn Storage) {
    let (here, rooms) = pool_with_rooms(storage, 1).await;
    let there = storage
        .pool(&crate::fixture::pool("pchat02.contoso.example", 1).fqdn)
        .await
        .unwrap();
    let mut write = there.write().await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Trading"))
        .await
        .unwrap();
    write
        .insert_room(&room(9, CATEGORY, "Room 1"))
        .await
        .unwrap();
    write.commit().await.unwrap();
    fill(&*here, rooms[0], 1, 1).await;
    assert_eq!(there.load().await.unwrap().rooms.len(), 1);
    assert_eq!(history(&*there, rooms[0]).await, []);
}

pub async fn an_absent_room_is_neither_updated_nor_deleted(storage: &dyn Storage) {
    let (store, _) = pool_with_rooms(storage, 0).await;
    let mut absent = room(1, CATEGORY, "Ops");
    absent.members = vec![person(1)];
    let mut write = store.write().await.unwrap();
    assert!(!write.update_room(&absent).await.unwrap());
    assert!(!write.delete_room(absent.id).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().rooms, []);
}

pub async fn deleting_a_room_removes_its_messages_and_marks(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let (gone, stays) = (rooms[0], rooms[1]);
    fill(&*store, gone, 1, 5).await;
    fill(&*store, stays, 6, 10).await;
    let read = |room| ReadMark {
        person: person(1),
        room,
        seq: Seq(2),
    };
    mark(&*store, vec![read(gone), read(stays)]).await;
    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(gone).await.unwrap());
    write.commit().await.unwrap();

    assert_eq!(history(&*store, gone).await, []);
    assert_eq!(store.first_seq(gone).await.unwrap(), Seq::ZERO);
    assert_eq!(history(&*store, stays).await.len(), 5);
    let left = Attention {
        room: stays,
        followed: false,
        read: Seq(2),
    };
    assert_eq!(attended(&*store, 1).await, [left]);
    let answers = store
        .append(&appends(vec![append(gone, 11, "late")]))
        .await
        .unwrap();
    assert_eq!(answers, [Appended::NoRoom]);
}

pub async fn a_room_created_after_another_was_deleted_starts_empty(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 5).await;
    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(rooms[0]).await.unwrap());
    let new = room(2, CATEGORY, "Room 1");
    write.insert_room(&new).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(history(&*store, RoomId(Uuid::from_u128(2))).await, []);
    let answers = store
        .append(&appends(vec![append(new.id, 6, "first")]))
        .await
        .unwrap();
    assert_eq!(answers, [Appended::Stored { seq: Seq(1) }]);
}

pub async fn changing_a_room_keeps_its_messages_and_its_place(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 5).await;
    let mut write = store.write().await.unwrap();
    assert!(
        write
            .update_room(&room(1, CATEGORY, "Renamed"))
            .await
            .unwrap()
    );
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().rooms[0].1, Seq(5));
    assert_eq!(history(&*store, rooms[0]).await.len(), 5);
}

pub async fn a_dropped_pool_transaction_leaves_nothing(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(1, "Chart")).await.unwrap();
    write
        .insert_category(&category(CATEGORY, "Desk"))
        .await
        .unwrap();
    write.insert_room(&room(1, CATEGORY, "Ops")).await.unwrap();
    drop(write);
    let catalogue = store.load().await.unwrap();
    assert_eq!(
        (
            catalogue.addins.len(),
            catalogue.categories.len(),
            catalogue.rooms.len()
        ),
        (0, 0, 0)
    );
    let (_, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 1).await;
}

pub async fn a_transaction_is_not_seen_before_its_commit_and_holds_up_no_reader(
    storage: &dyn Storage,
) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 3).await;
    let mut write = store.write().await.unwrap();
    assert!(
        write
            .update_room(&room(1, CATEGORY, "Renamed"))
            .await
            .unwrap()
    );
    let seen = store.load().await.unwrap();
    assert_eq!(seen.rooms[0].0.name.as_str(), "Room 1");
    assert_eq!(history(&*store, rooms[0]).await.len(), 3);
    write.commit().await.unwrap();
    let seen = store.load().await.unwrap();
    assert_eq!(seen.rooms[0].0.name.as_str(), "Renamed");
}
