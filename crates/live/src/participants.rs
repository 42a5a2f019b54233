//! Who has a room open, on whichever node: for each person the connections of this node, and a bit for each other node.

use std::collections::HashMap;

use perch_domain::PrincipalId;
use perch_domain::limits::PARTICIPANT_UPDATE_LIMIT;

/// Another node, as a number below [`Peer::MAX`] for as long as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(u8);

impl Peer {
    /// How many other nodes are told apart.
    pub const MAX: u8 = 64;

    /// A node by its number; `None` from [`Peer::MAX`] on.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::MAX {
            Some(Self(number))
        } else {
            None
        }
    }

    const fn bit(self) -> u64 {
        1 << self.0
    }
}

#[derive(Debug, Default)]
struct Present {
    connections: u32,
    peers: u64,
}

impl Present {
    const fn is_gone(&self) -> bool {
        self.connections == 0 && self.peers == 0
    }
}

/// People, each once. Most rooms have few: one after the other they take half of the memory of a map, and are found sooner.
#[derive(Debug, Default)]
struct People {
    few: Vec<(PrincipalId, Present)>,
    /// All, once they are no longer few.
    many: HashMap<PrincipalId, Present>,
}

impl People {
    fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    fn iter(&self) -> impl Iterator<Item = (PrincipalId, &Present)> {
        let few = self.few.iter().map(|(person, present)| (person, present));
        few.chain(&self.many)
            .map(|(person, present)| (*person, present))
    }

    fn get_mut(&mut self, person: PrincipalId) -> Option<&mut Present> {
        if self.many.is_empty() {
            let mut few = self.few.iter_mut();
            few.find(|(id, _)| *id == person)
                .map(|(_, present)| present)
        } else {
            self.many.get_mut(&person)
        }
    }

    /// Changes somebody who may have been nowhere until now.
    fn change<T>(&mut self, person: PrincipalId, change: impl FnOnce(&mut Present) -> T) -> T {
        if let Some(present) = self.get_mut(person) {
            return change(present);
        }
        let mut present = Present::default();
        let result = change(&mut present);
        if self.many.is_empty() && self.few.len() < PARTICIPANT_UPDATE_LIMIT {
            self.few.push((person, present));
        } else {
            self.many.extend(self.few.drain(..));
            self.many.insert(person, present);
        }
        result
    }

    fn remove(&mut self, person: PrincipalId) {
        if self.many.remove(&person).is_none()
            && let Some(place) = self.few.iter().position(|(id, _)| *id == person)
        {
            self.few.swap_remove(place);
        }
    }
}

/// The participants of one room.
#[derive(Debug, Default)]
pub(crate) struct Participants {
    present: People,
    large: bool,
}

/// What is said of somebody who came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Who it was.
    Who,
    /// Only that the room has become large, or is no longer.
    Size,
    /// Nothing: the room is large.
    Nothing,
}

impl Participants {
    /// One more connection of this node. Whether it is the person's first here, and what is said if it is the first at all.
    pub(crate) fn arrive(&mut self, person: PrincipalId) -> (bool, Option<Telling>) {
        let (first_here, new) = self.present.change(person, |present| {
            let new = present.is_gone();
            present.connections += 1;
            (present.connections == 1, new)
        });
        (first_here, new.then(|| self.changed()))
    }

    /// One connection of this node less. Whether it was the person's last here, and what is said if it was the last at all.
    pub(crate) fn depart(&mut self, person: PrincipalId) -> (bool, Option<Telling>) {
        let present = self.present.get_mut(person);
        let Some(present) = present.filter(|present| present.connections > 0) else {
            return (false, None);
        };
        present.connections -= 1;
        let last_here = present.connections == 0;
        (last_here, self.removed_if_gone(person))
    }

    /// Somebody is there on another node.
    pub(crate) fn arrive_at(&mut self, peer: Peer, person: PrincipalId) -> Option<Telling> {
        let new = self.present.change(person, |present| {
            let new = present.is_gone();
            present.peers |= peer.bit();
            new
        });
        new.then(|| self.changed())
    }

    /// Somebody is no longer there on another node.
    pub(crate) fn depart_from(&mut self, peer: Peer, person: PrincipalId) -> Option<Telling> {
        self.present.get_mut(person)?.peers &= !peer.bit();
        self.removed_if_gone(person)
    }

    fn removed_if_gone(&mut self, person: PrincipalId) -> Option<Telling> {
        if !self.present.get_mut(person)?.is_gone() {
            return None;
        }
        self.present.remove(person);
        Some(self.changed())
    }

