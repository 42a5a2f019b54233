//! Rooms: found by whoever may see them, created by creators, edited by managers, deleted by administrators.

use std::collections::HashMap;
use std::sync::Arc;

use perch_domain::grant::Grants;
use perch_domain::permission::{PoolAction, RoomAction, in_pool, permissions};
use perch_domain::room::{Privacy, Room, RoomType};
use perch_domain::{AddinId, Code, Description, Name, Refusal, Revision, RoomId, Seq};
use perch_live::{Frame, RoomLog};
use perch_store::{Attention, CatalogueChanges};
use perch_wire::grant::grants;
use perch_wire::live::ServerFrame;
use perch_wire::room as wire;

use crate::catalogue::{Catalogue, PoolState, RoomView};
use crate::store_error::refused;
use crate::{Actor, App};

mod listing;

impl App {
    /// One room.
    ///
    /// # Errors
    /// `NoSuchNode` when it is not there, or not for the caller to know.
    pub async fn get_room(&self, actor: &Actor, id: RoomId) -> Result<wire::Room, Refusal> {
        let view = self.room_view(id)?;
        if view.may(actor, RoomAction::Find).is_err() {
            view.may(actor, RoomAction::FindInMyRooms)
                .map_err(|refusal| {
                    if view.room.disabled {
                        Refusal::no_such_room()
                    } else {
                        refusal
                    }
                })?;
        }
        let attention = self.attention(actor, &view.pool).await?.get(&id).copied();
        Ok(shown(actor, &view, attention))
    }

    /// A room with its lists.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission` for whoever does not manage it.
    pub async fn get_room_detail(
        &self,
        actor: &Actor,
        id: RoomId,
    ) -> Result<wire::RoomDetail, Refusal> {
        let view = self.room_view(id)?;
        view.may(actor, RoomAction::Edit)?;
        self.detail(actor, &view).await
    }

    /// Whether a name is free in a pool. Only for people who name rooms there: it tells of rooms that the caller may not
    /// know of.
    ///
    /// # Errors
    /// `NoSuchNode` for the pool, `ErrorPermission`, `InvalidName`.
    pub fn check_room_name(
        &self,
        actor: &Actor,
        pool: &str,
        name: &str,
    ) -> Result<wire::NameCheck, Refusal> {
        let pool = self.pool_state(pool)?;
        if !pool.is_run_by(actor) {
            return Err(Refusal::permission(
                "Only people who create or manage rooms in the pool may ask for a free name.",
            ));
        }
        let folded = Name::parse(name)?.folded();
        let taken = pool
            .catalogue()
            .rooms
            .values()
            .any(|live| live.room.name.folded() == folded);
        Ok(wire::NameCheck { available: !taken })
    }

