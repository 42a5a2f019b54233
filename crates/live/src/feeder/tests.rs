//! Feeding the index of a pool: what was missed, what is too much.

use std::collections::BTreeSet;

use perch_domain::category::{Category, Scope};
use perch_domain::grant::Grants;
use perch_domain::message::Draft;
use perch_domain::pool::PoolFqdn;
use perch_domain::room::{Invitations, Privacy, Room, RoomType};
use perch_domain::search::Query;
use perch_domain::trigger::Detector;
use perch_domain::{CategoryId, Description, Name, Nonce, PrincipalId, Revision, Timestamp};
use perch_store::search::{IndexEntry, Moment, Search, find};
use perch_store::{Append, Batch, Storage};
use perch_store_sqlite::SqliteStorage;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

const ROOM: RoomId = RoomId(Uuid::from_u128(1));
const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

struct OneRoom;

impl Searched for OneRoom {
    fn heads(&self) -> Vec<(RoomId, Seq)> {
        vec![(ROOM, Seq(2))]
    }

    fn contains(&self, room: RoomId) -> bool {
        room == ROOM
    }
}

/// A pool with one room and two messages, and its index, which has nothing.
async fn pool(folder: &TempDir) -> (Arc<dyn PoolStore>, Arc<dyn SearchIndex>) {
    let storage = SqliteStorage::new(folder.path().to_owned());
    let fqdn = PoolFqdn::parse("pchat01.contoso.example").unwrap();
    let store = storage.pool(&fqdn).await.unwrap();
    let category = Category {
        id: CategoryId(Uuid::from_u128(2)),
        pool: fqdn.clone(),
        name: Name::parse("Trading").unwrap(),
        description: Description::default(),
        invitations: true,
        file_upload: false,
        chat_history: true,
        scope: Scope::default(),
        creators: Vec::new(),
        revision: Revision(1),
        created_at: AT,
        updated_at: AT,
    };
    let room = Room {
        id: ROOM,
        pool: fqdn.clone(),
        category: category.id,
        name: Name::parse("FX").unwrap(),
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
        created_at: AT,
        updated_at: AT,
    };
    let mut write = store.write().await.unwrap();
    write.insert_category(&category).await.unwrap();
    write.insert_room(&room).await.unwrap();
    write.commit().await.unwrap();
    let append = |n: u128| Append {
        room: ROOM,
        author: PrincipalId(Uuid::from_u128(3)),
        at: AT,
        draft: Draft::parse("the brown fox", false, None, &Detector::default()).unwrap(),
        nonce: Nonce(Uuid::from_u128(n)),
        via: None,
        original: None,
    };
    let batch = Batch {
        appends: vec![append(1), append(2)],
        reads: Vec::new(),
    };
    store.append(&batch).await.unwrap();
    (store, storage.search_index(&fqdn).await.unwrap())
}

async fn found(store: &dyn PoolStore, index: &dyn SearchIndex) -> Vec<u64> {
    let search = Search {
        query: &Query::parse("fox").unwrap(),
        authors: None,
        rooms: &HashSet::from([ROOM]),
        before: Moment::END,
        limit: 10,
    };
    let found = find(store, index, &search).await.unwrap();
    found
        .messages
        .iter()
        .map(|(_, message)| message.seq.0)
        .collect()
}

/// Feeds until both messages are found.
async fn both_are_found(store: Arc<dyn PoolStore>, index: Arc<dyn SearchIndex>) {
    let feeder = Feeder::start(Arc::clone(&store), Arc::clone(&index), Arc::new(OneRoom));
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let found = found(&*store, &*index).await;
        if found == [2, 1] {
            break;
        }
        assert!(Instant::now() < deadline, "{found:?}");
    }
    feeder.stop().await;
}

#[tokio::test]
async fn what_was_missed_is_found_after_the_start() {
    let folder = TempDir::new().unwrap();
    let (store, index) = pool(&folder).await;
    assert!(found(&*store, &*index).await.is_empty());
    both_are_found(store, index).await;
}

#[tokio::test]
async fn an_index_that_has_more_than_the_store_is_made_anew() {
    let folder = TempDir::new().unwrap();
    let (store, index) = pool(&folder).await;
    let entry = |seq| IndexEntry {
        room: ROOM,
        seq: Seq(seq),
        at: AT,
        author: PrincipalId(Uuid::from_u128(3)),
        words: BTreeSet::from(["other".to_owned()]),
    };
    index.put((1..=3).map(entry).collect()).await.unwrap();
    both_are_found(store, index).await;
}

#[tokio::test]
async fn a_room_that_is_gone_is_forgotten() {
    let folder = TempDir::new().unwrap();
    let (store, index) = pool(&folder).await;
    let gone = RoomId(Uuid::from_u128(404));
    let entry = IndexEntry {
        room: gone,
        seq: Seq(1),
        at: AT,
        author: PrincipalId(Uuid::from_u128(3)),
        words: BTreeSet::from(["fox".to_owned()]),
    };
    index.put(vec![entry]).await.unwrap();
    both_are_found(store, Arc::clone(&index)).await;
    let progress = index.progress(None).await.unwrap();
    assert_eq!(progress.into_iter().collect::<Vec<_>>(), [(ROOM, Seq(2))]);
}
