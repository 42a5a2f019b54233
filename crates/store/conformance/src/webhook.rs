//! Webhooks: how far each has been told, what was given up, and who tells.

use std::sync::Arc;

use perch_domain::secret::Secret;
use perch_domain::webhook::{DeadLetter, Webhook, WebhookCursor, WebhookState, WebhookUrl};
use perch_domain::{AddinId, RoomId, Seq, Timestamp};
use perch_store::{DEAD_LETTERS_KEPT, PoolStore, Storage, WEBHOOK_ROOMS_DUE_MAX};
use uuid::Uuid;

use crate::fixture::{CATEGORY, START, addin, fill, open, pool_with_rooms, room};

const ADDIN: AddinId = AddinId(Uuid::from_u128(70));

fn webhook(n: u8) -> Webhook {
    Webhook {
        url: WebhookUrl::stored(format!("https://bot.contoso.example/{n}")),
        secret: Secret([n; 32]),
        previous: (n > 1).then_some((Secret([n - 1; 32]), START.plus_seconds(i64::from(n)))),
    }
}

/// Says which add-in has which webhook, as an administrator does.
async fn set(store: &dyn PoolStore, webhook: Option<Webhook>) {
    let mut write = store.write().await.unwrap();
    let mut addin = addin(70, "Ticker");
    addin.webhook = webhook;
    assert!(write.update_addin(&addin).await.unwrap());
    write.commit().await.unwrap();
}

/// Puts an add-in on a room, or takes it away.
async fn put_on(store: &dyn PoolStore, n: u128, addin: Option<AddinId>) {
    let mut write = store.write().await.unwrap();
    let mut room = room(n, CATEGORY, &format!("Room {n}"));
    room.addin = addin;
    assert!(write.update_room(&room).await.unwrap());
    write.commit().await.unwrap();
}

/// Two rooms with three messages each, the first of which uses an add-in without a webhook.
async fn prepare(storage: &dyn Storage) -> (Arc<dyn PoolStore>, Vec<RoomId>) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 3).await;
    fill(&*store, rooms[1], 11, 13).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(70, "Ticker")).await.unwrap();
    write.commit().await.unwrap();
    put_on(&*store, 1, Some(ADDIN)).await;
    (store, rooms)
}

/// A cursor where nothing has been tried yet.
fn cursor(room: RoomId, seq: u64, since: u64) -> WebhookCursor {
    WebhookCursor {
        addin: ADDIN,
        room,
        seq: Seq(seq),
        since: Seq(since),
        attempts: 0,
        due_at: Timestamp::from_micros(0),
    }
}

/// The cursors of the add-in, and the places of the rooms' last messages.
async fn cursors(store: &dyn PoolStore) -> Vec<(WebhookCursor, Seq)> {
    store.webhook_cursors(ADDIN).await.unwrap()
}

async fn due(store: &dyn PoolStore, seconds: i64) -> Vec<RoomId> {
    let due = store.due_webhooks(START.plus_seconds(seconds)).await;
    due.unwrap().iter().map(|cursor| cursor.room).collect()
}

fn letter(room: RoomId, seq: u64, attempts: u32) -> DeadLetter {
    DeadLetter {
        addin: ADDIN,
        room,
        seq: Seq(seq),
        at: START.plus_seconds(i64::try_from(seq).unwrap()),
        attempts,
        reason: "400 Bad Request".to_owned(),
    }
}

pub async fn a_webhook_is_found_as_it_was_stored_and_changed(storage: &dyn Storage) {
    let (store, _) = prepare(storage).await;
    for expected in [Some(webhook(1)), Some(webhook(2)), None] {
        set(&*store, expected.clone()).await;
        let loaded = store.load().await.unwrap();
        assert_eq!(loaded.addins[0].webhook, expected);
        let reopened = open(storage).await.load().await.unwrap();
        assert_eq!(reopened.addins[0].webhook, expected);
    }
}

pub async fn a_webhook_is_told_of_a_room_from_when_both_are_there(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    assert_eq!(cursors(&*store).await, []);
    set(&*store, Some(webhook(1))).await;
    assert_eq!(cursors(&*store).await, [(cursor(rooms[0], 3, 3), Seq(3))]);
    fill(&*store, rooms[0], 4, 5).await;
    put_on(&*store, 2, Some(ADDIN)).await;
    // Changing either again moves nothing.
    set(&*store, Some(webhook(2))).await;
    put_on(&*store, 1, Some(ADDIN)).await;
    assert_eq!(
        cursors(&*store).await,
        [
            (cursor(rooms[0], 3, 3), Seq(5)),
            (cursor(rooms[1], 3, 3), Seq(3))
        ]
    );
}