    /// Creates a room. The creator becomes a manager and, unless the room is open, a member (reference 1.7).
    ///
    /// # Errors
    /// `UnableToCreateRoom`, `NoSuchCategory`, `NoSuchAddin`, `InvalidName`, `DuplicateRoomName`, `NoSuchPrincipal`,
    /// `PrincipalsNotInScope`, `NotAnAuditorium`, `PresenterNotInMemList`.
    pub async fn create_room(
        &self,
        actor: &Actor,
        pool: &str,
        new: &wire::NewRoom,
    ) -> Result<wire::RoomDetail, Refusal> {
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let (category, addin) = {
            let catalogue = pool.catalogue();
            let category = catalogue
                .find_category(&new.category)
                .cloned()
                .ok_or_else(no_category)?;
            in_pool(PoolAction::CreateRoom, actor.standing_in(&category))?;
            (
                category,
                new.addin
                    .as_deref()
                    .map(|typed| find_addin(&catalogue, typed))
                    .transpose()?,
            )
        };
        let now = self.now();
        let mut room = Room {
            id: RoomId::new(now),
            pool: pool.fqdn().clone(),
            category: category.id,
            name: Name::parse(&new.name)?,
            description: Description::parse(&new.description)?,
            privacy: new.privacy.map(Into::into).unwrap_or_default(),
            room_type: new.room_type.map(Into::into).unwrap_or_default(),
            invitations: new.invitations.map(Into::into).unwrap_or_default(),
            disabled: new.disabled,
            addin,
            addin_withheld: grants(&new.addin_withheld),
            members: self.resolve_list("members", &new.members)?,
            managers: self.resolve_list("managers", &new.managers)?,
            presenters: self.resolve_list("presenters", &new.presenters)?,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        };
        if !room.managers.contains(&actor.id()) {
            room.managers.insert(0, actor.id());
        }
        if room.privacy == Privacy::Open {
            room.members.clear();
        } else if !room.members.contains(&actor.id()) {
            room.members.insert(0, actor.id());
        }
        let view = RoomView {
            pool: Arc::clone(&pool),
            log: RoomLog::new(room.id, Seq::ZERO),
            addin: addin.and_then(|addin| pool.catalogue().addins.get(&addin).cloned()),
            room: Arc::new(room),
            category,
        };
        self.check_lists(&view)?;
        let answer = self.detail(actor, &view).await?;
        change
            .write
            .insert_room(&view.room)
            .await
            .map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "room.create",
            identity(&view.room),
            None,
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(&view.room, true)).await?;
        Ok(answer)
    }

    /// Changes a room. Acts at once: in open windows, panes included.
    ///
    /// # Errors
    /// Those of [`App::create_room`], `NoSuchNode`, `ErrorPermission`, `DataCollision`.
    pub async fn update_room(
        &self,
        actor: &Actor,
        id: RoomId,
        patch: &wire::RoomPatch,
    ) -> Result<wire::RoomDetail, Refusal> {
        let pool = Arc::clone(&self.room_view(id)?.pool);
        let mut change = self.change_pool(&pool).await?;
        let before = self.room_view(id)?;
        before.may(actor, RoomAction::Edit)?;
        if patch
            .revision
            .is_some_and(|revision| revision != before.room.revision.0)
        {
            return Err(Refusal::collision());
        }
        let after = self.patched_room(actor, &before, patch)?;
        let (shown_before, answer) = (
            self.detail(actor, &before).await?,
            self.detail(actor, &after).await?,
        );
        change
            .write
            .update_room(&after.room)
            .await
            .map_err(refused)?;
        let target = identity(&after.room);
        let record = self.audit_record(
            Some(actor),
            "room.update",
            target,
            Some(&shown_before),
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(&after.room, true)).await?;
        Ok(answer)
    }

    /// Deletes a room with everything in it.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission` for anybody but administrators.
    pub async fn delete_room(&self, actor: &Actor, id: RoomId) -> Result<(), Refusal> {
        let pool = Arc::clone(&self.room_view(id)?.pool);
        let mut change = self.change_pool(&pool).await?;
        let view = self.room_view(id)?;
        view.may(actor, RoomAction::Delete)?;
        let before = self.detail(actor, &view).await?;
        change.write.delete_room(id).await.map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "room.delete",
            identity(&view.room),
            Some(&before),
            None,
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(&view.room, false)).await
    }

    fn patched_room(
        &self,
        actor: &Actor,
        before: &RoomView,
        patch: &wire::RoomPatch,
    ) -> Result<RoomView, Refusal> {
        let catalogue = before.pool.catalogue();
        let mut room = before.room.as_ref().clone();
        let mut category = Arc::clone(&before.category);
        if let Some(typed) = &patch.category {
            let target = catalogue.find_category(typed).ok_or_else(no_category)?;
            if target.id != category.id {
                let creator_in_target = actor.standing_in(target).creator;
                before.may(actor, RoomAction::Move { creator_in_target })?;
                category = Arc::clone(target);
                room.category = target.id;
                room.keep_in_scope(|id| self.may_be_listed(target, id));
            }
        }
        if let Some(name) = &patch.name {
            room.name = Name::parse(name)?;
        }
        if let Some(description) = &patch.description {
            room.description = Description::parse(description)?;
        }
        room.privacy = patch.privacy.map_or(room.privacy, Into::into);
        room.room_type = patch.room_type.map_or(room.room_type, Into::into);
        room.invitations = patch.invitations.map_or(room.invitations, Into::into);
        room.disabled = patch.disabled.unwrap_or(room.disabled);
        if let Some(typed) = &patch.addin {
            let chosen = typed
                .as_deref()
                .map(|typed| find_addin(&catalogue, typed))
                .transpose()?;
            if chosen != room.addin {
                // What was withheld from one add-in says nothing about another.
                room.addin_withheld = Grants::NONE;
            }
            room.addin = chosen;
        }
        if let Some(withheld) = &patch.addin_withheld {
            room.addin_withheld = grants(withheld);
        }
        if let Some(list) = &patch.members {
            room.members = self.resolve_list("members", list)?;
        }
        if let Some(list) = &patch.managers {
            room.managers = self.resolve_list("managers", list)?;
        }
        match &patch.presenters {
            Some(list) => room.presenters = self.resolve_list("presenters", list)?,
            // What no longer makes sense goes without saying: presenters of a room that became normal, or who left it.
            None if room.room_type == RoomType::Normal => room.presenters.clear(),
            None if room.privacy == Privacy::Open => {}
            None => {
                let directory = self.directory();
                let members = &room.members;
                room.presenters
                    .retain(|id| directory.affiliations(*id).covered_by(members));
            }
        }
        if room.privacy == Privacy::Open {
            room.members.clear();
        }
        room.revision.0 += 1;
        room.updated_at = self.now();
        let view = RoomView {
            pool: Arc::clone(&before.pool),
            addin: room
                .addin
                .and_then(|addin| catalogue.addins.get(&addin).cloned()),
            log: Arc::clone(&before.log),
            room: Arc::new(room),
            category,
        };
        drop(catalogue);
        self.check_lists(&view)?;
        Ok(view)
    }

    fn check_lists(&self, view: &RoomView) -> Result<(), Refusal> {
        self.check_in_scope("members", &view.category, &view.room.members)?;
        self.check_in_scope("managers", &view.category, &view.room.managers)?;
        self.check_in_scope("presenters", &view.category, &view.room.presenters)?;
        view.room
            .check_presenters(|id| self.directory().affiliations(id).as_ref().clone())
    }

    async fn detail(&self, actor: &Actor, view: &RoomView) -> Result<wire::RoomDetail, Refusal> {
        let attention = self
            .attention(actor, &view.pool)
            .await?
            .get(&view.room.id)
            .copied();
        Ok(wire::RoomDetail {
            room: shown(actor, view, attention),
            members: self.named(&view.room.members),
            managers: self.named(&view.room.managers),
            presenters: self.named(&view.room.presenters),
        })
    }

    pub(crate) async fn attention(
        &self,
        actor: &Actor,
        pool: &PoolState,
    ) -> Result<HashMap<RoomId, Attention>, Refusal> {
        let attention = pool.attention().load(actor.id()).await?;
        Ok(attention.unwrap_or_default())
    }

    /// What a person may do in a room whose access may have changed, as a frame; a refusal when the room is closed for the
    /// person.
    ///
    /// # Errors
    /// Why the person may no longer have the room open.
    pub fn check_access(&self, actor: &Actor, room: RoomId) -> Result<Frame, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::Join)?;
        let permissions = permissions(
            actor.standing(&view.room, &view.category),
            view.room.facts(&view.category),
        );
        Ok(Frame::encode(&ServerFrame::Permissions {
            room: room.0,
            permissions: permissions.into(),
        }))
    }
}

