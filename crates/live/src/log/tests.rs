//! Cursors on a log.

use perch_domain::CredentialId;
use uuid::Uuid;

use super::*;

fn log() -> Arc<RoomLog> {
    RoomLog::new(RoomId(Uuid::nil()), Seq(7))
}

fn subscriber() -> Arc<Subscriber> {
    Subscriber::new(PrincipalId(Uuid::nil()), CredentialId(Uuid::nil()))
}

fn frame(n: u64) -> Frame {
    Frame::encode(&ServerFrame::Pong { id: n })
}

fn person(n: u128) -> (PrincipalId, Participant) {
    let id = Uuid::from_u128(n);
    let participant = Participant {
        id,
        address: format!("sip:p{n}@contoso.example"),
        display_name: format!("Person {n:03}"),
        manager: false,
        presenter: false,
    };
    (PrincipalId(id), participant)
}

#[test]
fn a_subscriber_gets_what_comes_after_it_subscribed_and_nothing_twice() {
    let log = log();
    log.publish_message(Seq(8), frame(8));
    let reader = subscriber();
    let (subscription, head) = log.subscribe(&reader);
    assert_eq!(head, Seq(8));
    log.publish_message(Seq(9), frame(9));
    log.publish_message(Seq(10), frame(10));
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
    for seq in 8..8 + 2 * RING_FRAMES_MAX as u64 {
        log.publish_message(Seq(seq), frame(seq));
    }
    assert_eq!(log.state().ring.len(), RING_FRAMES_MAX);
    assert_eq!(
        log.read(&subscription, 10, &mut Vec::new()),
        Read::Behind { after: Seq(7) }
    );
    assert_eq!(log.catch_up(&subscription), log.head());
    assert_eq!(log.read(&subscription, 10, &mut Vec::new()), Read::Current);
}

#[test]
fn a_message_that_was_stored_and_never_published_is_caught_up_from_the_store() {
    let log = log();
    let (subscription, _) = log.subscribe(&subscriber());
    log.publish_message(Seq(10), frame(10));
    let behind = Read::Behind { after: Seq(7) };
    assert_eq!(log.read(&subscription, 10, &mut Vec::new()), behind);
    assert_eq!(log.catch_up(&subscription), Seq(10));
    log.found_stored(Seq(10));
    assert_eq!(log.read(&subscription, 10, &mut Vec::new()), Read::Current);
    log.found_stored(Seq(11));
    let behind = Read::Behind { after: Seq(10) };
    assert_eq!(log.read(&subscription, 10, &mut Vec::new()), behind);
}

#[test]
fn a_ring_of_long_stories_is_bounded_in_bytes() {
    let log = log();
    for seq in 8..40 {
        log.publish_message(Seq(seq), Frame(vec![b' '; 100_000].into()));
    }
    assert!(log.state().ring_bytes <= RING_BYTES_MAX);
}

#[test]
fn a_person_is_present_until_the_last_connection_closes() {
    let log = log();
    let (id, participant) = person(1);
    log.arrive(id, &participant);
    log.arrive(id, &participant);
    log.depart(id);
    assert_eq!(log.participant_count(), 1);
    log.depart(id);
    assert_eq!(log.participant_count(), 0);
}

#[test]
fn a_room_is_large_above_the_limit_until_below_four_fifths_of_it() {
    let log = log();
    let everybody: Vec<_> = (0..=PARTICIPANT_UPDATE_LIMIT as u128).map(person).collect();
    for (id, participant) in &everybody {
        assert!(log.roster().is_some());
        log.arrive(*id, participant);
    }
    assert!(log.roster().is_none());
    let end = log.state().end;
    let (id, participant) = person(1_000);
    log.arrive(id, &participant);
    log.depart(id);
    assert_eq!(log.state().end, end, "nobody is told who comes and goes");
    let mut leaving = everybody.iter();
    while log.participant_count() >= 60 {
        assert!(log.roster().is_none());
        log.depart(leaving.next().unwrap().0);
    }
    assert!(log.roster().is_some());
}

#[test]
fn a_change_of_access_is_noticed_once() {
    let log = log();
    let reader = subscriber();
    let (subscription, _) = log.subscribe(&reader);
    assert!(!subscription.access_changed());
    log.access_changed();
    assert_eq!(reader.take_ready().len(), 1);
    assert!(subscription.access_changed());
    assert!(!subscription.access_changed());
}
