//! What authors had typed where an add-in replaced it.

use perch_domain::original::Original;
use perch_domain::{RoomId, Seq};
use perch_store::{Append, Storage};

use crate::fixture::{START, append, appends, category, fill, open, pool_with_rooms, room};

fn original(text: &str, title: Option<&str>) -> Original {
    Original::parse(text, title).unwrap()
}

fn replaced(room: RoomId, n: u32, original: &Original) -> Append {
    Append {
        original: Some(original.clone()),
        ..append(room, n, "as it was posted")
    }
}

pub async fn what_was_typed_is_found_at_its_messages_place(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let one = original("sell 'it' \u{10FFFF} {\"json\":[null]}", None);
    let two = original("the body\nas typed", Some("Un titre d’été"));
    let batch = vec![
        replaced(rooms[0], 1, &one),
        append(rooms[0], 2, "as it was typed"),
        replaced(rooms[1], 3, &one),
        replaced(rooms[0], 4, &two),
    ];
    store.append(&appends(batch)).await.unwrap();
    let all = store.originals(rooms[0], Seq::ZERO, 10).await.unwrap();
    assert_eq!(all, [(Seq(1), one.clone()), (Seq(3), two.clone())]);
    let first = store.originals(rooms[0], Seq::ZERO, 1).await.unwrap();
    assert_eq!(first, [(Seq(1), one.clone())]);
    let rest = store.originals(rooms[0], Seq(1), 10).await.unwrap();
    assert_eq!(rest, [(Seq(3), two)]);
    let none = store.originals(rooms[0], Seq(u64::MAX), 10).await.unwrap();
    assert_eq!(none, []);
    let other = store.originals(rooms[1], Seq::ZERO, 10).await.unwrap();
    assert_eq!(other, [(Seq(1), one)]);
}

pub async fn a_repeated_message_keeps_what_was_typed_the_first_time(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let (first, second) = (original("first", None), original("second", None));
    for typed in [&first, &second] {
        let batch = appends(vec![replaced(rooms[0], 1, typed)]);
        store.append(&batch).await.unwrap();
    }
    let all = store.originals(rooms[0], Seq::ZERO, 10).await.unwrap();
    assert_eq!(all, [(Seq(1), first)]);
}

pub async fn what_was_typed_goes_with_its_message(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut relay = category(crate::fixture::CATEGORY, "Relay");
    relay.chat_history = false;
    let kept = room(1, relay.id, "Short");
    let mut write = store.write().await.unwrap();
    write.insert_category(&relay).await.unwrap();
    write.insert_room(&kept).await.unwrap();
    write.commit().await.unwrap();
    let typed = original("typed", None);
    let batch = vec![replaced(kept.id, 1, &typed), replaced(kept.id, 5, &typed)];
    store.append(&appends(batch)).await.unwrap();
    assert_eq!(store.expire(START.plus_seconds(4)).await.unwrap(), 1);
    let left = store.originals(kept.id, Seq::ZERO, 10).await.unwrap();
    assert_eq!(left, [(Seq(2), typed)]);
    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(kept.id).await.unwrap());
    write.insert_room(&kept).await.unwrap();
    write.commit().await.unwrap();
    fill(&*store, kept.id, 6, 7).await;
    let left = store.originals(kept.id, Seq::ZERO, 10).await.unwrap();
    assert_eq!(left, []);
}
