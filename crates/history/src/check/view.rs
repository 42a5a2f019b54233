//! What each client was shown: against the log, against what it held, and against what its person might see.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Facts;
use crate::violation::Violations;
use crate::{Entry, Event, Joined, Rule, What, Window};

/// A room as one client has it.
#[derive(Debug, Default)]
struct View {
    window: Window,
    /// When the client asked for the room: it was opened then at the earliest.
    opened_at: u64,
    /// A join that is not answered: when it was sent, and the last place that was held.
    asked: Option<(u64, Option<u64>)>,
}

struct Views<'a> {
    facts: &'a Facts,
    views: BTreeMap<(u32, Uuid), View>,
    violations: &'a mut Violations,
}

pub(super) fn check(facts: &Facts, events: &[Event], violations: &mut Violations) {
    let mut views = Views {
        facts,
        views: BTreeMap::new(),
        violations,
    };
    for (index, event) in events.iter().enumerate() {
        views.take(event);
        if facts.settled == Some(index) {
            views.settled(event.at);
        }
    }
}

impl Views<'_> {
    fn take(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            What::Join {
                client,
                room,
                after,
            } => self.view(*client, *room).asked = Some((at, *after)),
            What::Joined {
                client,
                room,
                asked,
                messages,
                head,
                reload,
            } => {
                let view = self.view(*client, *room);
                // What comes unasked may have been on its way for long: only its messages say when it was sent at the earliest.
                let (since, after) = match (asked, view.asked.take()) {
                    (true, Some((since, after))) => (Some(since), after),
                    (true, None) => (Some(at), None),
                    (false, pending) => {
                        view.asked = pending;
                        (None, view.window.held())
                    }
                };
                let places: Vec<_> = messages.iter().map(|entry| entry.seq).collect();
                let joined = Joined {
                    after,
                    places: &places,
                    head: *head,
                    reload: *reload,
                };
                self.joined(*client, *room, since.map(|since| (since, at)), joined);
                for entry in messages {
                    self.stored(*client, *room, entry);
                    if !asked {
                        self.permitted(*client, *room, entry, at);
                    }
                }
            }
            What::NotJoined { client, room } => {
                let asked = self.view(*client, *room).asked.take();
                let since = asked.map_or(at, |(since, _)| since);
                let person = self.facts.person(*client);
                if self.facts.allowed(*room, person, since, at) {
                    let sentence = format!(
                        "Client {client} was not let into room {room}, where its person is a member."
                    );
                    self.violations.add(Rule::Permission, sentence);
                }
            }
            What::Saw {
                client,
                room,
                entry,
            } => {
                let outcome = self.view(*client, *room).window.message(entry.seq);
                if let Err(fault) = outcome {
                    let sentence = format!("Client {client} in room {room}: {fault}.");
                    self.violations.add(fault.rule(), sentence);
                }
                self.stored(*client, *room, entry);
                self.permitted(*client, *room, entry, at);
            }
            What::Removed { client, room } => {
                let view = std::mem::take(self.view(*client, *room));
                let person = self.facts.person(*client);
                if self.facts.allowed(*room, person, view.opened_at, at) {
                    let sentence = format!(
                        "Client {client} was removed from room {room}, where its person is a member."
                    );
                    self.violations.add(Rule::Permission, sentence);
                }
            }
            What::Closed { client } => {
                for (_, view) in self
                    .views
                    .range_mut((*client, Uuid::nil())..=(*client, Uuid::max()))
                {
                    *view = View::default();
                }
            }
            _ => {}
        }
    }

    fn view(&mut self, client: u32, room: Uuid) -> &mut View {
        self.views.entry((client, room)).or_default()
    }

    fn joined(&mut self, client: u32, room: Uuid, asked: Option<(u64, u64)>, joined: Joined<'_>) {
        let resume_max = self.facts.resume_max;
        let view = self.view(client, room);
        if let Err(fault) = view.window.joined(joined, resume_max) {
            let sentence = format!("Client {client} in room {room}: {fault}.");
            self.violations.add(fault.rule(), sentence);
        }
        let Some((since, at)) = asked else {
            return;
        };
        self.view(client, room).opened_at = since;
        let person = self.facts.person(client);
        if self.facts.denied(room, person, since, at) {
            let sentence =
                format!("Client {client} joined room {room} after its person had been removed.");
            self.violations.add(Rule::Permission, sentence);
        }
    }

    /// What was shown is in the log, as it was shown.
    fn stored(&mut self, client: u32, id: Uuid, entry: &Entry) {
        let Some(room) = self.facts.room(id) else {
            return;
        };
        let seq = entry.seq;
        match room.at(seq) {
            None => {
                let sentence = format!(
                    "Client {client} saw message {seq} of room {id}, which is not in the log: nonce {}.",
                    entry.nonce
                );
                self.violations.add(Rule::Durability, sentence);
            }
            Some(stored) if stored != entry => {
                let sentence = format!(
                    "Client {client} saw as message {seq} of room {id} another than the log has: nonce {}, not {}.",
                    entry.nonce, stored.nonce
                );
                self.violations.add(Rule::Order, sentence);
            }
            Some(_) => {}
        }
    }

    /// A message that was only posted after the person's removal was acknowledged is not shown to the person any more. One
    /// that was posted before may have been on its way.
    fn permitted(&mut self, client: u32, room: Uuid, entry: &Entry, at: u64) {
        let Some(post) = self.facts.post(entry.author, entry.nonce) else {
            return;
        };
        if self
            .facts
            .denied(room, self.facts.person(client), post.first_at, at)
        {
            let sentence = format!(
                "Client {client} saw message {} of room {room}, posted after its person had been removed.",
                entry.seq
            );
            self.violations.add(Rule::Permission, sentence);
        }
    }

    /// Everybody who should has seen everything; nobody else is left.
    fn settled(&mut self, at: u64) {
        for ((client, id), view) in &self.views {
            let person = self.facts.person(*client);
            let held = view.window.held();
            let last = self.facts.room(*id).map_or(0, super::Room::last);
            if self.facts.allowed(*id, person, at, at) && held != Some(last) {
                let seen =
                    held.map_or("nothing".to_owned(), |held| format!("up to message {held}"));
                let sentence = format!(
                    "Client {client} has {seen} of room {id}, which ends with message {last}."
                );
                self.violations.add(Rule::Loss, sentence);
            }
            if held.is_some() && self.facts.denied(*id, person, at, at) {
                let sentence = format!(
                    "Client {client} still has room {id} open, from which its person was removed."
                );
                self.violations.add(Rule::Permission, sentence);
            }
        }
    }
}
