//! Any right record passes; any right record with any one fault does not.

use perch_history::{Entry, Event, What, check};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use crate::simulation::{CLIENTS, Chat, PEOPLE, ROOMS, Step};

/// Clients of the first person, who is never removed: what only they know is always told in the end.
const FIRST: [usize; 2] = [0, 3];

fn step() -> impl Strategy<Value = Step> {
    let (clients, people, rooms) = (0..CLIENTS, 1..PEOPLE, 0..ROOMS);
    let first = prop::sample::select(&FIRST[..]);
    prop_oneof![
        6 => (clients.clone(), rooms.clone()).prop_map(|(client, room)| Step::Post(client, room)),
        2 => (first, rooms.clone()).prop_map(|(client, room)| Step::PostUnanswered(client, room)),
        1 => (clients.clone(), rooms.clone()).prop_map(|(client, room)| Step::PostRefused(client, room)),
        9 => (clients.clone(), rooms.clone()).prop_map(|(client, room)| Step::Deliver(client, room)),
        1 => (clients.clone(), rooms.clone()).prop_map(|(client, room)| Step::FallBehind(client, room)),
        1 => clients.clone().prop_map(Step::Close),
        3 => clients.prop_map(Step::Connect),
        1 => (people.clone(), rooms.clone()).prop_map(|(person, room)| Step::Remove(person, room)),
        2 => (people, rooms).prop_map(|(person, room)| Step::Admit(person, room)),
    ]
}

fn history() -> impl Strategy<Value = Vec<Event>> {
    vec(step(), 0..120).prop_map(|steps| {
        let mut chat = Chat::begin();
        for step in steps {
            chat.step(step);
        }
        chat.end()
    })
}

/// What somebody who makes mistakes may do to a record.
#[derive(Clone, Copy, Debug)]
enum Fault {
    LoseFromLog,
    StoreTwice,
    Invent,
    SwapInLog,
    ChangeText,
    AcknowledgeElsewhere,
    NotShow,
    ShowTwice,
    ShowAnother,
    LeaveOutOfJoin,
    NeverAdmit,
    ForgetTheEnd,
}

const FAULTS: [Fault; 12] = [
    Fault::LoseFromLog,
    Fault::StoreTwice,
    Fault::Invent,
    Fault::SwapInLog,
    Fault::ChangeText,
    Fault::AcknowledgeElsewhere,
    Fault::NotShow,
    Fault::ShowTwice,
    Fault::ShowAnother,
    Fault::LeaveOutOfJoin,
    Fault::NeverAdmit,
    Fault::ForgetTheEnd,
];

/// The position of one of the events that are as wanted.
fn choose(events: &[Event], index: Index, wanted: impl Fn(&What) -> bool) -> Option<usize> {
    let found = events.iter().enumerate();
    let found: Vec<_> = found
        .filter_map(|(position, event)| wanted(&event.what).then_some(position))
        .collect();
    (!found.is_empty()).then(|| *index.get(&found))
}

/// Changes the entries of one page of a log that has some.
fn in_log(
    events: &mut [Event],
    index: Index,
    least: usize,
    change: impl FnOnce(&mut Vec<Entry>),
) -> bool {
    let found = choose(
        events,
        index,
        |what| matches!(what, What::Log { entries, .. } if entries.len() >= least),
    );
    let Some(What::Log { entries, .. }) = found.map(|found| &mut events[found].what) else {
        return false;
    };
    change(entries);
    true
}

/// Breaks a record in one way; false when it has nothing that could be broken so.
fn break_it(events: &mut Vec<Event>, fault: Fault, index: Index) -> bool {
    match fault {
        Fault::LoseFromLog => in_log(events, index, 1, |entries| {
            entries.truncate(index.index(entries.len()))
        }),
        Fault::StoreTwice => in_log(events, index, 1, |entries| {
            let again = *index.get(entries);
            entries.push(again);
        }),
        Fault::Invent => in_log(events, index, 1, |entries| {
            index.get_mut(entries).nonce = Uuid::from_u128(1 << 100)
        }),
        Fault::SwapInLog => in_log(events, index, 2, |entries| {
            let second = 1 + index.index(entries.len() - 1);
            entries.swap(second - 1, second);
            let seq = entries[second].seq;
            entries[second].seq = entries[second - 1].seq;
            entries[second - 1].seq = seq;
        }),
        Fault::ChangeText => in_log(events, index, 1, |entries| {
            index.get_mut(entries).digest += 1
        }),
        Fault::AcknowledgeElsewhere => {
            let found = choose(events, index, |what| matches!(what, What::Posted { .. }));
            let Some(What::Posted { seq, .. }) = found.map(|found| &mut events[found].what) else {
                return false;
            };
            *seq += 1;
            true
        }
        Fault::NotShow | Fault::ShowTwice | Fault::ShowAnother => {
            let Some(found) = choose(events, index, |what| matches!(what, What::Saw { .. })) else {
                return false;
            };
            match fault {
                Fault::NotShow => return not_shown(events, found),
                Fault::ShowTwice => events.insert(found, events[found].clone()),
                _ => {
                    if let What::Saw { entry, .. } = &mut events[found].what {
                        entry.nonce = Uuid::from_u128(1 << 100);
                    }
                }
            }
            true
        }
        Fault::LeaveOutOfJoin => {
            let found = choose(
                events,
                index,
                |what| matches!(what, What::Joined { messages, .. } if messages.len() > 1),
            );
            let Some(What::Joined { messages, .. }) = found.map(|found| &mut events[found].what)
            else {
                return false;
            };
            messages.remove(1 + index.index(messages.len() - 1));
            true
        }
        // Whoever was admitted is there at the end.
        Fault::NeverAdmit => {
            let admitted = events
                .iter()
                .rposition(|event| matches!(event.what, What::Change { .. }));
            let Some(found) = admitted
                .filter(|found| matches!(events[*found].what, What::Change { allowed: true, .. }))
            else {
                return false;
            };
            events.drain(found..found + 2);
            true
        }
        Fault::ForgetTheEnd => {
            events.pop();
            true
        }
    }
}

/// A message that is not shown is missed, unless the client disconnects before the next one, or is removed: then it may have
/// been on its way.
fn not_shown(events: &mut Vec<Event>, found: usize) -> bool {
    let What::Saw { client, room, .. } = events[found].what else {
        return false;
    };
    let next = events[found + 1..].iter().find(|event| match event.what {
        What::Saw {
            client: who,
            room: place,
            ..
        }
        | What::Removed {
            client: who,
            room: place,
        } => (who, place) == (client, room),
        What::Closed { client: who } => who == client,
        What::Joined {
            client: who,
            room: place,
            ..
        } => (who, place) == (client, room),
        _ => false,
    });
    let missed = next.is_none_or(|event| matches!(event.what, What::Saw { .. }));
    if missed {
        events.remove(found);
    }
    missed
}

proptest! {
    #[test]
    fn a_right_record_passes(events in history()) {
        prop_assert_eq!(check(&events), []);
    }

    #[test]
    fn a_record_with_one_fault_does_not(mut events in history(), fault in prop::sample::select(&FAULTS[..]), index: Index) {
        prop_assume!(break_it(&mut events, fault, index));
        prop_assert_ne!(check(&events), []);
    }
}
