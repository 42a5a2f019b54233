//! One fault, one rule that tells of it.

use perch_history::{Entry, Event, Rule, What, check};
use uuid::Uuid;

use crate::simulation::{Chat, Step, person, room};

/// Client 0 and 3 are the first person's, 1 the second's, 2 the third's.
fn history() -> Vec<Event> {
    let mut chat = Chat::begin();
    for step in [
        Step::Post(0, 0),
        Step::Post(1, 0),
        Step::Deliver(0, 0),
        Step::Deliver(0, 0),
        Step::Deliver(1, 0),
        Step::Close(1),
        Step::Post(0, 0),
        Step::PostUnanswered(2, 0),
        Step::Connect(1),
        Step::Connect(2),
        Step::PostRefused(0, 0),
        Step::Remove(1, 0),
        Step::Post(0, 0),
        Step::Post(0, 0),
        Step::Deliver(0, 0),
        Step::Admit(1, 0),
        Step::Post(1, 0),
    ] {
        chat.step(step);
    }
    chat.end()
}

/// The rules that are broken once something was changed, which must change something.
#[track_caller]
fn broken(change: impl FnOnce(&mut Vec<Event>)) -> Vec<Rule> {
    let mut events = history();
    assert_eq!(check(&events), [], "the record is right before");
    change(&mut events);
    assert_ne!(events, history());
    let mut rules: Vec<_> = check(&events).iter().map(|found| found.rule).collect();
    rules.dedup();
    rules
}

fn position(events: &[Event], wanted: impl Fn(&What) -> bool) -> usize {
    let found = events.iter().position(|event| wanted(&event.what));
    found.expect("there is such an event")
}

/// Changes the log of the first room.
fn log(events: &mut [Event], change: impl FnOnce(&mut Vec<Entry>)) {
    let entries = events.iter().flat_map(|event| match &event.what {
        What::Log { room: id, entries } if *id == room(0) => entries.clone(),
        _ => Vec::new(),
    });
    let mut whole: Vec<_> = entries.collect();
    change(&mut whole);
    for event in events {
        if let What::Log { room: id, entries } = &mut event.what
            && *id == room(0)
        {
            *entries = std::mem::take(&mut whole);
        }
    }
}

fn stranger(seq: u64) -> Entry {
    Entry {
        seq,
        author: person(0),
        nonce: Uuid::from_u128(99_999),
        digest: 7,
    }
}

#[test]
fn an_incomplete_record_proves_nothing() {
    assert_eq!(
        broken(|events| events.truncate(events.len() - 1)),
        [Rule::Record]
    );
    let rules = broken(|events| {
        let settled = position(events, |what| *what == What::Settled {});
        events.remove(settled);
    });
    assert_eq!(rules, [Rule::Record]);
    let rules = broken(|events| {
        events.retain(|event| !matches!(event.what, What::Log { room: id, .. } if id == room(1)));
    });
    assert_eq!(rules.first(), Some(&Rule::Record));
    let rules = broken(|events| {
        let client = position(events, |what| {
            matches!(what, What::Client { client: 2, .. })
        });
        events.remove(client);
    });
    assert_eq!(rules.first(), Some(&Rule::Record));
}

#[test]
fn an_acknowledged_message_that_is_gone_is_found() {
    let rules = broken(|events| log(events, |log| log.truncate(log.len() - 1)));
    assert!(rules.contains(&Rule::Durability), "{rules:?}");
}

#[test]
fn an_acknowledgement_of_another_place_is_found() {
    let rules = broken(|events| {
        let posted = position(events, |what| matches!(what, What::Posted { .. }));
        if let What::Posted { seq, .. } = &mut events[posted].what {
            *seq += 1;
        }
    });
    assert_eq!(rules, [Rule::Durability]);
}

#[test]
fn a_history_that_begins_shorter_than_it_was_is_found() {
    let rules = broken(|events| {
        if let What::Room { head, .. } = &mut events[1].what {
            *head = 1_000;
        }
    });
    assert_eq!(rules, [Rule::Durability]);
}

#[test]
fn a_message_that_was_seen_and_is_gone_is_found() {
    let rules = broken(|events| {
        let settled = position(events, |what| *what == What::Settled {});
        let what = What::Saw {
            client: 0,
            room: room(1),
            entry: stranger(1),
        };
        let at = events[settled].at;
        events.insert(settled, Event { at, what });
    });
    assert!(rules.contains(&Rule::Durability), "{rules:?}");
}

