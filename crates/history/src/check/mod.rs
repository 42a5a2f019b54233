//! The proof. [`Facts`] are what the record says as a whole; each file here holds rules over them.

mod access;
mod log;
mod view;

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use self::access::Access;
use crate::violation::Violations;
use crate::{Entry, Event, Outcome, Rule, Violation, What};

/// Everything that is wrong with a record; nothing when it is right.
#[must_use]
pub fn check(events: &[Event]) -> Vec<Violation> {
    let mut violations = Violations::default();
    let facts = Facts::gather(events, &mut violations);
    log::check(&facts, events, &mut violations);
    view::check(&facts, events, &mut violations);
    violations.0
}

/// What the record says as a whole.
#[derive(Debug, Default)]
struct Facts {
    resume_max: u64,
    clients: HashMap<u32, Uuid>,
    rooms: BTreeMap<Uuid, Room>,
    posts: HashMap<(Uuid, Uuid), Post>,
    /// Which event says that everybody was given the time to see everything.
    settled: Option<usize>,
}

#[derive(Debug, Default)]
struct Room {
    head: u64,
    access: HashMap<Uuid, Access>,
    /// As it was read at the end.
    log: Option<Vec<Entry>>,
}

/// All attempts to post one message.
#[derive(Debug)]
struct Post {
    room: Uuid,
    digest: u64,
    /// When it was sent first: it cannot have been stored before.
    first_at: u64,
    attempts: u32,
    /// Attempts after which it is certain that nothing is stored.
    in_vain: u32,
}

impl Room {
    fn access(&mut self, person: Uuid) -> &mut Access {
        self.access.entry(person).or_default()
    }

    /// What the final log has at a place.
    fn at(&self, seq: u64) -> Option<&Entry> {
        let log = self.log.as_deref()?;
        let index = log.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        log.get(index)
    }

    fn last(&self) -> u64 {
        let log = self.log.as_deref().unwrap_or_default();
        log.last().map_or(0, |entry| entry.seq)
    }
}

impl Facts {
    fn gather(events: &[Event], violations: &mut Violations) -> Self {
        let mut facts = Self::default();
        let mut changes: HashMap<u32, (Uuid, Uuid)> = HashMap::new();
        let (mut began, mut ended) = (false, false);
        for (index, Event { at, what }) in events.iter().enumerate() {
            match what {
                What::Began { resume_max } => {
                    began = true;
                    facts.resume_max = *resume_max;
                }
                What::Room {
                    room,
                    head,
                    members,
                } => {
                    let room = facts.rooms.entry(*room).or_default();
                    room.head = *head;
                    for member in members {
                        room.access(*member).change(true, 0, Some(0));
                    }
                }
                What::Client { client, person } => {
                    facts.clients.insert(*client, *person);
                }
                What::Post {
                    client,
                    room,
                    nonce,
                    digest,
                } => {
                    let post = facts.posts.entry((facts.person(*client), *nonce));
                    let post = post.or_insert(Post {
                        room: *room,
                        digest: *digest,
                        first_at: *at,
                        attempts: 0,
                        in_vain: 0,
                    });
                    post.attempts += 1;
                }
                What::Refused {
                    client,
                    nonce,
                    outcome: Outcome::Denied | Outcome::NotStored,
                    ..
                } => {
                    let author = facts.person(*client);
                    if let Some(post) = facts.posts.get_mut(&(author, *nonce)) {
                        post.in_vain += 1;
                    }
                }
                What::Change {
                    change,
                    room,
                    person,
                    allowed,
                } => {
                    changes.insert(*change, (*room, *person));
                    let room = facts.rooms.entry(*room).or_default();
                    room.access(*person).change(*allowed, *at, None);
                }
                What::Changed { change } => {
                    if let Some((room, person)) = changes.get(change) {
                        let room = facts.rooms.entry(*room).or_default();
                        room.access(*person).acknowledged(*at);
                    }
                }
                What::Log { room, entries } => {
                    let room = facts.rooms.entry(*room).or_default();
                    room.log.get_or_insert_default().extend(entries);
                }
                What::Settled {} => facts.settled = Some(index),
                What::Ended {} => ended = true,
                What::Join { .. }
                | What::Joined { .. }
                | What::NotJoined { .. }
                | What::Saw { .. }
                | What::Removed { .. }
                | What::Closed { .. }
                | What::Posted { .. }
                | What::Refused { .. } => {}
            }
            if let Some(client) = what.client()
                && !facts.clients.contains_key(&client)
            {
                let sentence = format!("The record does not say whose client {client} is.");
                violations.add(Rule::Record, sentence);
                facts.clients.insert(client, Uuid::nil());
            }
        }
        if !began || !ended || facts.settled.is_none() {
            let sentence = "The record is not complete; it proves nothing.".to_owned();
            violations.add(Rule::Record, sentence);
        }
        for (id, room) in &facts.rooms {
            if room.log.is_none() {
                let sentence = format!("The record does not have the final log of room {id}.");
                violations.add(Rule::Record, sentence);
            }
        }
        facts
    }

    fn person(&self, client: u32) -> Uuid {
        self.clients.get(&client).copied().unwrap_or_default()
    }

    fn room(&self, room: Uuid) -> Option<&Room> {
        self.rooms.get(&room)
    }

    fn post(&self, author: Uuid, nonce: Uuid) -> Option<&Post> {
        self.posts.get(&(author, nonce))
    }

    /// Whether a person certainly could not be in a room at any moment of an interval.
    fn denied(&self, room: Uuid, person: Uuid, from: u64, to: u64) -> bool {
        self.room(room)
            .and_then(|room| room.access.get(&person))
            .is_none_or(|access| access.denied(from, to))
    }

    /// Whether a person certainly could be in a room at every moment of an interval.
    fn allowed(&self, room: Uuid, person: Uuid, from: u64, to: u64) -> bool {
        self.room(room)
            .and_then(|room| room.access.get(&person))
            .is_some_and(|access| access.allowed(from, to))
    }
}

impl What {
    /// Whose event it is, if a client's; the introduction of the client is not.
    const fn client(&self) -> Option<u32> {
        match self {
            Self::Join { client, .. }
            | Self::Joined { client, .. }
            | Self::NotJoined { client, .. }
            | Self::Saw { client, .. }
            | Self::Removed { client, .. }
            | Self::Closed { client }
            | Self::Post { client, .. }
            | Self::Posted { client, .. }
            | Self::Refused { client, .. } => Some(*client),
            _ => None,
        }
    }
}
