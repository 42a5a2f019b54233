//! Changes of what is kept in memory: made one at a time, each checked against what the one before left, and told to
//! whoever is concerned.
//!
//! A change that another node made goes the same way into memory, and is told the same way, as one that was made here:
//! [`App::apply_to_catalogue`] and [`App::apply_to_directory`] are the only writers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use perch_domain::pool::Pool;
use perch_domain::{PrincipalId, Refusal, RoomId};
use perch_live::{Closing, Frame};
use perch_store::{CatalogueChanges, DeploymentWrite, DirectoryChanges, PoolWrite, StoreError};
use perch_wire::live::{CatalogueKind, ServerFrame};
use tokio::sync::MutexGuard;

use crate::App;
use crate::catalogue::{PoolState, RoomView};
use crate::directory::ready;
use crate::store_error::refused;

/// A change of a pool's catalogue that is being made. Memory has all that was changed before, on whichever node.
/// Dropping it undoes it.
pub(crate) struct PoolChange<'a> {
    app: &'a App,
    pool: &'a Arc<PoolState>,
    /// Where it is written.
    pub(crate) write: Box<dyn PoolWrite>,
    turn: MutexGuard<'a, ()>,
}

impl PoolChange<'_> {
    /// Stores the change, takes it into memory, and tells whoever is concerned.
    pub(crate) async fn commit(self, changes: CatalogueChanges) -> Result<(), Refusal> {
        let version = self.write.commit().await.map_err(refused)?;
        let changes = CatalogueChanges { version, ..changes };
        self.app.apply_to_catalogue(self.pool, changes);
        drop(self.turn);
        self.app.spread().await;
        Ok(())
    }
}

/// A change of the directory that is being made, as [`PoolChange`].
pub(crate) struct DirectoryChange<'a> {
    app: &'a App,
    /// Where it is written.
    pub(crate) write: Box<dyn DeploymentWrite>,
    turn: MutexGuard<'a, ()>,
}

impl DirectoryChange<'_> {
    /// Stores the change, takes it into memory with the pools that were opened for it, and tells whoever is concerned.
    pub(crate) async fn commit(
        self,
        changes: DirectoryChanges,
        opened: Vec<Arc<PoolState>>,
    ) -> Result<(), Refusal> {
        let version = self.write.commit().await.map_err(refused)?;
        let changes = DirectoryChanges { version, ..changes };
        self.app.apply_to_directory(changes, opened);
        drop(self.turn);
        self.app.spread().await;
        Ok(())
    }
}

impl App {
    async fn spread(&self) {
        if let Some(cluster) = &self.cluster {
            cluster.spread().await;
        }
    }

    /// Opens a pool that is new here.
    pub(crate) async fn open_pool(&self, pool: Pool) -> Result<Arc<PoolState>, StoreError> {
        let link = self.cluster.as_ref().map(|cluster| cluster.link().clone());
        PoolState::open(pool, &*self.storage, Arc::clone(&self.gaps), link).await
    }