#[test]
fn two_messages_seen_in_another_order_are_found() {
    let rules = broken(|events| {
        let mut seen = events.iter_mut().filter_map(|event| match &mut event.what {
            What::Saw {
                client: 0, entry, ..
            } => Some(entry),
            _ => None,
        });
        let (one, other) = (seen.next().unwrap(), seen.next().unwrap());
        std::mem::swap(one, other);
        std::mem::swap(&mut one.seq, &mut other.seq);
    });
    assert_eq!(rules, [Rule::Order]);
}

#[test]
fn a_hole_in_the_log_is_found() {
    let rules = broken(|events| log(events, |log| _ = log.remove(2)));
    assert!(rules.contains(&Rule::Gap), "{rules:?}");
}

#[test]
fn a_message_that_a_client_was_not_shown_is_found() {
    let rules = broken(|events| {
        let saw = position(events, |what| matches!(what, What::Saw { client: 0, .. }));
        events.remove(saw);
    });
    assert_eq!(rules, [Rule::Gap]);
}

#[test]
fn a_last_message_that_a_client_was_not_shown_is_found() {
    let rules = broken(|events| {
        let last = events
            .iter()
            .rposition(|event| matches!(event.what, What::Saw { client: 0, .. }));
        events.remove(last.unwrap());
    });
    assert_eq!(rules, [Rule::Loss]);
}

#[test]
fn a_client_that_never_came_back_is_found() {
    let rules = broken(|events| {
        let settled = position(events, |what| *what == What::Settled {});
        let at = events[settled].at;
        let what = What::Closed { client: 3 };
        events.insert(settled, Event { at, what });
    });
    assert_eq!(rules, [Rule::Loss]);
}

#[test]
fn a_message_that_is_stored_twice_is_found() {
    let rules = broken(|events| {
        log(events, |log| {
            let again = log[0];
            log.push(Entry {
                seq: log.len() as u64 + 1,
                ..again
            });
        });
    });
    assert!(rules.contains(&Rule::Duplicate), "{rules:?}");
}

#[test]
fn a_message_that_is_shown_twice_is_found() {
    let rules = broken(|events| {
        let saw = position(events, |what| matches!(what, What::Saw { client: 0, .. }));
        events.insert(saw, events[saw].clone());
    });
    assert_eq!(rules, [Rule::Duplicate]);
}

#[test]
fn a_repeated_post_with_another_result_is_found() {
    let rules = broken(|events| {
        let again = events
            .iter()
            .rposition(|event| matches!(event.what, What::Posted { client: 2, .. }));
        let mut event = events[again.unwrap()].clone();
        if let What::Posted { seq, .. } = &mut event.what {
            *seq -= 1;
        }
        events.insert(again.unwrap(), event);
    });
    assert!(rules.contains(&Rule::Duplicate), "{rules:?}");
}

#[test]
fn a_message_that_nobody_posted_is_found() {
    let rules = broken(|events| {
        log(events, |log| {
            let last = log.len() as u64;
            log.push(stranger(last + 1));
        });
    });
    assert!(rules.contains(&Rule::Invention), "{rules:?}");
}

#[test]
fn a_message_that_was_refused_and_stored_is_found() {
    let rules = broken(|events| {
        let refused = events.iter().find_map(|event| match event.what {
            What::Refused { nonce, .. } => Some(nonce),
            _ => None,
        });
        let digest = events.iter().find_map(|event| match event.what {
            What::Post { nonce, digest, .. } if Some(nonce) == refused => Some(digest),
            _ => None,
        });
        log(events, |log| {
            log.push(Entry {
                seq: log.len() as u64 + 1,
                author: person(0),
                nonce: refused.unwrap(),
                digest: digest.unwrap(),
            });
        });
    });
    assert!(rules.contains(&Rule::Invention), "{rules:?}");
}

#[test]
fn a_text_that_is_not_what_was_posted_is_found() {
    let rules = broken(|events| log(events, |log| log[0].digest += 1));
    assert!(rules.contains(&Rule::Invention), "{rules:?}");
}

#[test]
fn a_resume_that_leaves_out_or_adds_is_found() {
    for add in [true, false] {
        let rules = broken(|events| {
            let resumed = position(
                events,
                |what| matches!(what, What::Joined { client: 1, messages, .. } if messages.len() == 3),
            );
            if let What::Joined { messages, .. } = &mut events[resumed].what {
                if add {
                    messages.insert(0, messages[0]);
                } else {
                    messages.remove(0);
                }
            }
        });
        assert_eq!(rules, [Rule::Resume]);
    }
}

