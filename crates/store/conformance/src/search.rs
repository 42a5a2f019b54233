//! Search: one corpus of messages and queries, pages, rooms that may not be read, and an index that is behind.

use std::collections::HashSet;
use std::sync::Arc;

use perch_domain::message::Draft;
use perch_domain::search::Query;
use perch_domain::trigger::Detector;
use perch_domain::{RoomId, Seq};
use perch_store::search::{Found, Moment, Search, SearchIndex, feed, find};
use perch_store::{Append, PoolStore, Storage};
use uuid::Uuid;

use crate::fixture::{
    START, append, appends, fill, fqdn, nonce, open, person, pool_with_rooms, room,
};

/// Messages: room, author, seconds after the start, title, text.
const CORPUS: &[(usize, u128, i64, Option<&str>, &str)] = &[
    (0, 1, 10, None, "Résumé of the morning: $MSFT is moving"),
    (0, 2, 20, None, "MSFT résumé? No."),
    (
        0,
        1,
        30,
        None,
        "The quick brown fox jumps over the lazy dog",
    ),
    (1, 2, 15, None, "brown the fox, quick!"),
    (
        1,
        2,
        25,
        Some("Résultats du trimestre"),
        "Cœur de métier : +3,5 %\nÉtat : stable",
    ),
    (1, 1, 35, None, "漢字テスト 東京"),
    (2, 3, 12, None, "STRASSE Straße straße $BRK.B"),
    (2, 3, 12, None, "the same second"),
    (2, 1, 12, None, "the same second"),
    (
        2,
        1,
        40,
        None,
        "1,234.56 at 09:30 O'Brien's \"quoted\" \\ back ' tick : colon @here",
    ),
    (2, 2, 50, None, "the the the end"),
    (2, 2, 5, None, "stored last, received first: the oldest"),
];

/// Queries, and which of the corpus they find, newest first.
const QUERIES: &[(&str, &[usize])] = &[
    ("resume", &[1, 0]),
    ("RÉSUMÉ", &[1, 0]),
    ("re\u{301}sume\u{301} msft", &[1, 0]),
    ("$MSFT", &[0]),
    ("$msft resume", &[0]),
    ("quick fox", &[2, 3]),
    ("\"brown fox\"", &[2]),
    ("\"fox quick\"", &[3]),
    ("\"the the the\"", &[10]),
    ("resultats", &[4]),
    ("resultats coeur", &[4]),
    ("\"trimestre coeur\"", &[]),
    ("etat stable", &[4]),
    ("3,5", &[4]),
    ("字テ", &[5]),
    ("東京 漢字", &[5]),
    ("字ス", &[]),
    ("strasse", &[6]),
    ("$BRK.B", &[6]),
    ("brk", &[6]),
    ("o'brien's", &[9]),
    ("1,234.56", &[9]),
    ("1234", &[]),
    ("\"09:30\" @here", &[9]),
    ("the", &[10, 2, 3, 8, 7, 0, 11]),
    ("the after:2023-11-14T22:13:49Z", &[10, 2]),
    ("the before:2023-11-14T22:13:32.123456Z", &[0, 11]),
    ("the before:2023-11-14", &[]),
    ("nowhere", &[]),
    ("room", &[]),
    ("AND OR NOT NEAR", &[]),
    ("the & ! | ( ) * ^ <-> the", &[10, 2, 3, 8, 7, 0, 11]),
];

async fn index(storage: &dyn Storage) -> Arc<dyn SearchIndex> {
    storage.search_index(&fqdn()).await.unwrap()
}

/// Feeds until nothing is left.
async fn feed_all(store: &dyn PoolStore, index: &dyn SearchIndex, rooms: &[RoomId]) {
    let mut left = rooms.to_vec();
    while !left.is_empty() {
        left = feed(store, index, &left).await.unwrap();
    }
}

/// Everything that a query finds in rooms, in pages of a size: the places, newest first.
async fn all(
    store: &dyn PoolStore,
    index: &dyn SearchIndex,
    query: &str,
    rooms: &[RoomId],
    limit: usize,
) -> Vec<(RoomId, u64)> {
    let query = Query::parse(query).unwrap();
    let rooms: HashSet<RoomId> = rooms.iter().copied().collect();
    let (mut before, mut places) = (Moment::END, Vec::new());
    loop {
        let search = Search {
            query: &query,
            authors: None,
            rooms: &rooms,
            before,
            limit,
        };
        let Found { messages, next } = find(store, index, &search).await.unwrap();
        assert!(messages.len() <= limit);
        for (moment, message) in &messages {
            assert!(*moment < before, "newest first");
            before = *moment;
            places.push((message.room, message.seq.0));
        }
        match next {
            Some(next) => before = next,
            None => return places,
        }
    }
}

