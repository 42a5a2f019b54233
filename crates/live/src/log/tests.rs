//! The log of a room.

use super::*;
use std::time::Duration;

use uuid::Uuid;

use perch_domain::CredentialId;
use perch_domain::limits::PARTICIPANT_UPDATE_LIMIT;

fn log() -> Arc<RoomLog> {
    RoomLog::new(RoomId(Uuid::nil()), Seq(7))
}

fn subscriber() -> Arc<Subscriber> {
    Subscriber::new(
        PrincipalId(Uuid::nil()),
        CredentialId(Uuid::nil()),
        Arc::default(),
        None,
    )
}

fn frame(n: u64) -> Frame {
    Frame::encode(&ServerFrame::Pong { id: n })
}

fn person(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(n))
}

fn who(n: u128) -> Option<Participant> {
    Some(Participant {
        id: Uuid::from_u128(n),
        address: format!("sip:{n}@contoso.example"),
        display_name: n.to_string(),
        manager: false,
        presenter: false,
    })
}

#[test]
fn a_subscriber_gets_what_comes_after_it_subscribed_and_nothing_twice() {
    let log = log();
    log.publish_message(Seq(8), frame(8), None);
    let reader = subscriber();
    let (subscription, head) = log.subscribe(&reader);
    assert_eq!(head, Seq(8));
    log.publish_message(Seq(9), frame(9), None);
    log.publish_message(Seq(10), frame(10), None);
    assert_eq!(reader.take_ready().len(), 1, "one wake for whatever waits");
    let mut frames = Vec::new();
    assert_eq!(log.read(&subscription, 1, &mut frames), Read::More);
    assert_eq!(log.read(&subscription, 10, &mut frames), Read::Current);
    assert_eq!(frames, [frame(9), frame(10)]);
    assert_eq!(log.read(&subscription, 10, &mut frames), Read::Current);
    assert_eq!(frames.len(), 2);
}

#[test]
fn a_slow_subscriber_is_told_where_to_catch_up_and_the_ring_stays_bounded() {
    let log = log();
    let (subscription, _) = log.subscribe(&subscriber());
    for seq in 8..8 + 2 * ring::FRAMES_MAX as u64 {
        log.publish_message(Seq(seq), frame(seq), None);
    }
    assert_eq!(log.state().ring.size().0, ring::FRAMES_MAX);
    assert_eq!(
        log.read(&subscription, 10, &mut Vec::new()),
        Read::Behind { after: Seq(7) }
    );
    assert_eq!(log.catch_up(&subscription), log.head());
    assert_eq!(log.read(&subscription, 10, &mut Vec::new()), Read::Current);
}

#[test]
fn a_ring_of_long_stories_is_bounded_in_bytes() {
    let log = log();
    let (_slow, _) = log.subscribe(&subscriber());
    let story = Frame::encode(&ServerFrame::Goodbye {
        code: "x".repeat(100_000),
        retry_after_ms: 0,
    });
    for seq in 8..40 {
        log.publish_message(Seq(seq), story.clone(), None);
    }
    let (_, bytes) = log.state().ring.size();
    assert!(
        bytes <= ring::BYTES_MAX && bytes > ring::BYTES_MAX / 2,
        "{bytes}"
    );
}

#[test]
fn the_ring_lets_go_of_what_all_have_read_or_left() {
    let log = log();
    let left = || log.state().ring.size().0;
    log.publish(frame(1));
    assert_eq!(left(), 0, "nobody is there to read it");
    let (quick, _) = log.subscribe(&subscriber());
    let (slow, _) = log.subscribe(&subscriber());
    let (gone, _) = log.subscribe(&subscriber());
    for n in 0..4 {
        log.publish(frame(n));
    }
    let (late, _) = log.subscribe(&subscriber());
    assert_eq!(log.read(&quick, 10, &mut Vec::new()), Read::Current);
    assert_eq!(log.read(&slow, 1, &mut Vec::new()), Read::More);
    assert_eq!(left(), 4);
    log.unsubscribe(&gone);
    assert_eq!(left(), 3, "the first is read by all who are left");
    assert_eq!(log.catch_up(&slow), Seq(7));
    assert_eq!(left(), 0);
    log.publish(frame(5));
    for reader in [&quick, &slow, &late] {
        let mut frames = Vec::new();
        assert_eq!(log.read(reader, 10, &mut frames), Read::Current);
        assert_eq!(frames, [frame(5)]);
    }
    assert_eq!(log.state().ring.size(), (0, 0));
}

#[test]
fn a_message_that_comes_too_early_waits_and_its_author_with_it() {
    let log = log();
    let reader = subscriber();
    let (subscription, _) = log.subscribe(&reader);
    let acknowledged = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = Arc::clone(&acknowledged);
    log.publish_message(
        Seq(9),
        frame(9),
        Some(Box::new(move || seen.store(true, Ordering::Relaxed))),
    );
    assert!(log.has_gap());
    assert_eq!(log.head(), Seq(7), "nothing is seen out of order");
    assert!(!acknowledged.load(Ordering::Relaxed));
    log.publish_from_elsewhere(Seq(8), frame(8));
    log.publish_from_elsewhere(Seq(8), frame(8));
    assert!(acknowledged.load(Ordering::Relaxed));
    assert!(!log.has_gap());
    let mut frames = Vec::new();
    assert_eq!(log.read(&subscription, 10, &mut frames), Read::Current);
    assert_eq!(frames, [frame(8), frame(9)], "in order, and nothing twice");
}

