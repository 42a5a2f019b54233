//! A chat server that makes no mistakes, and the record that its clients would write.

use std::collections::BTreeSet;

use perch_history::{Entry, Event, Outcome, What};
use uuid::Uuid;

pub(crate) const PEOPLE: usize = 3;
pub(crate) const CLIENTS: usize = 4;
pub(crate) const ROOMS: usize = 2;
pub(crate) const RESUME_MAX: u64 = 4;
const LATEST: usize = 2;

/// What happens next; the numbers choose among people, clients and rooms.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Post(usize, usize),
    /// Stored, but the answer is lost with the connection; posted again later.
    PostUnanswered(usize, usize),
    PostRefused(usize, usize),
    Deliver(usize, usize),
    FallBehind(usize, usize),
    Close(usize),
    Connect(usize),
    Remove(usize, usize),
    Admit(usize, usize),
}

pub(crate) struct Chat {
    pub(crate) events: Vec<Event>,
    at: u64,
    logs: [Vec<Entry>; ROOMS],
    members: [BTreeSet<usize>; ROOMS],
    clients: [Client; CLIENTS],
    nonces: u128,
    changes: u32,
}

#[derive(Clone, Default)]
struct Client {
    connected: bool,
    /// In each room: what it holds, and whether it is open.
    rooms: [(Option<u64>, bool); ROOMS],
    unanswered: Vec<(usize, Entry)>,
}

pub(crate) fn room(number: usize) -> Uuid {
    Uuid::from_u128(1_000 + number as u128)
}

pub(crate) fn person(number: usize) -> Uuid {
    Uuid::from_u128(2_000 + number as u128)
}

/// The person of a client: the first has two.
pub(crate) fn person_of(client: usize) -> usize {
    client % PEOPLE
}

impl Chat {
    pub(crate) fn begin() -> Self {
        let mut chat = Self {
            events: Vec::new(),
            at: 0,
            logs: Default::default(),
            members: [(0..PEOPLE).collect(), (0..PEOPLE).collect()],
            clients: Default::default(),
            nonces: 0,
            changes: 0,
        };
        chat.record(What::Began {
            resume_max: RESUME_MAX,
        });
        for number in 0..ROOMS {
            let members = (0..PEOPLE).map(person).collect();
            chat.record(What::Room {
                room: room(number),
                head: 0,
                members,
            });
        }
        for client in 0..CLIENTS {
            chat.record(What::Client {
                client: client as u32,
                person: person(person_of(client)),
            });
            chat.step(Step::Connect(client));
        }
        chat
    }

    pub(crate) fn record(&mut self, what: What) {
        self.at += 10;
        self.events.push(Event { at: self.at, what });
    }

    pub(crate) fn step(&mut self, step: Step) {
        match step {
            Step::Post(client, room) => self.post(client, room, true),
            Step::PostUnanswered(client, room) => self.post(client, room, false),
            Step::PostRefused(client, number) => {
                if self.clients[client].rooms[number].1 {
                    let entry = self.attempt(client, number);
                    self.record(What::Refused {
                        client: client as u32,
                        room: room(number),
                        nonce: entry.nonce,
                        outcome: Outcome::NotStored,
                    });
                }
            }
            Step::Deliver(client, room) => self.deliver(client, room),
            Step::FallBehind(client, room) => {
                if self.clients[client].rooms[room].1 {
                    self.joined(client, room, false);
                }
            }
            Step::Close(client) => self.close(client),
            Step::Connect(client) => self.connect(client),
            Step::Remove(person, room) => self.remove(person, room),
            Step::Admit(person, room) => self.admit(person, room),
        }
    }

    fn attempt(&mut self, client: usize, number: usize) -> Entry {
        self.nonces += 1;
        let entry = Entry {
            seq: 0,
            author: person(person_of(client)),
            nonce: Uuid::from_u128(self.nonces),
            digest: self.nonces as u64,
        };
        self.record_post(client, number, entry);
        entry
    }

    fn record_post(&mut self, client: usize, number: usize, entry: Entry) {
        self.record(What::Post {
            client: client as u32,
            room: room(number),
            nonce: entry.nonce,
            digest: entry.digest,
        });
    }

    fn post(&mut self, client: usize, number: usize, answered: bool) {
        if !self.clients[client].rooms[number].1 {
            return;
        }
        let mut entry = self.attempt(client, number);
        entry.seq = self.logs[number].len() as u64 + 1;
        self.logs[number].push(entry);
        if answered {
            self.posted(client, number, entry);
        } else {
            self.clients[client].unanswered.push((number, entry));
            self.close(client);
        }
    }