async fn corpus(storage: &dyn Storage) -> (Arc<dyn PoolStore>, Vec<RoomId>, Vec<(RoomId, u64)>) {
    let (store, rooms) = pool_with_rooms(storage, 3).await;
    let batch = (1_u128..)
        .zip(CORPUS)
        .map(|(n, (place, author, seconds, title, text))| Append {
            room: rooms[*place],
            author: person(*author),
            at: START.plus_seconds(*seconds),
            draft: Draft::parse(text, false, *title, &Detector::default()).unwrap(),
            nonce: nonce(n),
            via: None,
            original: None,
        });
    store.append(&appends(batch.collect())).await.unwrap();
    let mut seqs = [0; 3];
    let places = CORPUS.iter().map(|(place, ..)| {
        seqs[*place] += 1;
        (rooms[*place], seqs[*place])
    });
    let places = places.collect();
    (store, rooms, places)
}

pub async fn every_query_of_the_corpus_finds_its_messages_newest_first(storage: &dyn Storage) {
    let (store, rooms, places) = corpus(storage).await;
    let index = index(storage).await;
    feed_all(&*store, &*index, &rooms).await;
    for (query, wanted) in QUERIES {
        let wanted: Vec<_> = wanted.iter().map(|n| places[*n]).collect();
        for limit in [1, 2, 50] {
            let found = all(&*store, &*index, query, &rooms, limit).await;
            assert_eq!(found, wanted, "{query} in pages of {limit}");
        }
    }
}

pub async fn rooms_that_are_not_allowed_have_no_part_in_an_answer(storage: &dyn Storage) {
    let (store, rooms, places) = corpus(storage).await;
    let index = index(storage).await;
    feed_all(&*store, &*index, &rooms).await;
    let nowhere = |n: u128| RoomId(Uuid::from_u128(1_000 + n));
    let few = vec![rooms[0], nowhere(0)];
    let many: Vec<_> = (0..200).map(nowhere).chain([rooms[0]]).collect();
    for allowed in [few, many] {
        let found = all(&*store, &*index, "the", &allowed, 1).await;
        assert_eq!(found, [places[2], places[0]]);
    }
    for allowed in [vec![], vec![nowhere(0)]] {
        assert_eq!(all(&*store, &*index, "the", &allowed, 50).await, []);
    }
}

pub async fn authors_are_found_with_and_without_words(storage: &dyn Storage) {
    let (store, rooms, places) = corpus(storage).await;
    let index = index(storage).await;
    feed_all(&*store, &*index, &rooms).await;
    let rooms: HashSet<_> = rooms.into_iter().collect();
    for (query, authors, wanted) in [
        ("the", vec![3], vec![7]),
        ("the", vec![2, 3], vec![10, 3, 7, 11]),
        ("from:somebody", vec![3], vec![7, 6]),
        ("the", vec![404], vec![]),
        ("the", vec![], vec![]),
    ] {
        let authors: Vec<_> = authors.into_iter().map(person).collect();
        let search = Search {
            query: &Query::parse(query).unwrap(),
            authors: Some(&authors),
            rooms: &rooms,
            before: Moment::END,
            limit: 50,
        };
        let found = find(&*store, &*index, &search).await.unwrap();
        let found: Vec<_> = found
            .messages
            .iter()
            .map(|(_, message)| (message.room, message.seq.0))
            .collect();
        let wanted: Vec<_> = wanted.into_iter().map(|n: usize| places[n]).collect();
        assert_eq!(found, wanted, "{query} by {authors:?}");
    }
}

pub async fn a_message_is_found_once_it_is_fed_and_only_once(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let index = index(storage).await;
    fill(&*store, rooms[0], 1, 3).await;
    assert_eq!(all(&*store, &*index, "message", &rooms, 50).await, []);
    feed_all(&*store, &*index, &rooms).await;
    feed_all(&*store, &*index, &rooms).await;
    fill(&*store, rooms[0], 4, 4).await;
    let places = |to: u64| {
        (1..=to)
            .rev()
            .map(|seq| (rooms[0], seq))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        all(&*store, &*index, "message", &rooms, 50).await,
        places(3)
    );
    // Two nodes at once.
    let second = storage.search_index(&fqdn()).await.unwrap();
    let (one, two) = (
        feed(&*store, &*index, &rooms),
        feed(&*store, &*second, &rooms),
    );
    let (one, two) = tokio::join!(one, two);
    assert_eq!((one.unwrap(), two.unwrap()), (vec![], vec![]));
    assert_eq!(
        all(&*store, &*index, "message", &rooms, 50).await,
        places(4)
    );
    let progress = index.progress(None).await.unwrap();
    assert_eq!(
        progress.into_iter().collect::<Vec<_>>(),
        [(rooms[0], Seq(4))]
    );
}

pub async fn an_index_opened_again_goes_on_where_it_was(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 3).await;
    let before = index(storage).await;
    feed_all(&*store, &*before, &rooms).await;
    before.close().await;
    drop(before);
    fill(&*store, rooms[0], 4, 5).await;
    fill(&*store, rooms[1], 6, 6).await;
    let again = index(storage).await;
    let progress = again.progress(Some(&rooms)).await.unwrap();
    assert_eq!(progress.get(&rooms[0]), Some(&Seq(3)));
    feed_all(&*store, &*again, &rooms).await;
    assert_eq!(all(&*store, &*again, "message", &rooms, 50).await.len(), 6);
}

