//! What a store records of each change, so that nodes which keep a directory or a catalogue in memory learn of it: for each
//! thing the version of its latest change. Bounded by the number of things, so nothing has to be removed and no reader is
//! ever too late; ended credentials alone come without end, and the oldest are forgotten.

use std::collections::HashSet;

use perch_domain::{AddinId, CategoryId, PrincipalId, RoomId, TriggerId};
use uuid::Uuid;

use crate::{Catalogue, CatalogueChanges};

/// Changes after which an ended credential is forgotten.
pub const ENDED_KEPT: u64 = 10_000;

/// A changed thing, as a store's table `change` names it.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its table.
    pub kind: &'static str,
    /// An identifier's bytes, or a pool's name.
    pub id: Vec<u8>,
    /// Whose credential it was.
    pub owner: Option<PrincipalId>,
}

impl Changed {
    /// A thing of a table, by its identifier.
    #[must_use]
    pub fn new(kind: &'static str, id: Uuid) -> Self {
        Self {
            kind,
            id: id.into_bytes().to_vec(),
            owner: None,
        }
    }
}

impl CatalogueChanges {
    /// Makes changes of what was loaded and of all that changed, loaded or not: what is not there any more is gone.
    #[must_use]
    pub fn new(
        loaded: Catalogue,
        addins: &[Uuid],
        triggers: &[Uuid],
        categories: &[Uuid],
        rooms: &[Uuid],
    ) -> Self {
        let addin = |addin: perch_domain::addin::Addin| (addin.id, addin);
        let trigger = |trigger: perch_domain::trigger::Trigger| (trigger.id, trigger);
        let category = |category: perch_domain::category::Category| (category.id, category);
        let room = |(room, head): (perch_domain::room::Room, _)| (room.id, (room, head));
        Self {
            version: loaded.version,
            addins: with_gone(loaded.addins.into_iter().map(addin), addins, AddinId),
            triggers: with_gone(
                loaded.triggers.into_iter().map(trigger),
                triggers,
                TriggerId,
            ),
            categories: with_gone(
                loaded.categories.into_iter().map(category),
                categories,
                CategoryId,
            ),
            rooms: with_gone(loaded.rooms.into_iter().map(room), rooms, RoomId),
        }
    }
}

fn with_gone<K: Copy + Eq + std::hash::Hash, T>(
    loaded: impl Iterator<Item = (K, T)>,
    changed: &[Uuid],
    key: impl Fn(Uuid) -> K,
) -> Vec<(K, Option<T>)> {
    let mut all: Vec<_> = loaded.map(|(key, thing)| (key, Some(thing))).collect();
    let found: HashSet<K> = all.iter().map(|(key, _)| *key).collect();
    let gone = changed.iter().map(|id| key(*id));
    all.extend(
        gone.filter(|key| !found.contains(key))
            .map(|key| (key, None)),
    );
    all
}
