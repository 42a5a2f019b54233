//! The other nodes, by what was heard from them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use perch_live::Peer;
use perch_live::bus::{Beat, Versions};
use uuid::Uuid;

/// A node that is silent for so long is gone, once the store says that one is. One that the store still knows of has too much to
/// do, or this one has: taking its people as gone, and telling everybody, would be more to do.
const SILENT_MAX: Duration = Duration::from_secs(3);
/// After so long it is gone in any case. The store may take as long to notice that a machine was lost.
const LOST_MAX: Duration = Duration::from_secs(15);
/// After so long without a word of a node, or of oneself, changes may have been missed. Shorter than whoever makes a change
/// waits for the other nodes, longer than the pause between two beats.
const SURE_MAX: Duration = Duration::from_millis(1_500);

/// People by room.
pub(crate) type Roster = Vec<(Uuid, Vec<Uuid>)>;

/// The other nodes.
#[derive(Debug)]
pub(crate) struct Peers {
    known: HashMap<Uuid, Known>,
    /// How many nodes hold the deployment, this one included, as the store said last.
    held: Option<usize>,
    /// A node may be running that is not heard.
    unheard: bool,
    /// The number of this node's last beat, and when it was sent.
    said: (u64, Instant),
    /// When the last of its beats that this node heard was sent.
    heard_self: Instant,
}

#[derive(Debug)]
struct Known {
    peer: Option<Peer>,
    /// The number of its last event.
    number: u64,
    heard: Instant,
    beat: Option<Beat>,
    roster: Roster,
}

impl Known {
    fn name(&self, node: Uuid) -> String {
        let beat = self.beat.as_ref();
        beat.map_or_else(|| node.to_string(), |beat| beat.name.clone())
    }
}

/// What an event's number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The first event that was heard from a node that has been there before.
    Unknown,
    /// The one that was to come.
    Next,
    /// Others before it were missed.
    Gap,
    /// It was heard before, or comes late.
    Late,
}

impl Default for Peers {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            held: None,
            unheard: false,
            said: (0, Instant::now()),
            heard_self: Instant::now(),
        }
    }
}

impl Peers {
    /// This node sends a beat.
    pub(crate) fn say(&mut self, number: u64) {
        self.said = (number, Instant::now());
    }

    /// This node has heard itself: the bus works, or did when that was sent.
    pub(crate) fn hear_self(&mut self, number: u64) {
        let (said, at) = self.said;
        if number >= said {
            self.heard_self = at;
        }
    }

    /// So many nodes hold the deployment, this one included. Whether one of them is not heard.
    pub(crate) fn count(&mut self, nodes: usize) -> bool {
        self.held = Some(nodes);
        self.unheard = nodes > self.known.len() + 1;
        self.unheard
    }

    /// Whether a change of another node may have been made, and answered, of which nothing was heard here.
    pub(crate) fn in_doubt(&self) -> bool {
        let silent = |known: &Known| known.heard.elapsed() > SURE_MAX;
        self.unheard || self.heard_self.elapsed() > SURE_MAX || self.known.values().any(silent)
    }

    /// An event of a node was heard.
    pub(crate) fn hear(&mut self, node: Uuid, number: u64) -> Order {
        if let Some(known) = self.known.get_mut(&node) {
            known.heard = Instant::now();
            if number <= known.number {
                return Order::Late;
            }
            let next = number == known.number + 1;
            known.number = number;
            return if next { Order::Next } else { Order::Gap };
        }
        let taken = |peer: &Peer| self.known.values().any(|known| known.peer == Some(*peer));
        let peer = (0..Peer::MAX)
            .filter_map(Peer::new)
            .find(|peer| !taken(peer));
        let known = Known {
            peer,
            number,
            heard: Instant::now(),
            beat: None,
            roster: Vec::new(),
        };
        self.known.insert(node, known);
        if number == 1 {
            Order::Next
        } else {
            Order::Unknown
        }
    }

    /// A node has told of itself. Whether it is the first time.
    pub(crate) fn beat(&mut self, node: Uuid, beat: Beat) -> bool {
        let known = self.known.get_mut(&node);
        known.is_some_and(|known| known.beat.replace(beat).is_none())
    }

    /// The number by which participants of a node are kept.
    pub(crate) fn peer(&self, node: Uuid) -> Option<Peer> {
        self.known.get(&node)?.peer
    }

    /// Takes a part of a node's roster, and gives the whole after the last.
    pub(crate) fn roster(
        &mut self,
        node: Uuid,
        part: Roster,
        last: bool,
    ) -> Option<(Peer, Roster)> {
        let known = self.known.get_mut(&node)?;
        known.roster.extend(part);
        if !last {
            return None;
        }
        let whole = std::mem::take(&mut known.roster);
        Some((known.peer?, whole))
    }

    /// A part of a node's roster was missed.
    pub(crate) fn forget_roster(&mut self, node: Uuid) {
        if let Some(known) = self.known.get_mut(&node) {
            known.roster.clear();
        }
    }

    /// A node has left: its name, and the number by which its participants are kept.
    pub(crate) fn remove(&mut self, node: Uuid) -> Option<(String, Option<Peer>)> {
        let known = self.known.remove(&node)?;
        Some((known.name(node), known.peer))
    }