pub async fn a_long_history_is_fed_in_steps_and_found_in_pages_without_a_gap(
    storage: &dyn Storage,
) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    // A second for three messages, as imports have it, and the other room in the same seconds.
    for (place, offset) in [(0, 0), (1, 10_000)] {
        let batch = (1..=1_200).map(|n| Append {
            at: START.plus_seconds(i64::from(n / 3)),
            ..append(rooms[place], offset + n, &format!("message {n} of many"))
        });
        store.append(&appends(batch.collect())).await.unwrap();
    }
    let index = index(storage).await;
    let left = feed(&*store, &*index, &rooms).await.unwrap();
    assert_eq!(left, rooms, "one call takes a bounded number");
    feed_all(&*store, &*index, &rooms).await;
    let found = all(&*store, &*index, "many message", &rooms, 77).await;
    let distinct: HashSet<_> = found.iter().collect();
    assert_eq!((found.len(), distinct.len()), (2_400, 2_400));
    for room in &rooms {
        let seqs: Vec<_> = found
            .iter()
            .filter(|(of, _)| of == room)
            .map(|(_, seq)| *seq)
            .collect();
        assert_eq!(seqs, (1..=1_200).rev().collect::<Vec<_>>());
    }
    let one = all(&*store, &*index, "message \"7 of\"", &rooms, 50).await;
    assert_eq!(one, [(rooms[1], 7), (rooms[0], 7)]);
}

pub async fn a_page_may_end_early_and_the_next_one_goes_on(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let batch = (1..=5_000).map(|n| {
        let text = if n == 1 { "left right" } else { "right left" };
        append(rooms[0], n, text)
    });
    store.append(&appends(batch.collect())).await.unwrap();
    let index = index(storage).await;
    feed_all(&*store, &*index, &rooms).await;
    let query = Query::parse("\"left right\"").unwrap();
    let search = Search {
        query: &query,
        authors: None,
        rooms: &rooms.iter().copied().collect(),
        before: Moment::END,
        limit: 10,
    };
    let first = find(&*store, &*index, &search).await.unwrap();
    assert!(
        first.messages.is_empty() && first.next.is_some(),
        "{first:?}"
    );
    let found = all(&*store, &*index, "\"left right\"", &rooms, 10).await;
    assert_eq!(found, [(rooms[0], 1)]);
}

pub async fn what_is_gone_is_not_found_and_a_room_is_forgotten(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 5).await;
    fill(&*store, rooms[1], 6, 6).await;
    let index = index(storage).await;
    feed_all(&*store, &*index, &rooms).await;
    let mut write = store.write().await.unwrap();
    assert!(write.delete_room(rooms[0]).await.unwrap());
    write.commit().await.unwrap();
    let left = [(rooms[1], 1)];
    assert_eq!(all(&*store, &*index, "message", &rooms, 2).await, left);
    while !index.forget(rooms[0]).await.unwrap() {}
    assert!(index.forget(rooms[0]).await.unwrap());
    let progress = index.progress(None).await.unwrap();
    assert_eq!(progress.into_keys().collect::<Vec<_>>(), [rooms[1]]);
    assert_eq!(all(&*store, &*index, "message", &rooms, 2).await, left);
    // A room that comes after it has its own messages, whatever number the store gives it.
    let next = room(3, crate::fixture::CATEGORY, "Next");
    let mut write = store.write().await.unwrap();
    write.insert_room(&next).await.unwrap();
    write.commit().await.unwrap();
    fill(&*store, next.id, 11, 12).await;
    feed_all(&*store, &*index, &[next.id]).await;
    let found = all(&*store, &*index, "message", &[next.id, rooms[0]], 2).await;
    assert_eq!(found, [(next.id, 2), (next.id, 1)]);
}

pub async fn messages_are_read_at_their_places_and_nothing_elsewhere(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 3).await;
    fill(&*store, rooms[1], 4, 4).await;
    let places = [
        (rooms[0], Seq(2)),
        (rooms[1], Seq(1)),
        (rooms[1], Seq(2)),
        (RoomId(Uuid::from_u128(404)), Seq(1)),
    ];
    let mut found = store.messages_at(&places).await.unwrap();
    found.sort_by_key(|message| message.at);
    let texts: Vec<_> = found
        .iter()
        .map(|message| (message.room, message.text.as_str()))
        .collect();
    assert_eq!(texts, [(rooms[0], "message 2"), (rooms[1], "message 4")]);
    assert_eq!(store.messages_at(&[]).await.unwrap(), []);
    let reopened = open(storage).await;
    assert_eq!(reopened.messages_at(&places).await.unwrap().len(), 2);
}