    /// Begins a change of a pool's catalogue, once every other one has ended.
    pub(crate) async fn change_pool<'a>(
        &'a self,
        pool: &'a Arc<PoolState>,
    ) -> Result<PoolChange<'a>, Refusal> {
        let turn = pool.change.lock().await;
        let mut write = pool.store().write().await.map_err(refused)?;
        if write.version().await.map_err(refused)? > pool.catalogue().version {
            self.read_changes_of(pool).await.map_err(refused)?;
        }
        Ok(PoolChange {
            app: self,
            pool,
            write,
            turn,
        })
    }

    /// Begins a change of the directory, once every other one has ended.
    pub(crate) async fn change_directory(&self) -> Result<DirectoryChange<'_>, Refusal> {
        let turn = self.change.lock().await;
        let mut write = self.deployment.write().await.map_err(refused)?;
        if write.version().await.map_err(refused)? > self.directory().version {
            self.read_changes_of_directory().await.map_err(refused)?;
        }
        Ok(DirectoryChange {
            app: self,
            write,
            turn,
        })
    }

    /// Takes what has changed in a pool into memory. The caller has its turn.
    pub(crate) async fn read_changes_of(&self, pool: &Arc<PoolState>) -> Result<(), StoreError> {
        let since = pool.catalogue().version;
        let changes = pool.store().changes(since).await?;
        if changes.version > since {
            self.apply_to_catalogue(pool, changes);
        }
        Ok(())
    }

    /// Takes what has changed in the directory into memory. The caller has its turn.
    pub(crate) async fn read_changes_of_directory(&self) -> Result<(), StoreError> {
        let since = self.directory().version;
        let changes = self.deployment.changes(since).await?;
        let mut opened = Vec::new();
        for pool in &changes.pools {
            if self.pool_state(pool.fqdn.as_str()).is_err() {
                opened.push(self.open_pool(pool.clone()).await?);
            }
        }
        if changes.version > since {
            self.apply_to_directory(changes, opened);
        }
        Ok(())
    }

    fn apply_to_catalogue(&self, pool: &Arc<PoolState>, changes: CatalogueChanges) {
        let kinds = [
            (!changes.triggers.is_empty(), CatalogueKind::Trigger),
            (!changes.categories.is_empty(), CatalogueKind::Category),
            (!changes.rooms.is_empty(), CatalogueKind::Room),
        ];
        let categories: HashSet<_> = changes.categories.iter().map(|(id, _)| *id).collect();
        let addins: HashSet<_> = changes.addins.iter().map(|(id, _)| *id).collect();
        let rooms: HashSet<_> = changes.rooms.iter().map(|(id, _)| *id).collect();
        let before: HashMap<RoomId, RoomView> = Self::room_views(pool)
            .into_iter()
            .filter(|view| {
                rooms.contains(&view.room.id)
                    || categories.contains(&view.category.id)
                    || view.room.addin.is_some_and(|addin| addins.contains(&addin))
            })
            .map(|view| (view.room.id, view))
            .collect();
        // Made ready before anybody has to wait for the catalogue.
        let triggers = (!changes.triggers.is_empty())
            .then(|| Arc::new(pool.triggers().changed(&changes.triggers)));
        pool.catalogue_mut().apply(changes, triggers);
        self.note_versions();

        let mut moments = Vec::new();
        let views: Vec<_> = (before.keys().copied())
            .chain(rooms.iter().copied().filter(|id| !before.contains_key(id)))
            .map(|id| (before.get(&id), self.room_view(id).ok()))
            .collect();
        for (before, after) in &views {
            let access = before
                .as_ref()
                .zip(after.as_ref())
                .is_none_or(|(before, after)| {
                    rooms.contains(&after.room.id)
                        || categories.contains(&before.category.id)
                        || categories.contains(&after.category.id)
                });
            if access {
                if let Some(view) = before {
                    view.log.access_changed();
                }
                let moment =
                    |view: &Option<_>| view.map(|view: &RoomView| (&*view.room, &*view.category));
                moments.push((moment(before), moment(&after.as_ref())));
            }
            if let Some(after) = after.as_ref().filter(|_| before.is_some()) {
                Self::tell_room_updated(after);
            }
        }
        if !moments.is_empty() {
            self.tell_rooms_changed(&moments);
        }
        if !addins.is_empty() {
            self.tell_addins_changed(pool);
        }
        for (_, kind) in kinds.into_iter().filter(|(changed, _)| *changed) {
            self.tell_catalogue_changed(pool, kind);
        }
    }

    fn apply_to_directory(&self, changes: DirectoryChanges, opened: Vec<Arc<PoolState>>) {
        let disabled: Vec<PrincipalId> = (changes.principals.iter())
            .filter(|stored| stored.principal.disabled)
            .map(|stored| stored.principal.id)
            .collect();
        let changed: Vec<PrincipalId> = {
            let mut directory = self.directory_mut();
            let changed = (changes.principals.iter())
                .map(|stored| stored.principal.id)
                .filter(|id| directory.get(*id).is_some())
                .collect();
            for stored in changes.principals {
                directory.put(stored);
            }
            directory.version = changes.version;
            if let Some(names) = changes.inactive_nodes {
                directory.inactive_nodes = names.into_iter().collect();
            }
            if let Some(keys) = changes.token_keys {
                directory.token_keys = ready(keys);
            }
            changed
        };
        self.pools
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(opened.into_iter().map(|pool| (pool.fqdn().clone(), pool)));
        self.note_versions();
        for (person, credential) in changes.ended {
            self.people()
                .close_credential(person, credential, Closing::SessionEnded);
        }
        for person in disabled {
            self.people().close(person, Closing::SessionEnded);
        }
        if changed.is_empty() {
            return;
        }
        // Who is contained where decides over any room.
        for pool in self.all_pools() {
            for view in Self::room_views(&pool) {
                view.log.access_changed();
            }
        }
        let frame = Frame::encode(&ServerFrame::RoomsChanged {});
        for person in self.people().connected() {
            if self.directory().affiliations(person).covered_by(&changed) {
                self.people().send(person, &frame);
            }
        }
    }
}
