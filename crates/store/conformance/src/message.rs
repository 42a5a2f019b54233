//! Messages: the sequence of each room, repeated posts, pages, what comes back of a text.

use std::collections::HashSet;
use std::sync::Arc;

use perch_domain::message::{Draft, Part, Via};
use perch_domain::trigger::{ContextType, Detector, Rule, Trigger, Words};
use perch_domain::{AddinId, Name, RoomId, Seq};
use perch_store::{Append, Appended, Page, Storage};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{
    CATEGORY, START, append, appends, category, fill, head, history, nonce, open, person,
    pool_with_rooms, room, seqs,
};

fn stored(seq: u64) -> Appended {
    Appended::Stored { seq: Seq(seq) }
}

pub async fn one_batch_continues_each_rooms_sequence_without_a_gap(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 3).await;
    let order = [0, 1, 0, 2, 0, 1, 2, 0];
    let batch = (1..)
        .zip(order)
        .map(|(n, place)| append(rooms[place], n, &format!("message {n}")))
        .collect();
    let answers = store.append(&appends(batch)).await.unwrap();
    assert_eq!(answers, [1, 1, 2, 1, 3, 2, 2, 4].map(stored));
    for (place, last) in [4, 2, 2].into_iter().enumerate() {
        let found = history(&*store, rooms[place]).await;
        assert_eq!(seqs(&found), (1..=last).collect::<Vec<_>>());
        let wanted: Vec<_> = (1..)
            .zip(order)
            .filter(|(_, other)| *other == place)
            .map(|(n, _)| format!("message {n}"))
            .collect();
        assert_eq!(
            found
                .iter()
                .map(|message| message.text.clone())
                .collect::<Vec<_>>(),
            wanted
        );
        assert_eq!(head(&*store, rooms[place]).await, Seq(last));
    }
}

pub async fn the_next_batch_continues_where_the_last_one_ended(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    for round in 0..5_u64 {
        let n = u32::try_from(round).unwrap() * 3;
        let batch = vec![
            append(rooms[0], n + 1, "a"),
            append(rooms[1], n + 2, "b"),
            append(rooms[0], n + 3, "c"),
        ];
        let answers = store.append(&appends(batch)).await.unwrap();
        assert_eq!(
            answers,
            [
                stored(round * 2 + 1),
                stored(round + 1),
                stored(round * 2 + 2)
            ]
        );
    }
    assert_eq!(head(&*store, rooms[0]).await, Seq(10));
    assert_eq!(head(&*store, rooms[1]).await, Seq(5));
}

pub async fn batches_appended_at_the_same_time_leave_no_gap_and_nothing_twice(
    storage: &dyn Storage,
) {
    const WRITERS: u32 = 8;
    const BATCHES: u32 = 10;
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, rooms) = (store.clone(), rooms.clone());
        writers.spawn(async move {
            let mut told = Vec::new();
            for batch in 0..BATCHES {
                let n = (writer * BATCHES + batch) * 2 + 1;
                let pair = vec![
                    append(rooms[0], n, &format!("{n}")),
                    append(rooms[1], n + 1, &format!("{}", n + 1)),
                ];
                for (append, answer) in pair
                    .clone()
                    .into_iter()
                    .zip(store.append(&appends(pair)).await.unwrap())
                {
                    match answer {
                        Appended::Stored { seq } => told.push((append.room, seq, append.nonce)),
                        other => panic!("{other:?}"),
                    }
                }
            }
            told
        });
    }
    let told: HashSet<_> = writers.join_all().await.into_iter().flatten().collect();
    let total = u64::from(WRITERS * BATCHES);
    assert_eq!(
        told.len() as u64,
        total * 2,
        "each message was told a place of its own"
    );
    for room in rooms {
        let found = history(&*store, room).await;
        assert_eq!(seqs(&found), (1..=total).collect::<Vec<_>>());
        for message in found {
            assert!(
                told.contains(&(message.room, message.seq, message.nonce)),
                "{message:?}"
            );
        }
    }
}

pub async fn appends_wait_for_a_transaction_and_then_go_on(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let mut write = store.write().await.unwrap();
    assert!(
        write
            .update_room(&room(1, CATEGORY, "Renamed"))
            .await
            .unwrap()
    );
    let waiting = tokio::spawn({
        let (store, room) = (store.clone(), rooms[0]);
        async move { store.append(&appends(vec![append(room, 1, "waits")])).await }
    });
    tokio::task::yield_now().await;
    write.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), [stored(1)]);
    assert_eq!(
        store.load().await.unwrap().rooms[0].0.name.as_str(),
        "Renamed"
    );
}

pub async fn an_empty_batch_changes_nothing(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    assert_eq!(store.append(&appends(Vec::new())).await.unwrap(), []);
    assert_eq!(head(&*store, rooms[0]).await, Seq::ZERO);
}

