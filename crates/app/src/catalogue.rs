//! A pool in memory: its add-ins, triggers, categories and rooms, each with its live log.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use perch_domain::addin::Addin;
use perch_domain::category::Category;
use perch_domain::grant::Grants;
use perch_domain::name::fold;
use perch_domain::permission::{RoomAction, in_room};
use perch_domain::pool::{Pool, PoolFqdn};
use perch_domain::room::Room;
use perch_domain::{AddinId, CategoryId, Code, PrincipalId, Refusal, RoomId};
use perch_live::bus::Link;
use perch_live::{Committer, Feeder, Gaps, RoomLog};
use perch_store::{
    Attention, CatalogueChanges, PoolStore, SearchIndex, Storage, StoreError, Version,
};

use crate::addin_health::Reports;
use crate::follow;
use crate::loader::Loader;
use crate::search::SearchedRooms;
use crate::trigger::Triggers;
use crate::{Actor, App};

/// A pool of this deployment.
pub struct PoolState {
    pool: Pool,
    store: Arc<dyn PoolStore>,
    attention: Loader<PrincipalId, HashMap<RoomId, Attention>>,
    index: Arc<dyn SearchIndex>,
    feeder: Arc<Feeder>,
    committer: Committer,
    catalogue: Arc<RwLock<Catalogue>>,
    /// How people fared with the pages of its add-ins.
    reports: Reports,
    /// One change of the catalogue at a time: each is checked against what the one before left.
    pub(crate) change: tokio::sync::Mutex<()>,
}

/// What a pool's administrators and managers see.
#[derive(Default)]
pub struct Catalogue {
    /// The last change that is in it.
    pub(crate) version: Version,
    pub(crate) addins: HashMap<AddinId, Arc<Addin>>,
    pub(crate) triggers: Arc<Triggers>,
    pub(crate) categories: HashMap<CategoryId, Arc<Category>>,
    pub(crate) rooms: HashMap<RoomId, LiveRoom>,
}

/// A room with its log.
#[derive(Clone)]
pub(crate) struct LiveRoom {
    pub(crate) room: Arc<Room>,
    pub(crate) log: Arc<RoomLog>,
}

impl PoolState {
    pub(crate) async fn open(
        pool: Pool,
        storage: &dyn Storage,
        gaps: Arc<Gaps>,
        link: Option<Link>,
    ) -> Result<Arc<Self>, StoreError> {
        let store = storage.pool(&pool.fqdn).await?;
        let index = storage.search_index(&pool.fqdn).await?;
        let loaded = store.load().await?;
        let room = |(room, head): (Room, _)| {
            (
                room.id,
                LiveRoom {
                    log: RoomLog::new(room.id, head),
                    room: Arc::new(room),
                },
            )
        };
        let catalogue = Catalogue {
            version: loaded.version,
            addins: loaded
                .addins
                .into_iter()
                .map(|addin| (addin.id, Arc::new(addin)))
                .collect(),
            triggers: Arc::new(Triggers::new(loaded.triggers)),
            categories: loaded
                .categories
                .into_iter()
                .map(|category| (category.id, Arc::new(category)))
                .collect(),
            rooms: loaded.rooms.into_iter().map(room).collect(),
        };
        let catalogue = Arc::new(RwLock::new(catalogue));
        let searched = SearchedRooms(Arc::clone(&catalogue));
        let feeder = Feeder::start(Arc::clone(&store), Arc::clone(&index), Arc::new(searched));
        Ok(Arc::new(Self {
            committer: Committer::start(
                &pool.fqdn,
                Arc::clone(&store),
                Arc::clone(&feeder),
                gaps,
                link,
            ),
            pool,
            attention: follow::attention(Arc::clone(&store)),
            store,
            index,
            feeder,
            catalogue,
            reports: Reports::default(),
            change: tokio::sync::Mutex::new(()),
        }))
    }