pub async fn a_webhook_is_no_longer_told_of_a_room_without_its_addin(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    put_on(&*store, 2, Some(ADDIN)).await;
    put_on(&*store, 1, None).await;
    assert_eq!(cursors(&*store).await, [(cursor(rooms[1], 3, 3), Seq(3))]);
    set(&*store, None).await;
    assert_eq!(cursors(&*store).await, []);
}

pub async fn a_webhook_is_due_where_it_lags_and_may_be_tried(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    put_on(&*store, 2, Some(ADDIN)).await;
    assert_eq!(due(&*store, 0).await, []);
    fill(&*store, rooms[0], 4, 5).await;
    fill(&*store, rooms[1], 14, 14).await;
    // In the first room the receiver has refused the next event; the second one's may be tried.
    let mut write = store.write().await.unwrap();
    let refused = WebhookCursor {
        attempts: 2,
        due_at: START.plus_seconds(5),
        ..cursor(rooms[0], 4, 3)
    };
    assert!(write.move_webhook_cursor(Seq(3), &refused).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(due(&*store, 4).await, [rooms[1]]);
    assert_eq!(due(&*store, 5).await, [rooms[1], rooms[0]]);
    // The receiver is away: nothing is tried anywhere.
    put_state(&*store, &away(8)).await;
    assert_eq!(due(&*store, 7).await, []);
    assert_eq!(due(&*store, 8).await, [rooms[1], rooms[0]]);
}

pub async fn a_webhook_with_many_rooms_hides_no_other(storage: &dyn Storage) {
    let many = u128::from(WEBHOOK_ROOMS_DUE_MAX) + 1;
    let (store, rooms) = pool_with_rooms(storage, many + 1).await;
    let other = AddinId(Uuid::from_u128(71));
    let mut write = store.write().await.unwrap();
    for (n, name) in [(70, "Ticker"), (71, "Other")] {
        let mut addin = addin(n, name);
        addin.webhook = Some(webhook(1));
        write.insert_addin(&addin).await.unwrap();
    }
    write.commit().await.unwrap();
    for n in 1..=many {
        put_on(&*store, n, Some(ADDIN)).await;
    }
    put_on(&*store, many + 1, Some(other)).await;
    for (n, room) in (1..).zip(&rooms) {
        fill(&*store, *room, n, n).await;
    }
    let due = store.due_webhooks(START).await.unwrap();
    let of = |addin| due.iter().filter(|cursor| cursor.addin == addin).count();
    assert_eq!(of(ADDIN), usize::try_from(WEBHOOK_ROOMS_DUE_MAX).unwrap());
    assert_eq!(of(other), 1);
}

pub async fn a_webhooks_cursor_moves_on_from_where_it_was_only(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    let mut write = store.write().await.unwrap();
    let mut moves =
        async |from, cursor| write.move_webhook_cursor(Seq(from), &cursor).await.unwrap();
    assert!(!moves(2, cursor(rooms[0], 5, 3)).await);
    assert!(moves(3, cursor(rooms[0], 5, 4)).await);
    assert!(!moves(3, cursor(rooms[0], 6, 4)).await);
    // Not a room of the add-in's.
    assert!(!moves(3, cursor(rooms[1], 5, 3)).await);
    write.commit().await.unwrap();
    assert_eq!(cursors(&*store).await, [(cursor(rooms[0], 5, 4), Seq(3))]);
}

pub async fn a_webhook_is_told_again_from_a_place(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    put_state(&*store, &away(60)).await;
    let mut write = store.write().await.unwrap();
    write
        .put_dead_letter(&letter(rooms[0], 1, 5))
        .await
        .unwrap();
    write
        .put_dead_letter(&letter(rooms[0], 2, 5))
        .await
        .unwrap();
    assert!(write.rewind_webhook(ADDIN, rooms[0], Seq(1)).await.unwrap());
    assert!(!write.rewind_webhook(ADDIN, rooms[1], Seq(1)).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(cursors(&*store).await, [(cursor(rooms[0], 1, 3), Seq(3))]);
    assert_eq!(due(&*store, 0).await, [rooms[0]]);
    assert_eq!(
        store.dead_letters(ADDIN).await.unwrap(),
        [letter(rooms[0], 1, 5)]
    );
    // What it has not been told yet is not left out by telling it again from later on.
    let mut write = store.write().await.unwrap();
    assert!(write.rewind_webhook(ADDIN, rooms[0], Seq(2)).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(cursors(&*store).await, [(cursor(rooms[0], 1, 3), Seq(3))]);
}

pub async fn how_a_webhook_fares_is_kept_until_it_is_elsewhere(storage: &dyn Storage) {
    let (store, _) = prepare(storage).await;
    assert_eq!(store.webhook_state(ADDIN).await.unwrap(), None);
    set(&*store, Some(webhook(1))).await;
    put_state(&*store, &away(60)).await;
    set(&*store, Some(webhook(1))).await;
    assert_eq!(store.webhook_state(ADDIN).await.unwrap(), Some(away(60)));
    set(&*store, Some(webhook(2))).await;
    let elsewhere = WebhookState {
        attempts: 0,
        due_at: Timestamp::from_micros(0),
        ..away(60)
    };
    assert_eq!(store.webhook_state(ADDIN).await.unwrap(), Some(elsewhere));
}

fn away(seconds: i64) -> WebhookState {
    WebhookState {
        addin: ADDIN,
        told_at: Some(START),
        attempts: 4,
        due_at: START.plus_seconds(seconds),
        failed: Some((START.plus_seconds(1), "Nobody answers there.".to_owned())),
    }
}

async fn put_state(store: &dyn PoolStore, state: &WebhookState) {
    let mut write = store.write().await.unwrap();
    write.put_webhook_state(state).await.unwrap();
    write.commit().await.unwrap();
}

pub async fn dead_letters_are_listed_newest_first_and_forgotten(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    let mut write = store.write().await.unwrap();
    for letter in [
        letter(rooms[0], 1, 1),
        letter(rooms[0], 2, 5),
        letter(rooms[0], 1, 9),
        // Not a room of the add-in's.
        letter(rooms[1], 1, 5),
    ] {
        write.put_dead_letter(&letter).await.unwrap();
    }
    write.commit().await.unwrap();
    assert_eq!(
        store.dead_letters(ADDIN).await.unwrap(),
        [letter(rooms[0], 2, 5), letter(rooms[0], 1, 9)]
    );
    let mut write = store.write().await.unwrap();
    let mut forgotten = async |seq| {
        let forgotten = write.delete_dead_letter(ADDIN, rooms[0], Seq(seq)).await;
        forgotten.unwrap()
    };
    assert!(forgotten(2).await);
    assert!(!forgotten(2).await);
    write.commit().await.unwrap();
    assert_eq!(
        store.dead_letters(ADDIN).await.unwrap(),
        [letter(rooms[0], 1, 9)]
    );
    set(&*store, None).await;
    assert_eq!(store.dead_letters(ADDIN).await.unwrap(), []);
}

pub async fn of_dead_letters_the_newest_are_kept(storage: &dyn Storage) {
    let (store, rooms) = prepare(storage).await;
    set(&*store, Some(webhook(1))).await;
    let mut write = store.write().await.unwrap();
    let kept = u64::from(DEAD_LETTERS_KEPT);
    for seq in 1..=kept + 2 {
        write
            .put_dead_letter(&letter(rooms[0], seq, 1))
            .await
            .unwrap();
    }
    write.commit().await.unwrap();
    let letters = store.dead_letters(ADDIN).await.unwrap();
    let places: Vec<_> = letters.iter().map(|letter| letter.seq.0).collect();
    assert_eq!(places, (3..=kept + 2).rev().collect::<Vec<_>>());
}

pub async fn one_holder_at_a_time_has_a_lease(storage: &dyn Storage) {
    let store = open(storage).await;
    let at = |seconds| START.plus_seconds(seconds);
    let lease = async |task, holder, now, until| {
        let leased = store.lease(task, holder, at(now), at(until)).await;
        leased.unwrap()
    };
    assert!(lease("webhooks", "a", 0, 10).await);
    assert!(!lease("webhooks", "b", 9, 19).await);
    assert!(lease("other", "b", 9, 19).await);
    assert!(lease("webhooks", "a", 9, 20).await, "its holder keeps it");
    assert!(lease("webhooks", "b", 20, 30).await, "it has ended");
    assert!(!lease("webhooks", "a", 21, 31).await);
}