pub async fn a_nonce_repeated_within_a_batch_is_stored_once(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let mut again = append(rooms[0], 1, "again");
    again.at = START.plus_seconds(99);
    let batch = vec![
        append(rooms[0], 1, "once"),
        again,
        append(rooms[0], 2, "next"),
    ];
    let answers = store.append(&appends(batch)).await.unwrap();
    let repeated = Appended::Repeated {
        room: rooms[0],
        seq: Seq(1),
        at: START.plus_seconds(1),
    };
    assert_eq!(answers, [stored(1), repeated, stored(2)]);
    let texts: Vec<_> = history(&*store, rooms[0])
        .await
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["once", "next"]);
}

pub async fn a_nonce_repeated_in_a_later_batch_gives_the_first_result(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 3).await;
    let mut retry = append(rooms[0], 2, "message 2");
    retry.at = START.plus_seconds(99);
    let answers = store
        .append(&appends(vec![retry, append(rooms[0], 4, "new")]))
        .await
        .unwrap();
    let repeated = Appended::Repeated {
        room: rooms[0],
        seq: Seq(2),
        at: START.plus_seconds(2),
    };
    assert_eq!(answers, [repeated, stored(4)]);
    assert_eq!(history(&*store, rooms[0]).await.len(), 4);
}

pub async fn a_nonce_repeated_in_another_room_names_the_first(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 1).await;
    let answers = store
        .append(&appends(vec![append(rooms[1], 1, "elsewhere")]))
        .await
        .unwrap();
    assert_eq!(
        answers,
        [Appended::Repeated {
            room: rooms[0],
            seq: Seq(1),
            at: START.plus_seconds(1)
        }]
    );
    assert_eq!(history(&*store, rooms[1]).await, []);
    assert_eq!(head(&*store, rooms[1]).await, Seq::ZERO);
}

pub async fn two_authors_may_use_the_same_nonce(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let mut other = append(rooms[0], 1, "other");
    other.author = person(2);
    let answers = store
        .append(&appends(vec![append(rooms[0], 1, "one"), other]))
        .await
        .unwrap();
    assert_eq!(answers, [stored(1), stored(2)]);
}

pub async fn an_unknown_room_does_not_hold_up_the_rest_of_the_batch(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let nowhere = RoomId(Uuid::from_u128(404));
    let batch = vec![
        append(rooms[0], 1, "a"),
        append(nowhere, 2, "lost"),
        append(rooms[0], 3, "b"),
    ];
    let answers = store.append(&appends(batch)).await.unwrap();
    assert_eq!(answers, [stored(1), Appended::NoRoom, stored(2)]);
    assert_eq!(history(&*store, nowhere).await, []);
    assert_eq!(store.first_seq(nowhere).await.unwrap(), Seq::ZERO);
}

pub async fn messages_are_found_as_they_were_posted(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let triggers = Detector::built_in().unwrap();
    let drafts = [
        Draft::parse("plain", false, None, &triggers),
        Draft::parse(
            "Zażółć 漢字 עברית 👩‍👩‍👧‍👦 \u{10FFFF} \u{FFFD} e\u{301}",
            false,
            None,
            &triggers,
        ),
        Draft::parse(
            "quotes ' \" \\ \n\r\n\t </script> {\"json\":[null]} %s ? $1 ;--",
            false,
            None,
            &triggers,
        ),
        Draft::parse(
            "1234567890123456789012345678901234567890",
            false,
            None,
            &triggers,
        ),
        Draft::parse("null", false, None, &triggers),
        Draft::parse("evacuate", true, None, &triggers),
        Draft::parse(
            "The body\nof the story 📰",
            true,
            Some("Un titre d’été"),
            &triggers,
        ),
        Draft::parse("📈 sold $MSFT and $BRK.B", false, None, &triggers),
        Draft::parse(&"é".repeat(32_000), false, Some("long"), &triggers),
    ]
    .map(Result::unwrap);
    let via = |n| {
        let parts = [None, Some(Part::Sent), Some(Part::Changed)];
        let addin = AddinId(Uuid::from_u128(5));
        parts[n as usize % 3].map(|part| Via { addin, part })
    };
    let batch: Vec<_> = (1..)
        .zip(&drafts)
        .map(|(n, draft)| Append {
            draft: draft.clone(),
            via: via(n),
            ..append(rooms[0], n, "replaced")
        })
        .collect();
    store.append(&appends(batch)).await.unwrap();
    let found = history(&*store, rooms[0]).await;
    assert_eq!(found.len(), drafts.len());
    for ((n, draft), message) in (1_u32..).zip(drafts).zip(found) {
        let at = START.plus_seconds(i64::from(n));
        let wanted = draft.into_message(
            rooms[0],
            Seq(u64::from(n)),
            person(1),
            at,
            nonce(u128::from(n)),
            via(n),
        );
        assert_eq!(message, wanted);
    }
}