    pub(crate) const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) const fn fqdn(&self) -> &PoolFqdn {
        &self.pool.fqdn
    }

    pub(crate) const fn store(&self) -> &Arc<dyn PoolStore> {
        &self.store
    }

    /// What each person follows and has read.
    pub(crate) const fn attention(&self) -> &Loader<PrincipalId, HashMap<RoomId, Attention>> {
        &self.attention
    }

    pub(crate) const fn reports(&self) -> &Reports {
        &self.reports
    }

    pub(crate) const fn index(&self) -> &Arc<dyn SearchIndex> {
        &self.index
    }

    /// Commits and feeds no more, and closes the databases.
    pub(crate) async fn close(&self) {
        self.committer.stop().await;
        self.feeder.stop().await;
        self.index.close().await;
        self.store.close().await;
    }

    pub(crate) const fn committer(&self) -> &Committer {
        &self.committer
    }

    /// The triggers, and what they make of a text. To be used after the catalogue is let go of.
    pub(crate) fn triggers(&self) -> Arc<Triggers> {
        Arc::clone(&self.catalogue().triggers)
    }

    pub(crate) fn catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.catalogue
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody creates or manages rooms here, or administers the deployment.
    pub(crate) fn is_run_by(&self, actor: &Actor) -> bool {
        let catalogue = self.catalogue();
        actor.administrator()
            || catalogue
                .categories
                .values()
                .any(|category| actor.standing_in(category).creator)
            || catalogue.rooms.values().any(|live| {
                let category = catalogue.categories.get(&live.room.category);
                category.is_some_and(|category| actor.standing(&live.room, category).manager)
            })
    }

    /// The logs of all rooms.
    pub(crate) fn room_logs(&self) -> Vec<Arc<RoomLog>> {
        let catalogue = self.catalogue();
        let rooms = catalogue.rooms.values();
        rooms.map(|live| Arc::clone(&live.log)).collect()
    }

    pub(crate) fn catalogue_mut(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.catalogue
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Catalogue {
    /// Takes changes in, with the triggers if they are among what has changed. Deleting an add-in takes it from its rooms.
    pub(crate) fn apply(&mut self, changes: CatalogueChanges, triggers: Option<Arc<Triggers>>) {
        self.version = changes.version;
        if let Some(triggers) = triggers {
            self.triggers = triggers;
        }
        for (id, addin) in changes.addins {
            if let Some(addin) = addin {
                self.addins.insert(id, Arc::new(addin));
                continue;
            }
            self.addins.remove(&id);
            let users = self
                .rooms
                .values_mut()
                .filter(|live| live.room.addin == Some(id));
            for live in users {
                Arc::make_mut(&mut live.room).addin = None;
            }
        }
        for (id, category) in changes.categories {
            match category {
                Some(category) => drop(self.categories.insert(id, Arc::new(category))),
                None => drop(self.categories.remove(&id)),
            }
        }
        for (id, room) in changes.rooms {
            let Some((room, head)) = room else {
                self.rooms.remove(&id);
                continue;
            };
            let room = Arc::new(room);
            match self.rooms.entry(id) {
                Entry::Occupied(mut known) => known.get_mut().room = room,
                Entry::Vacant(new) => {
                    let log = RoomLog::new(id, head);
                    new.insert(LiveRoom { room, log });
                }
            }
        }
    }

    /// The add-in that somebody typed: an identifier or a name.
    pub(crate) fn find_addin(&self, text: &str) -> Option<&Arc<Addin>> {
        if let Ok(id) = text.parse::<AddinId>() {
            return self.addins.get(&id);
        }
        let folded = fold(text.trim());
        self.addins
            .values()
            .find(|addin| addin.name.folded() == folded)
    }

    /// The category that somebody typed: an identifier or a name.
    pub(crate) fn find_category(&self, text: &str) -> Option<&Arc<Category>> {
        if let Ok(id) = text.parse::<CategoryId>() {
            return self.categories.get(&id);
        }
        let folded = fold(text.trim());
        self.categories
            .values()
            .find(|category| category.name.folded() == folded)
    }

    /// The rooms that use an add-in.
    pub(crate) fn rooms_using(&self, addin: AddinId) -> impl Iterator<Item = &LiveRoom> {
        self.rooms
            .values()
            .filter(move |live| live.room.addin == Some(addin))
    }

    /// The rooms of a category.
    pub(crate) fn rooms_in(&self, category: CategoryId) -> impl Iterator<Item = &LiveRoom> {
        self.rooms
            .values()
            .filter(move |live| live.room.category == category)
    }
}

/// A room as one moment has it.
#[derive(Clone)]
pub(crate) struct RoomView {
    pub(crate) pool: Arc<PoolState>,
    pub(crate) room: Arc<Room>,
    pub(crate) category: Arc<Category>,
    pub(crate) addin: Option<Arc<Addin>>,
    pub(crate) log: Arc<RoomLog>,
}

impl RoomView {
    fn of(pool: &Arc<PoolState>, catalogue: &Catalogue, live: &LiveRoom) -> Option<Self> {
        Some(Self {
            pool: Arc::clone(pool),
            category: Arc::clone(catalogue.categories.get(&live.room.category)?),
            addin: live
                .room
                .addin
                .and_then(|addin| catalogue.addins.get(&addin))
                .cloned(),
            room: Arc::clone(&live.room),
            log: Arc::clone(&live.log),
        })
    }

    /// Asks the permission table.
    pub(crate) fn may(&self, actor: &Actor, action: RoomAction) -> Result<(), Refusal> {
        in_room(
            action,
            actor.standing(&self.room, &self.category),
            self.room.facts(&self.category),
        )
    }

    /// What the room's add-in may do in it.
    pub(crate) fn granted(&self) -> Grants {
        self.addin.as_ref().map_or(Grants::NONE, |addin| {
            addin.granted_in(self.room.addin_withheld)
        })
    }
}

impl App {
    /// A pool by name.
    pub(crate) fn pool_state(&self, fqdn: &str) -> Result<Arc<PoolState>, Refusal> {
        let fqdn = fqdn.trim().to_ascii_lowercase();
        self.all_pools()
            .into_iter()
            .find(|state| state.fqdn().as_str() == fqdn)
            .ok_or_else(|| Refusal::new(Code::NoSuchNode, "There is no such pool. Check its name."))
    }

    /// A room, if it exists at all: ask [`RoomView::may`] before saying so to anybody.
    pub(crate) fn room_view(&self, id: RoomId) -> Result<RoomView, Refusal> {
        let pools = self.pools.read().unwrap_or_else(PoisonError::into_inner);
        pools
            .values()
            .find_map(|pool| {
                let catalogue = pool.catalogue();
                RoomView::of(pool, &catalogue, catalogue.rooms.get(&id)?)
            })
            .ok_or_else(Refusal::no_such_room)
    }

    /// The log of a room, if it exists at all.
    pub(crate) fn room_log(&self, id: RoomId) -> Option<Arc<RoomLog>> {
        let pools = self.pools.read().unwrap_or_else(PoisonError::into_inner);
        let mut pools = pools.values();
        pools.find_map(|pool| {
            pool.catalogue()
                .rooms
                .get(&id)
                .map(|live| Arc::clone(&live.log))
        })
    }

    /// Every room of a pool.
    pub(crate) fn room_views(pool: &Arc<PoolState>) -> Vec<RoomView> {
        let catalogue = pool.catalogue();
        catalogue
            .rooms
            .values()
            .filter_map(|live| RoomView::of(pool, &catalogue, live))
            .collect()
    }
}
