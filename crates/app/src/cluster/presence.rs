//! Who has which room open at another node.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use perch_domain::{PrincipalId, RoomId};
use perch_live::Peer;
use perch_live::bus::Event;
use uuid::Uuid;

use crate::App;
use crate::cluster::Cluster;
use crate::cluster::peers::Roster;

/// People in one part of a roster, or in one event of changes.
const PART_MAX: usize = 2_000;
/// How long after a roster the next one is sent, at the earliest: it is for everybody, whoever asked.
const ROSTER_PAUSE: Duration = Duration::from_secs(1);

/// When this node's roster is sent.
#[derive(Debug, Default)]
pub(super) struct RosterTurn {
    asked: bool,
    last: Option<Instant>,
}

impl RosterTurn {
    /// Another node asks for it.
    pub(super) const fn ask(&mut self) {
        self.asked = true;
    }

    /// Whether it is sent now.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let rested = self.last.is_none_or(|last| now >= last + ROSTER_PAUSE);
        let due = rested && self.asked;
        if due {
            *self = Self {
                asked: false,
                last: Some(now),
            };
        }
        due
    }
}

impl Cluster {
    /// Somebody opened a room on their first connection to this node, or closed it on their last.
    pub(crate) fn presence_changed(&self, room: RoomId, person: PrincipalId, present: bool) {
        self.presence
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((room.0, person.0, present));
    }

    pub(super) fn send_presence(&self) {
        let changes =
            std::mem::take(&mut *self.presence.lock().unwrap_or_else(PoisonError::into_inner));
        for part in changes.chunks(PART_MAX) {
            self.send(Event::Presence(part.to_vec()));
        }
    }
}

impl App {
    /// Tells who is here. Changes that wait are sent before: the roster has them already.
    pub(super) fn send_roster(&self, cluster: &Cluster) {
        cluster.send_presence();
        let mut rooms = Vec::new();
        let mut people = 0;
        for pool in self.all_pools() {
            for log in pool.room_logs() {
                let here = log.participants_here();
                for part in here.chunks(PART_MAX) {
                    people += part.len();
                    rooms.push((log.room().0, part.iter().map(|id| id.0).collect()));
                    if people >= PART_MAX {
                        let rooms = std::mem::take(&mut rooms);
                        cluster.send(Event::Roster { rooms, last: false });
                        people = 0;
                    }
                }
            }
        }
        cluster.send(Event::Roster { rooms, last: true });
    }

    pub(super) fn show_presence(
        &self,
        cluster: &Cluster,
        node: Uuid,
        changes: Vec<(Uuid, Uuid, bool)>,
    ) {
        let Some(peer) = cluster.peers().peer(node) else {
            return;
        };
        for (room, person, present) in changes {
            if let Some(log) = self.room_log(RoomId(room)) {
                let person = PrincipalId(person);
                if present {
                    log.arrive_at(peer, person, self.arrived(&log, person));
                } else {
                    log.depart_from(peer, person);
                }
            }
        }
    }

    /// Takes a node's roster for all that there is of it, and tells only what differs.
    pub(super) fn replace_presence(&self, peer: Peer, roster: Roster) {
        let mut rooms: HashMap<RoomId, HashSet<PrincipalId>> = HashMap::new();
        for (room, people) in roster {
            let there = rooms.entry(RoomId(room)).or_default();
            there.extend(people.into_iter().map(PrincipalId));
        }
        for pool in self.all_pools() {
            for log in pool.room_logs() {
                let there = rooms.remove(&log.room()).unwrap_or_default();
                for person in log.participants_at(peer) {
                    if !there.contains(&person) {
                        log.depart_from(peer, person);
                    }
                }
                for person in there {
                    log.arrive_at(peer, person, self.arrived(&log, person));
                }
            }
        }
    }

    /// A node is gone, and its connections with it.
    pub(super) fn clear_presence(&self, peer: Peer) {
        self.replace_presence(peer, Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_the_roster_within_a_second_is_sent_one_for_all() {
        let mut turn = RosterTurn::default();
        let start = Instant::now();
        assert!(!turn.is_due(start), "nobody asked");
        turn.ask();
        turn.ask();
        assert!(turn.is_due(start));
        assert!(!turn.is_due(start + ROSTER_PAUSE), "both have it");
        turn.ask();
        assert!(!turn.is_due(start + ROSTER_PAUSE / 2));
        assert!(turn.is_due(start + ROSTER_PAUSE));
    }
}