pub async fn every_context_of_a_message_comes_back(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let words = Words::parse("word,ticker,ISIN\nMicrosoft,MSFT,US5949181045").unwrap();
    let words = Trigger {
        rule: Rule::Words(words),
        context_type: ContextType::parse("x.company").unwrap(),
        name: Name::parse("Companies").unwrap(),
        ..Trigger::built_in()
    };
    let triggers = Detector::new([Trigger::built_in(), words].map(Arc::new)).unwrap();
    let draft = Draft::parse("📈 $MSFT, $BRK.B, microsoft", false, None, &triggers).unwrap();
    assert_eq!(draft.contexts().len(), 3);
    assert_eq!(draft.contexts()[2].ids.len(), 2);
    let batch = vec![
        Append {
            draft: draft.clone(),
            ..append(rooms[0], 1, "x")
        },
        append(rooms[0], 2, "none"),
    ];
    store.append(&appends(batch)).await.unwrap();
    let found = history(&*store, rooms[0]).await;
    assert_eq!(found[0].contexts, draft.contexts());
    assert_eq!(found[1].contexts, []);
}

pub async fn a_page_before_a_place_has_the_last_ones_oldest_first(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 10).await;
    for (before, limit, wanted) in [
        (11, 3, vec![8, 9, 10]),
        (5, 2, vec![3, 4]),
        (3, 10, vec![1, 2]),
        (2, 1, vec![1]),
        (1, 10, vec![]),
        (0, 10, vec![]),
        (u64::MAX, 4, vec![7, 8, 9, 10]),
        (i64::MAX.unsigned_abs(), 1, vec![10]),
        (11, 0, vec![]),
    ] {
        let page = store
            .messages(rooms[0], Page::Before(Seq(before)), limit)
            .await
            .unwrap();
        assert_eq!(seqs(&page), wanted, "{limit} before {before}");
    }
}

pub async fn a_page_after_a_place_has_the_first_ones_oldest_first(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 10).await;
    for (after, limit, wanted) in [
        (0, 3, vec![1, 2, 3]),
        (4, 2, vec![5, 6]),
        (8, 10, vec![9, 10]),
        (9, 1, vec![10]),
        (10, 10, vec![]),
        (11, 10, vec![]),
        (u64::MAX, 10, vec![]),
        (i64::MAX.unsigned_abs() + 1, 10, vec![]),
        (0, 0, vec![]),
    ] {
        let page = store
            .messages(rooms[0], Page::After(Seq(after)), limit)
            .await
            .unwrap();
        assert_eq!(seqs(&page), wanted, "{limit} after {after}");
    }
}

pub async fn an_empty_room_has_empty_pages(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    assert_eq!(
        store
            .messages(rooms[0], Page::Before(Seq(u64::MAX)), 50)
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .messages(rooms[0], Page::After(Seq::ZERO), 50)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.first_seq(rooms[0]).await.unwrap(), Seq::ZERO);
}

pub async fn only_rooms_without_history_expire_and_their_sequence_goes_on(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut relay = category(CATEGORY, "Relay");
    relay.chat_history = false;
    let kept = category(perch_domain::CategoryId(Uuid::from_u128(901)), "Kept");
    let (short, long) = (room(1, relay.id, "Short"), room(2, kept.id, "Long"));
    let mut write = store.write().await.unwrap();
    write.insert_category(&relay).await.unwrap();
    write.insert_category(&kept).await.unwrap();
    write.insert_room(&short).await.unwrap();
    write.insert_room(&long).await.unwrap();
    write.commit().await.unwrap();
    fill(&*store, short.id, 1, 5).await;
    fill(&*store, long.id, 6, 10).await;

    assert_eq!(store.expire(START.plus_seconds(4)).await.unwrap(), 3);
    assert_eq!(seqs(&history(&*store, short.id).await), [4, 5]);
    assert_eq!(store.first_seq(short.id).await.unwrap(), Seq(4));
    assert_eq!(store.expire(START.plus_seconds(1_000)).await.unwrap(), 2);
    assert_eq!(store.expire(START.plus_seconds(1_000)).await.unwrap(), 0);
    assert_eq!(history(&*store, short.id).await, []);
    assert_eq!(history(&*store, long.id).await.len(), 5);
    assert_eq!(head(&*store, short.id).await, Seq(5));
    let answers = store
        .append(&appends(vec![append(short.id, 11, "next")]))
        .await
        .unwrap();
    assert_eq!(answers, [stored(6)]);
    assert_eq!(store.first_seq(short.id).await.unwrap(), Seq(6));
}
