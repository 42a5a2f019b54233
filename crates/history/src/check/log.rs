//! The final log, and what acknowledgements and refusals said of it.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Facts, Room};
use crate::violation::Violations;
use crate::{Event, Rule, What};

pub(super) fn check(facts: &Facts, events: &[Event], violations: &mut Violations) {
    for (id, room) in &facts.rooms {
        places(*id, room, violations);
        contents(*id, room, facts, violations);
    }
    acknowledgements(facts, events, violations);
}

/// 1, 2, 3 …, and nothing that was there is gone.
fn places(id: Uuid, room: &Room, violations: &mut Violations) {
    for (entry, expected) in room.log.iter().flatten().zip(1..) {
        if entry.seq != expected {
            let sentence = format!(
                "The log of room {id} has message {} where {expected} should be.",
                entry.seq
            );
            violations.add(Rule::Gap, sentence);
            return;
        }
    }
    if room.log.is_some() && room.last() < room.head {
        let sentence = format!(
            "Room {id} had {} messages at the beginning, and has {} at the end.",
            room.head,
            room.last()
        );
        violations.add(Rule::Durability, sentence);
    }
}

/// Each message once, and each was posted as it stands there.
fn contents(id: Uuid, room: &Room, facts: &Facts, violations: &mut Violations) {
    let mut places = HashMap::new();
    for entry in room.log.iter().flatten() {
        if let Some(first) = places.insert((entry.author, entry.nonce), entry.seq) {
            let sentence = format!(
                "Message {} of room {id} is there again as {first}: nonce {} of {}.",
                entry.seq, entry.nonce, entry.author
            );
            violations.add(Rule::Duplicate, sentence);
        }
        if entry.seq <= room.head {
            continue;
        }
        let why = match facts.post(entry.author, entry.nonce) {
            None => "nobody posted it",
            Some(post) if post.room != id => "it was posted in another room",
            Some(post) if post.digest != entry.digest => "it was posted with another text",
            Some(post) if post.in_vain == post.attempts => {
                "its author was told that it is not stored"
            }
            Some(_) => continue,
        };
        let sentence = format!(
            "Message {} of room {id} is in the log, but {why}: nonce {} of {}.",
            entry.seq, entry.nonce, entry.author
        );
        violations.add(Rule::Invention, sentence);
    }
}

/// What was acknowledged is where it was said to be; all acknowledgements of one message say the same.
fn acknowledgements(facts: &Facts, events: &[Event], violations: &mut Violations) {
    let mut acknowledged = HashMap::new();
    for event in events {
        let What::Posted {
            client,
            room: id,
            nonce,
            seq,
        } = &event.what
        else {
            continue;
        };
        let author = facts.person(*client);
        let first = *acknowledged.entry((author, *nonce)).or_insert(*seq);
        if first != *seq {
            let sentence = format!(
                "Nonce {nonce} of {author} in room {id} was acknowledged as message {first} and as message {seq}."
            );
            violations.add(Rule::Duplicate, sentence);
            continue;
        }
        let stored = facts.room(*id).and_then(|room| room.at(*seq));
        if stored.is_none_or(|entry| (entry.author, entry.nonce) != (author, *nonce)) {
            let sentence = format!(
                "Message {seq} of room {id} was acknowledged to client {client}, and is not in the log: nonce {nonce}."
            );
            violations.add(Rule::Durability, sentence);
        }
        let posted = facts
            .post(author, *nonce)
            .map_or(event.at, |post| post.first_at);
        if facts.denied(*id, author, posted, event.at) {
            let sentence = format!(
                "Client {client} posted message {seq} in room {id} after its person had been removed."
            );
            violations.add(Rule::Permission, sentence);
        }
    }
}