/// A room as a person sees it.
pub(crate) fn shown(actor: &Actor, view: &RoomView, attention: Option<Attention>) -> wire::Room {
    let standing = actor.standing(&view.room, &view.category);
    let head = view.log.head();
    wire::Room {
        properties: view.properties(),
        permissions: permissions(standing, view.room.facts(&view.category)).into(),
        followed: attention.is_some_and(|attention| attention.followed),
        member: standing.member,
        head: head.0,
        unread: attention.map_or(0, |attention| head.0.saturating_sub(attention.read.0)),
        participant_count: view.log.participant_count(),
    }
}

fn find_addin(catalogue: &Catalogue, typed: &str) -> Result<AddinId, Refusal> {
    catalogue.find_addin(typed).map(|addin| addin.id).ok_or_else(|| {
        Refusal::new(
            Code::NoSuchAddin,
            "The room's pool has no such add-in. Add-ins are not shared between pools: choose one of this pool, or ask an administrator to register it there.",
        )
        .of("addin")
    })
}

/// A room as it is now, or gone. A new one has no message yet; of another the log knows better.
fn changed(room: &Room, there: bool) -> CatalogueChanges {
    CatalogueChanges {
        rooms: vec![(room.id, there.then(|| (room.clone(), Seq::ZERO)))],
        ..CatalogueChanges::default()
    }
}

fn identity(room: &Room) -> String {
    format!("{}\\{}", room.pool, room.name)
}

fn no_category() -> Refusal {
    Refusal::new(
        Code::NoSuchCategory,
        "The pool has no such category. Choose one of its categories.",
    )
    .of("category")
}