    fn posted(&mut self, client: usize, number: usize, entry: Entry) {
        self.record(What::Posted {
            client: client as u32,
            room: room(number),
            nonce: entry.nonce,
            seq: entry.seq,
        });
    }

    fn deliver(&mut self, client: usize, number: usize) {
        let (held, open) = &mut self.clients[client].rooms[number];
        let next = held.unwrap_or_default();
        if !*open || next == self.logs[number].len() as u64 {
            return;
        }
        *held = Some(next + 1);
        let entry = self.logs[number][next as usize];
        self.record(What::Saw {
            client: client as u32,
            room: room(number),
            entry,
        });
    }

    fn close(&mut self, client: usize) {
        if std::mem::take(&mut self.clients[client].connected) {
            for (_, open) in &mut self.clients[client].rooms {
                *open = false;
            }
            self.record(What::Closed {
                client: client as u32,
            });
        }
    }

    fn connect(&mut self, client: usize) {
        self.clients[client].connected = true;
        for number in 0..ROOMS {
            if self.clients[client].rooms[number].1 {
                continue;
            }
            let after = self.clients[client].rooms[number].0;
            self.record(What::Join {
                client: client as u32,
                room: room(number),
                after,
            });
            if self.members[number].contains(&person_of(client)) {
                self.joined(client, number, true);
            } else {
                self.record(What::NotJoined {
                    client: client as u32,
                    room: room(number),
                });
                self.clients[client].rooms[number].0 = None;
            }
        }
        for (number, entry) in std::mem::take(&mut self.clients[client].unanswered) {
            if self.clients[client].rooms[number].1 {
                self.record_post(client, number, entry);
                self.posted(client, number, entry);
            }
        }
    }

    fn joined(&mut self, client: usize, number: usize, asked: bool) {
        let log = &self.logs[number];
        let head = log.len();
        let after = self.clients[client].rooms[number].0;
        let start = match after {
            Some(after) if head as u64 - after <= RESUME_MAX => after as usize,
            _ => head.saturating_sub(LATEST),
        };
        let reload = after.is_some_and(|after| head as u64 - after > RESUME_MAX);
        let messages = log[start..].to_vec();
        self.clients[client].rooms[number] = (Some(head as u64), true);
        self.record(What::Joined {
            client: client as u32,
            room: room(number),
            asked,
            messages,
            head: head as u64,
            reload,
        });
    }

    fn change(&mut self, who: usize, number: usize, allowed: bool) {
        let change = self.changes;
        self.changes += 1;
        self.record(What::Change {
            change,
            room: room(number),
            person: person(who),
            allowed,
        });
        self.record(What::Changed { change });
    }

    fn remove(&mut self, who: usize, number: usize) {
        if !self.members[number].remove(&who) {
            return;
        }
        self.change(who, number, false);
        for client in (0..CLIENTS).filter(|client| person_of(*client) == who) {
            let (held, open) = std::mem::take(&mut self.clients[client].rooms[number]);
            self.clients[client].rooms[number].0 = held.filter(|_| !open);
            if open {
                self.record(What::Removed {
                    client: client as u32,
                    room: room(number),
                });
            }
        }
    }

    fn admit(&mut self, who: usize, number: usize) {
        if !self.members[number].insert(who) {
            return;
        }
        self.change(who, number, true);
        for client in (0..CLIENTS).filter(|client| person_of(*client) == who) {
            if self.clients[client].connected {
                self.connect(client);
            }
        }
    }

    /// Everybody comes back and sees everything, and the logs are read.
    pub(crate) fn end(mut self) -> Vec<Event> {
        for client in 0..CLIENTS {
            self.connect(client);
        }
        for client in 0..CLIENTS {
            for number in 0..ROOMS {
                for _ in 0..self.logs[number].len() {
                    self.deliver(client, number);
                }
            }
        }
        self.record(What::Settled {});
        for number in 0..ROOMS {
            for half in [true, false] {
                let log = &self.logs[number];
                let (first, second) = log.split_at(log.len() / 2);
                let entries = if half { first } else { second }.to_vec();
                self.record(What::Log {
                    room: room(number),
                    entries,
                });
            }
        }
        self.record(What::Ended {});
        self.events
    }
}
