//! Several nodes on one database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use perch_domain::category::{Category, Scope};
use perch_domain::grant::Grants;
use perch_domain::message::Draft;
use perch_domain::pool::PoolFqdn;
use perch_domain::room::{Invitations, Privacy, Room, RoomType};
use perch_domain::trigger::Detector;
use perch_domain::{
    CategoryId, Description, Name, Nonce, PrincipalId, Revision, RoomId, Seq, Timestamp,
};
use perch_store::{Append, Appended, Batch, Page, PoolStore, Storage};
use perch_test_servers::Postgres;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::storage;

const NODES: usize = 3;
const ROOMS: usize = 8;
const BATCHES: u128 = 20;
const BATCH: u128 = 64;

pub(crate) fn fqdn() -> PoolFqdn {
    PoolFqdn::parse("pchat01.contoso.example").unwrap()
}

/// A pool as a node of its own sees it: with its own connections.
pub(crate) async fn node(url: &str) -> Arc<dyn PoolStore> {
    storage(url).pool(&fqdn()).await.unwrap()
}

pub(crate) async fn rooms(store: &dyn PoolStore, count: usize) -> Vec<RoomId> {
    let category = Category {
        id: CategoryId(Uuid::from_u128(1)),
        pool: fqdn(),
        name: Name::parse("Trading").unwrap(),
        description: Description::default(),
        invitations: true,
        file_upload: false,
        chat_history: true,
        scope: Scope::default(),
        creators: Vec::new(),
        revision: Revision(1),
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
    };
    let mut write = store.write().await.unwrap();
    write.insert_category(&category).await.unwrap();
    let mut rooms = Vec::new();
    for number in 0..count {
        let room = Room {
            id: RoomId(Uuid::new_v4()),
            pool: fqdn(),
            category: category.id,
            name: Name::parse(&format!("Room {number}")).unwrap(),
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
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
        };
        write.insert_room(&room).await.unwrap();
        rooms.push(room.id);
    }
    write.commit().await.unwrap();
    rooms
}

pub(crate) fn append(room: RoomId, nonce: u128) -> Append {
    Append {
        room,
        author: PrincipalId(Uuid::from_u128(7)),
        at: Timestamp::from_micros(1),
        draft: Draft::parse(
            &format!("message {nonce}"),
            false,
            None,
            &Detector::default(),
        )
        .unwrap(),
        nonce: Nonce(Uuid::from_u128(nonce)),
        via: None,
        original: None,
    }
}

pub(crate) fn batch(appends: Vec<Append>) -> Batch {
    Batch {
        appends,
        reads: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once() {
    let url = Postgres::shared().database();
    let mut nodes = JoinSet::new();
    for _ in 0..4 {
        let storage = storage(&url);
        nodes.spawn(async move {
            storage.deployment().await.unwrap().load().await.unwrap();
            let pool = storage.pool(&fqdn()).await.unwrap();
            pool.load().await.unwrap();
        });
    }
    nodes.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_append_to_the_same_rooms_leave_no_gap_and_nothing_twice() {
    let url = Postgres::shared().database();
    let rooms = rooms(&*node(&url).await, ROOMS).await;
    let mut nodes = JoinSet::new();
    for number in 0..NODES {
        let (store, rooms) = (node(&url).await, rooms.clone());
        nodes.spawn(async move {
            let mut answers = Vec::new();
            for round in 0..BATCHES {
                // Each node goes through the rooms in another order, and a quarter of what it appends every other
                // node appends too, under the same nonces.
                let appends: Vec<_> = (0..BATCH)
                    .map(|place| {
                        let common = place % 4 == 0;
                        let of = if common { 0 } else { number as u128 + 1 };
                        let nonce = (of << 64) | (round << 32) | place;
                        let turn = place as usize * (2 * number + 1) + number;
                        let room = if common { place as usize } else { turn };
                        append(rooms[room % ROOMS], nonce)
                    })
                    .collect();
                let batch = batch(appends);
                let stored = store.append(&batch).await.unwrap();
                for (append, answer) in batch.appends.iter().zip(stored) {
                    let place = match answer {
                        Appended::Stored { seq } => (append.room, seq),
                        Appended::Repeated { room, seq, .. } => (room, seq),
                        Appended::NoRoom => panic!("the room is there"),
                    };
                    answers.push((append.nonce, place));
                }
            }
            answers
        });
    }
    let mut places: HashMap<Nonce, (RoomId, Seq)> = HashMap::new();
    for (nonce, place) in nodes.join_all().await.into_iter().flatten() {
        assert_eq!(*places.entry(nonce).or_insert(place), place, "{nonce:?}");
    }
    let store = node(&url).await;
    let mut found = HashSet::new();
    for room in rooms {
        let page = Page::After(Seq::ZERO);
        let messages = store.messages(room, page, u32::MAX).await.unwrap();
        for (message, place) in messages.iter().zip(1..) {
            assert_eq!(message.seq, Seq(place), "no gap");
            assert_eq!(places.get(&message.nonce), Some(&(room, message.seq)));
            assert!(found.insert(message.nonce), "once");
        }
    }
    assert_eq!(found.len(), places.len());
}

#[tokio::test]
async fn a_post_repeated_at_another_node_gives_the_first_result() {
    let url = Postgres::shared().database();
    let (first, second) = (node(&url).await, node(&url).await);
    let rooms = rooms(&*first, 2).await;
    let posted = first.append(&batch(vec![append(rooms[0], 1)])).await;
    assert_eq!(posted.unwrap(), [Appended::Stored { seq: Seq(1) }]);
    let repeated = second.append(&batch(vec![append(rooms[1], 1)])).await;
    let expected = Appended::Repeated {
        room: rooms[0],
        seq: Seq(1),
        at: Timestamp::from_micros(1),
    };
    assert_eq!(repeated.unwrap(), [expected]);
}
