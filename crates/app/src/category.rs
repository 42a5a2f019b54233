//! Categories: created, edited and deleted by administrators. Narrowing a scope acts at once.

use perch_domain::category::{Category, Scope};
use perch_domain::permission::PoolAction;
use perch_domain::room::Room;
use perch_domain::{CategoryId, Code, Description, Name, Refusal, Revision, Seq};
use perch_store::CatalogueChanges;
use perch_wire::category as wire;

use crate::catalogue::PoolState;
use crate::store_error::refused;
use crate::{Actor, App};

impl App {
    /// The categories of a pool, by name: all of them for an administrator, else those in which the caller may create rooms,
    /// without their lists.
    ///
    /// # Errors
    /// `NoSuchNode` for the pool.
    pub fn list_categories(
        &self,
        actor: &Actor,
        pool: &str,
    ) -> Result<Vec<wire::Category>, Refusal> {
        let pool = self.pool_state(pool)?;
        let categories: Vec<_> = pool.catalogue().categories.values().cloned().collect();
        let mut shown: Vec<_> = categories
            .iter()
            .map(|category| self.shown_category(actor, &pool, category))
            .filter(|category| actor.administrator() || category.may_create_rooms)
            .collect();
        shown.sort_by_key(|category| perch_domain::name::fold(&category.name));
        Ok(shown)
    }

    /// One category, for administrators.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`.
    pub fn get_category(
        &self,
        actor: &Actor,
        pool: &str,
        id: CategoryId,
    ) -> Result<wire::Category, Refusal> {
        actor.may(PoolAction::ManageCategories)?;
        let pool = self.pool_state(pool)?;
        let category = pool
            .catalogue()
            .categories
            .get(&id)
            .cloned()
            .ok_or_else(absent)?;
        Ok(self.shown_category(actor, &pool, &category))
    }