    /// Whether every node has these versions.
    pub(crate) fn all_cover(&self, versions: &Versions) -> bool {
        self.behind(versions).is_empty()
    }

    /// The nodes that have not said that they have these versions.
    pub(crate) fn behind(&self, versions: &Versions) -> Vec<String> {
        let covers = |beat: &Beat| beat.versions.cover(versions);
        (self.known.iter())
            .filter(|(_, known)| !known.beat.as_ref().is_some_and(covers))
            .map(|(id, known)| known.name(*id))
            .collect()
    }

    /// Removes the nodes that are silent and gone; and whether this node does not even hear itself.
    pub(crate) fn silent(&mut self) -> (Vec<(String, Option<Peer>)>, bool) {
        let missing = self
            .held
            .map_or(0, |held| (self.known.len() + 1).saturating_sub(held));
        let mut silent: Vec<(Duration, Uuid)> = (self.known.iter())
            .map(|(node, known)| (known.heard.elapsed(), *node))
            .filter(|(since, _)| *since > SILENT_MAX)
            .collect();
        silent.sort_unstable_by(|one, next| next.cmp(one));
        let mut gone = Vec::new();
        for (place, (since, node)) in silent.into_iter().enumerate() {
            if (place < missing || since > LOST_MAX)
                && let Some(known) = self.known.remove(&node)
            {
                self.unheard = true;
                gone.push((known.name(node), known.peer));
            }
        }
        (gone, self.heard_self.elapsed() > SILENT_MAX)
    }

    /// What the other nodes tell of themselves.
    pub(crate) fn beats(&self) -> Vec<Beat> {
        (self.known.values())
            .filter_map(|known| known.beat.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn numbers_tell_what_was_missed_and_what_comes_late() {
        let mut peers = Peers::default();
        assert_eq!(
            peers.hear(node(1), 1),
            Order::Next,
            "a node that has just begun"
        );
        assert_eq!(
            peers.hear(node(2), 7),
            Order::Unknown,
            "one that was there before"
        );
        assert_eq!(peers.hear(node(2), 8), Order::Next);
        assert_eq!(peers.hear(node(2), 10), Order::Gap);
        assert_eq!(peers.hear(node(2), 9), Order::Late);
        assert_eq!(peers.hear(node(2), 10), Order::Late);
        assert_eq!(peers.hear(node(2), 11), Order::Next);
        assert_ne!(peers.peer(node(1)), peers.peer(node(2)));
    }

    #[test]
    fn there_is_doubt_while_a_node_is_not_heard_or_this_one_does_not_hear_itself() {
        let mut peers = Peers::default();
        peers.hear(node(1), 1);
        assert!(!peers.count(2) && !peers.in_doubt());
        assert!(peers.count(3) && peers.in_doubt(), "a third one");
        peers.hear(node(2), 1);
        assert!(!peers.count(3) && !peers.in_doubt());
        let long_ago = Instant::now().checked_sub(SILENT_MAX * 2).unwrap();
        peers.known.get_mut(&node(1)).unwrap().heard = long_ago;
        assert!(peers.in_doubt());
        assert_eq!(peers.silent().0.len(), 0, "it holds the deployment");
        peers.count(2);
        assert_eq!(peers.silent().0.len(), 1);
        assert!(peers.in_doubt(), "it may be running");
        assert!(!peers.count(2) && !peers.in_doubt(), "it is not");
        let very_long_ago = Instant::now().checked_sub(LOST_MAX * 2).unwrap();
        peers.known.get_mut(&node(2)).unwrap().heard = very_long_ago;
        assert_eq!(peers.silent().0.len(), 1, "whatever the store says");
        assert!(!peers.count(1));
        peers.heard_self = long_ago;
        peers.say(7);
        peers.hear_self(6);
        assert!(peers.in_doubt(), "that was said before the bus was lost");
        peers.hear_self(7);
        assert!(!peers.in_doubt());
    }

    #[test]
    fn a_change_is_everywhere_once_every_node_has_said_so() {
        let mut peers = Peers::default();
        let versions = |directory| Versions {
            directory,
            ..Versions::default()
        };
        assert!(peers.all_cover(&versions(1)), "there is no other node");
        peers.hear(node(1), 1);
        assert!(!peers.all_cover(&versions(1)), "it has said nothing yet");
        let beat = |directory| Beat {
            name: "two".to_owned(),
            connections: 0,
            versions: versions(directory),
        };
        peers.beat(node(1), beat(1));
        assert!(peers.all_cover(&versions(1)));
        assert_eq!(peers.behind(&versions(2)), ["two"]);
        assert!(peers.remove(node(1)).is_some());
        assert!(peers.all_cover(&versions(2)));
    }

    #[test]
    fn a_roster_is_whole_after_its_last_part() {
        let mut peers = Peers::default();
        peers.hear(node(1), 1);
        let part = |n| vec![(node(n), vec![node(n + 1)])];
        assert_eq!(peers.roster(node(1), part(10), false), None);
        let (_, whole) = peers.roster(node(1), part(20), true).unwrap();
        assert_eq!(whole.len(), 2);
        assert_eq!(peers.roster(node(1), part(10), false), None);
        peers.forget_roster(node(1));
        assert_eq!(peers.roster(node(1), part(20), true).unwrap().1.len(), 1);
    }
}
