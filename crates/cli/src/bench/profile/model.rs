//! The original's documented user model, scaled: 80,000 users, 33,077 rooms in three sizes, 16 rooms a user, 1.5 endpoints a user.
//!
//! Figures of "Capacity planning for Persistent Chat Server": 12, 2 and 2 rooms a user; model 1 posts 55.56, 18.52 and 0.03
//! messages a second in small, medium and large rooms, 74 in all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

const USERS: f64 = 80_000.0;
const SMALL: (f64, usize) = (32_000.0, 30);
const MEDIUM: (f64, usize) = (1_067.0, 150);
/// Ten at any scale; a fifth of all users is in each, 16,000 in the original.
const LARGE: usize = 10;
const LARGE_SHARE: usize = 5;
/// Of posts a second; the rest are those in small and medium rooms.
const SMALL_POSTS: f64 = 55.56 / 74.11;
const MEDIUM_POSTS: f64 = 18.52 / 74.11;
/// Posts a second in large rooms for each in all: not scaled, since their members are.
const LARGE_POSTS: f64 = 0.0347 / 74.11;
const PRESENCE_CHANGES: f64 = 133.33;
const SIGN_INS: f64 = 10.0;
/// How users are dealt to the small and medium rooms: each time all have been dealt, in another order.
const STRIDES: [usize; 7] = [
    7_919, 104_729, 611_953, 1_299_709, 15_485_863, 32_452_843, 49_979_687,
];

/// How large a room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Size {
    /// 30 members.
    Small,
    /// 150 members.
    Medium,
    /// A fifth of everybody.
    Large,
}

impl Size {
    pub(super) const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];
}

/// Who is in which room.
pub(super) struct Model {
    pub(super) users: usize,
    /// Each room's size and members.
    pub(super) rooms: Vec<(Size, Vec<usize>)>,
}

/// How often things happen in a second.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Rates {
    /// In small, medium and large rooms.
    pub(super) posts: [f64; 3],
    /// Arrivals and departures in small rooms.
    pub(super) presence: f64,
    /// Endpoints that connect anew and open all their rooms.
    pub(super) sign_ins: f64,
}

impl Rates {
    /// At a scale, with so many posts a second at full scale.
    pub(super) fn original(scale: f64, posts: f64) -> Self {
        Self {
            posts: [
                posts * SMALL_POSTS * scale,
                posts * MEDIUM_POSTS * scale,
                posts * LARGE_POSTS,
            ],
            presence: PRESENCE_CHANGES * scale,
            sign_ins: SIGN_INS * scale,
        }
    }

    /// The part of one generator among several.
    pub(super) fn part(self, of: f64) -> Self {
        Self {
            posts: self.posts.map(|rate| rate / of),
            presence: self.presence / of,
            sign_ins: self.sign_ins / of,
        }
    }
}

impl Model {
    /// At a scale; as small as 300 users.
    pub(super) fn original(scale: f64) -> Self {
        let users = whole(USERS * scale).max(300);
        let mut rooms = deal(users, Size::Small, whole(SMALL.0 * scale).max(1), SMALL.1);
        let medium = whole(MEDIUM.0 * scale).max(1);
        rooms.extend(deal(users, Size::Medium, medium, MEDIUM.1));
        for number in 0..LARGE {
            let members = (number % LARGE_SHARE..users).step_by(LARGE_SHARE);
            rooms.push((Size::Large, members.collect()));
        }
        Self { users, rooms }
    }

    /// Whose endpoint it is: everybody has one, every second person two.
    pub(super) fn endpoints(&self) -> Vec<usize> {
        (0..self.users).chain((0..self.users).step_by(2)).collect()
    }
}

fn deal(users: usize, size: Size, rooms: usize, members: usize) -> Vec<(Size, Vec<usize>)> {
    let user = |slot: usize| {
        let stride = STRIDES.iter().cycle().nth(slot / users).copied();
        (slot % users * stride.unwrap_or(1) + slot / users) % users
    };
    (0..rooms)
        .map(|room| {
            let slots = room * members..(room + 1) * members;
            let members: BTreeSet<_> = slots.map(user).collect();
            (size, members.into_iter().collect())
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a scale is positive, and at most some hundred thousand users"
)]
fn whole(number: f64) -> usize {
    number.round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_original_is_as_documented() {
        let model = Model::original(0.1);
        assert_eq!(model.users, 8_000);
        assert_eq!(model.endpoints().len(), 12_000);
        assert_eq!(model.rooms.len(), 3_200 + 107 + 10);
        let mut joined = vec![0; model.users];
        for (size, members) in &model.rooms {
            let wanted = match size {
                Size::Small => 28..=30,
                Size::Medium => 145..=150,
                Size::Large => 1_600..=1_600,
            };
            assert!(
                wanted.contains(&members.len()),
                "{size:?} {}",
                members.len()
            );
            for member in members {
                joined[*member] += 1;
            }
        }
        let sum: usize = joined.iter().sum();
        assert!((15..=17).contains(&(sum / model.users)), "16 rooms a user");
        assert!(joined.iter().all(|rooms| (12..=20).contains(rooms)));
    }

    #[test]
    fn posts_are_those_of_model_1() {
        let rates = Rates::original(1.0, 74.11);
        assert!((rates.posts.iter().sum::<f64>() - 74.11).abs() < 0.01);
    }
}