#[test]
fn a_needless_reload_is_found() {
    let rules = broken(|events| {
        let resumed = position(
            events,
            |what| matches!(what, What::Joined { client: 1, messages, .. } if messages.len() == 3),
        );
        if let What::Joined { reload, .. } = &mut events[resumed].what {
            *reload = true;
        }
    });
    assert_eq!(rules, [Rule::Resume]);
}

/// The removal of the second person was acknowledged, and the next message posted and stored.
fn after_the_removal(events: &[Event]) -> (usize, Entry) {
    let changed = position(events, |what| *what == What::Changed { change: 0 });
    let posted = changed
        + position(&events[changed..], |what| {
            matches!(what, What::Posted { .. })
        });
    let entry = events
        .iter()
        .find_map(|event| match (&event.what, &events[posted].what) {
            (What::Saw { entry, .. }, What::Posted { nonce, .. }) if entry.nonce == *nonce => {
                Some(*entry)
            }
            _ => None,
        });
    (posted + 1, entry.unwrap())
}

#[test]
fn a_message_that_is_shown_after_the_removal_was_acknowledged_is_found() {
    let rules = broken(|events| {
        // The client is not told either, so that only its right is at stake.
        events.retain(|event| !matches!(event.what, What::Removed { .. }));
        let (index, entry) = after_the_removal(events);
        let at = events[index].at;
        let what = What::Saw {
            client: 1,
            room: room(0),
            entry,
        };
        events.insert(index, Event { at, what });
    });
    assert_eq!(rules, [Rule::Permission]);
}

#[test]
fn a_join_after_the_removal_was_acknowledged_is_found() {
    let rules = broken(|events| {
        let (index, entry) = after_the_removal(events);
        let at = events[index].at;
        let join = What::Join {
            client: 1,
            room: room(0),
            after: None,
        };
        let joined = What::Joined {
            client: 1,
            room: room(0),
            asked: true,
            messages: vec![entry],
            head: entry.seq,
            reload: false,
        };
        events.splice(index..index, [join, joined].map(|what| Event { at, what }));
    });
    assert_eq!(rules.first(), Some(&Rule::Permission));
}

#[test]
fn a_post_after_the_removal_was_acknowledged_is_found() {
    let rules = broken(|events| {
        // The post that the second person makes once admitted again, but it never was.
        events.retain(|event| {
            !matches!(
                event.what,
                What::Change { change: 1, .. } | What::Changed { change: 1 }
            )
        });
    });
    assert!(rules.contains(&Rule::Permission), "{rules:?}");
}

#[test]
fn a_client_that_is_never_told_of_its_removal_is_found() {
    let rules = broken(|events| {
        let settled = position(events, |what| *what == What::Settled {});
        let at = events[settled].at;
        let change = What::Change {
            change: 2,
            room: room(0),
            person: person(2),
            allowed: false,
        };
        let changed = What::Changed { change: 2 };
        events.splice(
            settled..settled,
            [change, changed].map(|what| Event { at: at - 1, what }),
        );
    });
    assert_eq!(rules, [Rule::Permission]);
}

#[test]
fn what_is_withheld_from_a_member_is_found() {
    for what in [
        What::Removed {
            client: 3,
            room: room(0),
        },
        What::NotJoined {
            client: 3,
            room: room(0),
        },
    ] {
        let rules = broken(|events| {
            let posted = position(events, |what| matches!(what, What::Posted { .. }));
            let at = events[posted].at;
            events.insert(posted, Event { at, what });
        });
        assert_eq!(rules.first(), Some(&Rule::Permission), "{rules:?}");
    }
}

/// Somebody was removed and let in again while a client had not read what came before.
#[test]
fn what_is_read_late_is_not_held_against_the_server() {
    let mut events = history();
    let removed = position(&events, |what| {
        matches!(what, What::Removed { client: 1, .. })
    });
    let Event { what: told, .. } = events.remove(removed);
    let caught_up = What::Joined {
        client: 1,
        room: room(0),
        asked: false,
        messages: Vec::new(),
        head: 4,
        reload: false,
    };
    let admitted = position(&events, |what| *what == What::Changed { change: 1 });
    let at = events[admitted].at;
    events.splice(
        admitted..admitted,
        [caught_up, told].map(|what| Event { at, what }),
    );
    assert_eq!(check(&events), []);
}