#[test]
fn what_the_store_does_not_have_is_waited_for_no_longer() {
    let log = log();
    log.publish_from_elsewhere(Seq(10), frame(10));
    log.publish_from_elsewhere(Seq(12), frame(12));
    log.skip_to(Seq(9));
    assert_eq!(log.head(), Seq(10));
    log.skip_to(Seq(8));
    assert_eq!(log.head(), Seq(10), "never back");
    assert!(log.has_gap());
}

#[test]
fn nobody_is_told_who_comes_and_goes_in_a_large_room() {
    let log = log();
    let (watching, _) = log.subscribe(&subscriber());
    for n in 0..=PARTICIPANT_UPDATE_LIMIT as u128 {
        assert!(log.watch(&watching).1.is_some());
        assert!(log.arrive(person(n), who(n)));
    }
    let count = PARTICIPANT_UPDATE_LIMIT as u64 + 1;
    assert_eq!(log.watch(&watching), (count, None));
    let told = log.state().presence.end();
    log.arrive(person(1_000), None);
    log.depart(person(1_000));
    assert_eq!(log.state().presence.end(), told);
}

#[test]
fn who_comes_and_goes_is_told_to_those_who_watch_and_to_nobody_else() {
    let log = log();
    let [watcher, other] = [subscriber(), subscriber()];
    let (watching, _) = log.subscribe(&watcher);
    let (not_watching, _) = log.subscribe(&other);
    log.arrive(person(1), None);
    assert_eq!(log.watch(&watching), (1, Some(vec![person(1)])));
    assert!(log.is_watched());
    log.arrive(person(2), who(2));
    log.publish_message(Seq(8), frame(8), None);
    let read = |subscription| {
        let mut frames = Vec::new();
        assert_eq!(log.read(subscription, 10, &mut frames), Read::Current);
        frames.len()
    };
    assert_eq!((read(&watching), read(&not_watching)), (2, 1));
    assert_eq!(log.state().presence.size().0, 0, "all who watch have it");
    log.depart(person(1));
    log.unwatch(&watching);
    assert!(!log.is_watched());
    log.arrive(person(1), None);
    assert_eq!((read(&watching), log.state().presence.size().0), (0, 0));
}

#[test]
fn who_watches_too_slowly_is_told_anew_who_is_there() {
    let log = log();
    let (watching, _) = log.subscribe(&subscriber());
    assert_eq!(log.watch(&watching).0, 0);
    for _ in 0..ring::FRAMES_MAX {
        log.arrive(person(1), who(1));
        log.depart(person(1));
    }
    log.arrive(person(1), who(1));
    let behind = Read::Behind { after: Seq(7) };
    assert_eq!(log.read(&watching, 10, &mut Vec::new()), behind);
    assert_eq!(log.catch_up(&watching), Seq(7));
    assert_eq!(log.watch(&watching), (1, Some(vec![person(1)])));
    assert_eq!(log.read(&watching, 10, &mut Vec::new()), Read::Current);
}

#[test]
fn who_began_to_watch_while_somebody_came_is_told_anew_who_is_there() {
    let log = log();
    let reader = subscriber();
    let (watching, _) = log.subscribe(&reader);
    assert!(!log.is_watched());
    assert_eq!(log.watch(&watching).0, 0);
    log.arrive(person(1), None);
    log.arrive(person(2), who(2));
    let behind = Read::Behind { after: Seq(7) };
    assert_eq!(log.read(&watching, 10, &mut Vec::new()), behind);
    assert_eq!(log.catch_up(&watching), Seq(7));
    assert_eq!(log.watch(&watching).0, 2);
    assert_eq!(log.read(&watching, 10, &mut Vec::new()), Read::Current);
    assert_eq!(log.state().presence.size().0, 0);
}

#[test]
fn who_watched_and_left_leaves_nothing_behind() {
    let log = log();
    let (watching, _) = log.subscribe(&subscriber());
    assert_eq!(log.watch(&watching).0, 0);
    log.arrive(person(1), who(1));
    log.unsubscribe(&watching);
    assert_eq!(log.state().presence.size().0, 0);
    assert_eq!(log.watch(&watching).0, 1);
    assert_eq!(log.state().watching, 0, "it has ended");
}

#[tokio::test]
async fn who_came_is_told_a_moment_later_or_with_the_next_message() {
    let log = log();
    let people = crate::People::start();
    let reader = people.enter(person(1), CredentialId(Uuid::nil()), None);
    let (subscription, _) = log.subscribe(&reader);
    assert_eq!(log.watch(&subscription).0, 0);
    let begun = std::time::Instant::now();
    let arrive = |n| log.arrive(person(n), who(n));

    arrive(2);
    reader.woken().await;
    assert!(begun.elapsed() >= Duration::from_millis(100));
    let mut frames = Vec::new();
    assert_eq!(reader.take_ready().len(), 1);
    assert_eq!(log.read(&subscription, 10, &mut frames), Read::Current);

    arrive(3);
    log.publish_message(Seq(8), frame(8), None);
    let woken = tokio::time::timeout(Duration::ZERO, reader.woken()).await;
    assert!(woken.is_ok(), "a message does not wait");
    assert_eq!(reader.take_ready().len(), 1);
    assert_eq!(log.read(&subscription, 10, &mut frames), Read::Current);
    assert_eq!(frames.len(), 3);
    assert_eq!(frames[2], frame(8));
}