    /// Above the participant update limit a room is large, until below 80 % of it (reference 5.4).
    fn changed(&mut self) -> Telling {
        let count = self.present.len();
        let was_large = self.large;
        self.large = if was_large {
            count * 5 >= PARTICIPANT_UPDATE_LIMIT * 4
        } else {
            count > PARTICIPANT_UPDATE_LIMIT
        };
        match (was_large, self.large) {
            (false, false) => Telling::Who,
            (true, true) => Telling::Nothing,
            _ => Telling::Size,
        }
    }

    pub(crate) const fn large(&self) -> bool {
        self.large
    }

    pub(crate) fn len(&self) -> usize {
        self.present.len()
    }

    pub(crate) fn all(&self) -> Vec<PrincipalId> {
        self.with(|_| true)
    }

    /// Those who have the room open on this node.
    pub(crate) fn here(&self) -> Vec<PrincipalId> {
        self.with(|present| present.connections > 0)
    }

    /// Those who have the room open on another node.
    pub(crate) fn at(&self, peer: Peer) -> Vec<PrincipalId> {
        self.with(|present| present.peers & peer.bit() != 0)
    }

    fn with(&self, has: impl Fn(&Present) -> bool) -> Vec<PrincipalId> {
        let has = self.present.iter().filter(|(_, present)| has(present));
        has.map(|(person, _)| person).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(n: u128) -> PrincipalId {
        PrincipalId(Uuid::from_u128(n))
    }

    #[test]
    fn a_person_is_present_until_the_last_connection_on_any_node_closes() {
        let mut room = Participants::default();
        let peer = Peer::new(3).unwrap();
        assert_eq!(room.arrive(person(1)), (true, Some(Telling::Who)));
        assert_eq!(room.arrive(person(1)), (false, None));
        assert_eq!(room.arrive_at(peer, person(1)), None);
        assert_eq!(room.depart(person(1)), (false, None));
        assert_eq!(
            room.depart(person(1)),
            (true, None),
            "still on the other node"
        );
        assert_eq!(room.depart(person(1)), (false, None), "not here any more");
        assert_eq!(room.len(), 1);
        assert_eq!(room.depart_from(peer, person(1)), Some(Telling::Who));
        assert_eq!(room.len(), 0);
        assert_eq!(room.depart_from(peer, person(1)), None, "told once");
    }

    #[test]
    fn people_are_the_same_whether_few_or_many() {
        let mut room = Participants::default();
        let most = 2 * PARTICIPANT_UPDATE_LIMIT as u128;
        let present = |room: &Participants| {
            let mut all = room.all();
            all.sort();
            all
        };
        let people = |from, to| (from..to).map(person).collect::<Vec<_>>();
        for n in 0..most {
            room.arrive(person(n));
            room.arrive(person(n));
            assert_eq!(present(&room), people(0, n + 1));
        }
        for n in 0..most {
            room.depart(person(n));
            assert!(room.depart(person(n)).0);
            assert_eq!(present(&room), people(n + 1, most));
        }
        room.arrive(person(0));
        assert_eq!((room.present.few.len(), room.len()), (1, 1));
    }

    #[test]
    fn those_here_and_those_elsewhere_are_told_apart() {
        let mut room = Participants::default();
        let (one, two) = (Peer::new(0).unwrap(), Peer::new(63).unwrap());
        room.arrive(person(1));
        room.arrive_at(one, person(2));
        room.arrive_at(two, person(1));
        assert_eq!(room.here(), [person(1)]);
        assert_eq!(room.at(one), [person(2)]);
        assert_eq!(room.at(two), [person(1)]);
        assert_eq!(Peer::new(64), None);
    }

    #[test]
    fn a_room_is_large_above_the_limit_until_below_four_fifths_of_it() {
        let mut room = Participants::default();
        let limit = PARTICIPANT_UPDATE_LIMIT as u128;
        for n in 0..limit {
            assert_eq!(room.arrive(person(n)).1, Some(Telling::Who));
        }
        assert_eq!(room.arrive(person(limit)).1, Some(Telling::Size));
        assert!(room.large());
        assert_eq!(room.arrive(person(limit + 1)).1, Some(Telling::Nothing));
        let mut leaving = 0;
        while room.large() {
            assert!(room.len() * 5 >= PARTICIPANT_UPDATE_LIMIT * 4);
            room.depart(person(leaving));
            leaving += 1;
        }
        assert!(room.len() * 5 < PARTICIPANT_UPDATE_LIMIT * 4);
    }
}
