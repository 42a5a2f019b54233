//! What people follow and have read.

use perch_domain::{RoomId, Seq};
use perch_store::{Attention, Batch, PoolStore, ReadMark, Storage};
use uuid::Uuid;

use crate::fixture::{append, attended, fill, mark, person, pool_with_rooms};

async fn read_by(store: &dyn PoolStore, n: u128, room: RoomId) -> Seq {
    let all = attended(store, n).await;
    all.into_iter()
        .find(|attention| attention.room == room)
        .map_or(Seq::ZERO, |attention| attention.read)
}

const fn read(n: u128, room: RoomId, seq: u64) -> ReadMark {
    ReadMark {
        person: person(n),
        room,
        seq: Seq(seq),
    }
}

pub async fn a_read_mark_only_moves_forward(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 10).await;
    for (seq, wanted) in [(3, 3), (7, 7), (2, 7), (7, 7), (0, 7), (8, 8)] {
        mark(&*store, vec![read(1, rooms[0], seq)]).await;
        assert_eq!(read_by(&*store, 1, rooms[0]).await, Seq(wanted));
    }
    mark(&*store, vec![read(1, rooms[0], 10), read(1, rooms[0], 9)]).await;
    assert_eq!(read_by(&*store, 1, rooms[0]).await, Seq(10));
    assert_eq!(read_by(&*store, 2, rooms[0]).await, Seq::ZERO);
    assert_eq!(read_by(&*store, 1, rooms[1]).await, Seq::ZERO);
}

pub async fn a_read_mark_never_passes_the_last_message(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    for (seq, head) in [(5, 0), (9, 4), (u64::MAX, 6), (i64::MAX.unsigned_abs(), 7)] {
        while crate::fixture::head(&*store, rooms[0]).await < Seq(head) {
            let next = crate::fixture::head(&*store, rooms[0]).await.next();
            let n = u32::try_from(next.0).unwrap();
            fill(&*store, rooms[0], n, n).await;
        }
        mark(&*store, vec![read(1, rooms[0], seq)]).await;
        assert_eq!(read_by(&*store, 1, rooms[0]).await, Seq(head));
    }
}

pub async fn a_mark_on_a_message_of_the_same_batch_counts(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let batch = Batch {
        appends: vec![append(rooms[0], 1, "one"), append(rooms[0], 2, "two")],
        reads: vec![read(1, rooms[0], 2)],
    };
    store.append(&batch).await.unwrap();
    assert_eq!(read_by(&*store, 1, rooms[0]).await, Seq(2));
}

pub async fn a_mark_on_an_unknown_room_is_passed_over(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 2).await;
    let nowhere = RoomId(Uuid::from_u128(404));
    mark(&*store, vec![read(1, nowhere, 1), read(1, rooms[0], 2)]).await;
    let all = attended(&*store, 1).await;
    assert_eq!(
        all,
        [Attention {
            room: rooms[0],
            followed: false,
            read: Seq(2)
        }]
    );
}

pub async fn following_and_reading_do_not_disturb_each_other(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 3).await;
    for (followed, seq) in [(true, 1), (false, 2), (true, 3), (true, 3)] {
        let mut write = store.write().await.unwrap();
        write
            .set_followed(person(1), rooms[0], followed)
            .await
            .unwrap();
        write.commit().await.unwrap();
        mark(&*store, vec![read(1, rooms[0], seq)]).await;
        let all = attended(&*store, 1).await;
        assert_eq!(
            all,
            [Attention {
                room: rooms[0],
                followed,
                read: Seq(seq)
            }]
        );
    }
    assert_eq!(attended(&*store, 2).await, []);
}

pub async fn an_unknown_room_cannot_be_followed(storage: &dyn Storage) {
    let (store, _) = pool_with_rooms(storage, 1).await;
    let mut write = store.write().await.unwrap();
    write
        .set_followed(person(1), RoomId(Uuid::from_u128(404)), true)
        .await
        .unwrap();
    write.commit().await.unwrap();
    assert_eq!(attended(&*store, 1).await, []);
}

pub async fn many_peoples_attention_is_read_at_once(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 3).await;
    fill(&*store, rooms[1], 4, 5).await;
    let marks = vec![
        read(1, rooms[0], 1),
        read(1, rooms[1], 2),
        read(2, rooms[0], 3),
        read(3, rooms[0], 2),
    ];
    mark(&*store, marks).await;
    let people = [person(1), person(2), person(4), person(1)];
    let mut all: Vec<_> = store
        .attention(&people)
        .await
        .unwrap()
        .into_iter()
        .map(|(by, attention)| (by, attention.room, attention.read))
        .collect();
    all.sort();
    let wanted = [
        (person(1), rooms[0], Seq(1)),
        (person(1), rooms[1], Seq(2)),
        (person(2), rooms[0], Seq(3)),
    ];
    assert_eq!(all, wanted);
    assert_eq!(store.attention(&[]).await.unwrap(), []);
}