    /// Creates a category.
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidName`, `DuplicateCategoryName`, `NoSuchPrincipal`, `PrincipalsAlreadyDefined`,
    /// `PrincipalsNotInScope` for creators.
    pub async fn create_category(
        &self,
        actor: &Actor,
        pool: &str,
        new: &wire::NewCategory,
    ) -> Result<wire::Category, Refusal> {
        actor.may(PoolAction::ManageCategories)?;
        let pool = self.pool_state(pool)?;
        let now = self.now();
        let category = Category {
            id: CategoryId::new(now),
            pool: pool.fqdn().clone(),
            name: Name::parse(&new.name)?,
            description: Description::parse(&new.description)?,
            invitations: new.invitations,
            file_upload: new.file_upload,
            chat_history: new.chat_history,
            scope: Scope {
                allowed: self.resolve_list("allowed_members", &new.allowed_members)?,
                denied: self.resolve_list("denied_members", &new.denied_members)?,
            },
            creators: self.resolve_list("creators", &new.creators)?,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        };
        self.check_category(&category)?;
        let answer = self.shown_category(actor, &pool, &category);
        let mut change = self.change_pool(&pool).await?;
        change
            .write
            .insert_category(&category)
            .await
            .map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "category.create",
            identity(&category),
            None,
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let categories = vec![(category.id, Some(category))];
        let changes = CatalogueChanges {
            categories,
            ..CatalogueChanges::default()
        };
        change.commit(changes).await?;
        Ok(answer)
    }

    /// Changes a category. Whoever is no longer in scope leaves the lists of its rooms, and open windows, at once.
    ///
    /// # Errors
    /// Those of [`App::create_category`], `NoSuchNode`, `DataCollision`.
    pub async fn update_category(
        &self,
        actor: &Actor,
        pool: &str,
        id: CategoryId,
        patch: &wire::CategoryPatch,
    ) -> Result<wire::Category, Refusal> {
        actor.may(PoolAction::ManageCategories)?;
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let before = pool
            .catalogue()
            .categories
            .get(&id)
            .cloned()
            .ok_or_else(absent)?;
        if patch
            .revision
            .is_some_and(|revision| revision != before.revision.0)
        {
            return Err(Refusal::collision());
        }
        let category = self.patched(&before, patch)?;
        let narrowed: Vec<_> = pool
            .catalogue()
            .rooms_in(id)
            .filter_map(|live| self.narrowed(&live.room, &category))
            .collect();
        let (shown_before, answer) = (
            self.shown_category(actor, &pool, &before),
            self.shown_category(actor, &pool, &category),
        );
        change
            .write
            .update_category(&category)
            .await
            .map_err(refused)?;
        for room in &narrowed {
            change.write.update_room(room).await.map_err(refused)?;
        }
        let target = identity(&category);
        let record = self.audit_record(
            Some(actor),
            "category.update",
            target,
            Some(&shown_before),
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let rooms = narrowed
            .into_iter()
            .map(|room| (room.id, Some((room, Seq::ZERO))));
        let changes = CatalogueChanges {
            categories: vec![(id, Some(category))],
            rooms: rooms.collect(),
            ..CatalogueChanges::default()
        };
        change.commit(changes).await?;
        Ok(answer)
    }

    /// Removes a category without rooms.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, `CategoryNotEmpty` with the number of rooms.
    pub async fn delete_category(
        &self,
        actor: &Actor,
        pool: &str,
        id: CategoryId,
    ) -> Result<(), Refusal> {
        actor.may(PoolAction::ManageCategories)?;
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let category = pool
            .catalogue()
            .categories
            .get(&id)
            .cloned()
            .ok_or_else(absent)?;
        let rooms = pool.catalogue().rooms_in(id).count();
        if rooms > 0 {
            return Err(Refusal::new(
                Code::CategoryNotEmpty,
                format!("The category still contains {rooms} rooms; delete them or move them to another category first."),
            )
            .with("rooms", rooms));
        }
        let before = self.shown_category(actor, &pool, &category);
        change.write.delete_category(id).await.map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "category.delete",
            identity(&category),
            Some(&before),
            None,
        );
        change.write.audit(&record).await.map_err(refused)?;
        let changes = CatalogueChanges {
            categories: vec![(id, None)],
            ..CatalogueChanges::default()
        };
        change.commit(changes).await
    }

    fn patched(&self, before: &Category, patch: &wire::CategoryPatch) -> Result<Category, Refusal> {
        let mut category = before.clone();
        if let Some(name) = &patch.name {
            category.name = Name::parse(name)?;
        }
        if let Some(description) = &patch.description {
            category.description = Description::parse(description)?;
        }
        category.invitations = patch.invitations.unwrap_or(category.invitations);
        category.file_upload = patch.file_upload.unwrap_or(category.file_upload);
        category.chat_history = patch.chat_history.unwrap_or(category.chat_history);
        if let Some(list) = &patch.allowed_members {
            category.scope.allowed = self.resolve_list("allowed_members", list)?;
        }
        if let Some(list) = &patch.denied_members {
            category.scope.denied = self.resolve_list("denied_members", list)?;
        }
        if let Some(list) = &patch.creators {
            category.creators = self.resolve_list("creators", list)?;
        } else {
            // Creators who are not in the narrowed scope have no right left to keep.
            let scope = category.clone();
            category
                .creators
                .retain(|id| self.may_be_listed(&scope, *id));
        }
        category.revision.0 += 1;
        category.updated_at = self.now();
        self.check_category(&category)?;
        Ok(category)
    }

    fn check_category(&self, category: &Category) -> Result<(), Refusal> {
        category.scope.check()?;
        self.check_in_scope("creators", category, &category.creators)
    }

    /// A room of which somebody falls out of scope, without them.
    fn narrowed(&self, room: &Room, category: &Category) -> Option<Room> {
        let mut room = room.clone();
        if !room.keep_in_scope(|id| self.may_be_listed(category, id)) {
            return None;
        }
        room.revision.0 += 1;
        room.updated_at = self.now();
        Some(room)
    }

    fn shown_category(
        &self,
        actor: &Actor,
        pool: &PoolState,
        category: &Category,
    ) -> wire::Category {
        let standing = actor.standing_in(category);
        let lists = |list: &[_]| {
            if actor.administrator() {
                self.named(list)
            } else {
                Vec::new()
            }
        };
        wire::Category {
            id: category.id.0,
            pool: category.pool.to_string(),
            name: category.name.to_string(),
            description: category.description.as_str().to_owned(),
            invitations: category.invitations,
            file_upload: category.file_upload,
            chat_history: category.chat_history,
            allowed_members: lists(&category.scope.allowed),
            denied_members: lists(&category.scope.denied),
            creators: lists(&category.creators),
            room_count: pool.catalogue().rooms_in(category.id).count() as u64,
            may_create_rooms: standing.administrator || standing.creator,
            revision: category.revision.0,
        }
    }
}

fn identity(category: &Category) -> String {
    format!("{}\\{}", category.pool, category.name)
}

fn absent() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "The pool has no such category. Refresh the list; it may have been removed.",
    )
}
