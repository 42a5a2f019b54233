//! A full disk, stood in for by a limit to the size of the database file.

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
use perch_store::{Append, Appended, Batch, Page, PoolStore, Storage, StoreError};
use perch_store_sqlite::SqliteStorage;
use tempfile::TempDir;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const SMALL_BYTES: u64 = 256 * 1_024;

fn fqdn() -> PoolFqdn {
    PoolFqdn::parse("pchat01.contoso.example").unwrap()
}

fn room(n: u128) -> Room {
    Room {
        id: RoomId(Uuid::from_u128(n)),
        pool: fqdn(),
        category: CategoryId(Uuid::from_u128(900)),
        name: Name::parse(&format!("Room {n}")).unwrap(),
        description: Description::default(),
        privacy: Privacy::Open,
        room_type: RoomType::Normal,
        invitations: Invitations::Inherit,
        disabled: false,
        addin: None,
        addin_withheld: Grants::NONE,
        members: Vec::new(),
        managers: Vec::new(),
        presenters: Vec::new(),
        revision: Revision(1),
        created_at: NOW,
        updated_at: NOW,
    }
}

async fn pool_with_rooms(storage: &SqliteStorage) -> Arc<dyn PoolStore> {
    let store = storage.pool(&fqdn()).await.unwrap();
    let mut write = store.write().await.unwrap();
    write
        .insert_category(&Category {
            id: room(1).category,
            pool: fqdn(),
            name: Name::parse("Desk").unwrap(),
            description: Description::default(),
            invitations: true,
            file_upload: true,
            chat_history: true,
            scope: Scope::default(),
            creators: Vec::new(),
            revision: Revision(1),
            created_at: NOW,
            updated_at: NOW,
        })
        .await
        .unwrap();
    write.insert_room(&room(1)).await.unwrap();
    write.insert_room(&room(2)).await.unwrap();
    write.commit().await.unwrap();
    store
}

/// Ten messages of two kilobytes, for two rooms in turn.
fn batch(first_nonce: u128) -> Batch {
    let appends = (first_nonce..first_nonce + 10)
        .map(|n| Append {
            room: room(1 + n % 2).id,
            author: PrincipalId(Uuid::from_u128(1)),
            at: NOW,
            draft: Draft::parse(&"x".repeat(2_000), false, None, &Detector::default()).unwrap(),
            nonce: Nonce(Uuid::from_u128(n)),
            via: None,
            original: None,
        })
        .collect();
    Batch {
        appends,
        reads: Vec::new(),
    }
}

/// Appends until the disk is full; gives the nonce of the first message that was refused.
async fn fill(store: &dyn PoolStore) -> u128 {
    for first_nonce in (0_u128..10_000).step_by(10) {
        match store.append(&batch(first_nonce)).await {
            Ok(answers) => assert!(
                answers
                    .iter()
                    .all(|answer| matches!(answer, Appended::Stored { .. }))
            ),
            Err(StoreError::Full) => return first_nonce,
            Err(other) => panic!("a full disk was told as {other:?}"),
        }
    }
    panic!("{SMALL_BYTES} bytes held more than 10,000 messages of 2,000");
}

async fn count(store: &dyn PoolStore) -> u128 {
    let mut total = 0;
    for n in [1, 2] {
        let messages = store
            .messages(room(n).id, Page::After(Seq::ZERO), 100_000)
            .await
            .unwrap();
        assert!(
            messages
                .iter()
                .zip(1..)
                .all(|(message, wanted)| message.seq == Seq(wanted)),
            "no gap"
        );
        total += messages.len() as u128;
    }
    total
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused_whole_and_reading_goes_on() {
    let folder = TempDir::new().unwrap();
    let storage = SqliteStorage::new(folder.path().to_owned()).with_bytes_max(Some(SMALL_BYTES));
    let store = pool_with_rooms(&storage).await;
    let refused = fill(&*store).await;
    assert!(refused > 0, "at least one batch fits");
    assert_eq!(count(&*store).await, refused);
    for _ in 0..3 {
        assert!(matches!(
            store.append(&batch(refused)).await,
            Err(StoreError::Full)
        ));
        assert_eq!(count(&*store).await, refused);
    }
    assert_eq!(
        store
            .load()
            .await
            .unwrap()
            .rooms
            .iter()
            .map(|(_, head)| u128::from(head.0))
            .sum::<u128>(),
        refused
    );
}

#[tokio::test]
async fn posting_goes_on_when_there_is_space_again() {
    let folder = TempDir::new().unwrap();
    let storage = SqliteStorage::new(folder.path().to_owned()).with_bytes_max(Some(SMALL_BYTES));
    let store = pool_with_rooms(&storage).await;
    let refused = fill(&*store).await;

    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(room(1).id).await.unwrap());
    write.commit().await.unwrap();
    let answers = store.append(&batch(refused)).await.unwrap();
    let stored = answers
        .iter()
        .filter(|answer| matches!(answer, Appended::Stored { .. }))
        .count();
    let absent = answers
        .iter()
        .filter(|answer| matches!(answer, Appended::NoRoom))
        .count();
    assert_eq!((stored, absent), (5, 5));
}

#[tokio::test]
async fn a_store_opened_again_on_a_larger_disk_continues_the_sequence() {
    let folder = TempDir::new().unwrap();
    let storage = SqliteStorage::new(folder.path().to_owned()).with_bytes_max(Some(SMALL_BYTES));
    let store = pool_with_rooms(&storage).await;
    let refused = fill(&*store).await;
    store.close().await;

    let store = storage.with_bytes_max(None).pool(&fqdn()).await.unwrap();
    let answers = store.append(&batch(refused)).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Appended::Stored { .. })),
        "{answers:?}"
    );
    assert_eq!(count(&*store).await, refused + 10);
}

#[tokio::test]
async fn a_write_that_the_full_disk_undid_does_not_stop_the_next_one() {
    let folder = TempDir::new().unwrap();
    let storage = SqliteStorage::new(folder.path().to_owned()).with_bytes_max(Some(SMALL_BYTES));
    let store = pool_with_rooms(&storage).await;
    fill(&*store).await;
    let mut refused = 0;
    for n in 10..3_000 {
        let mut write = store.write().await.unwrap();
        let inserted = match write.insert_room(&room(n)).await {
            Ok(()) => write.commit().await.map(drop),
            Err(cause) => Err(cause),
        };
        match inserted {
            Ok(()) => {}
            Err(StoreError::Full) => refused += 1,
            Err(other) => panic!("a full disk was told as {other:?}"),
        }
        if refused == 10 {
            break;
        }
    }
    assert_eq!(refused, 10);
    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(room(1).id).await.unwrap());
    write.commit().await.unwrap();
}
