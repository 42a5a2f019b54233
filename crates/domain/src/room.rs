//! Rooms, and what is derived from a room and its category.

use crate::category::{Affiliations, Category};
use crate::grant::Grants;
use crate::id::{AddinId, CategoryId, PrincipalId, Revision, RoomId};
use crate::name::{Description, Name};
use crate::permission::{RoomFacts, Standing};
use crate::pool::PoolFqdn;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// Who finds a room and who may read it (reference 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Privacy {
    /// Anybody in scope finds and joins it.
    Open,
    /// Anybody in scope finds it; members join it.
    #[default]
    Closed,
    /// Only members find it.
    Secret,
}

/// Who posts (reference 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RoomType {
    /// Everybody who may join.
    #[default]
    Normal,
    /// Presenters.
    Auditorium,
}

/// Whether new members are told of the room (reference 1.8). There is no `True` at room level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Invitations {
    /// As the category says.
    #[default]
    Inherit,
    /// Never.
    False,
}

/// A room with its lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// What links keep.
    pub id: RoomId,
    /// The pool that owns it.
    pub pool: PoolFqdn,
    /// Its category.
    pub category: CategoryId,
    /// Unique in the pool.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Who finds and reads it.
    pub privacy: Privacy,
    /// Who posts.
    pub room_type: RoomType,
    /// Whether new members are told.
    pub invitations: Invitations,
    /// Nobody may join, find or search it.
    pub disabled: bool,
    /// The add-in beside its conversation.
    pub addin: Option<AddinId>,
    /// What the add-in may not do here although an administrator granted it.
    pub addin_withheld: Grants,
    /// Who may join; none for an open room (reference 1.6).
    pub members: Vec<PrincipalId>,
    /// Who may edit it.
    pub managers: Vec<PrincipalId>,
    /// Who may post when it is an auditorium.
    pub presenters: Vec<PrincipalId>,
    /// Counts its changes.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Room {
    /// What the permission table needs to know of the room.
    #[must_use]
    pub const fn facts(&self, category: &Category) -> RoomFacts {
        RoomFacts {
            privacy: self.privacy,
            room_type: self.room_type,
            disabled: self.disabled,
            file_upload: category.file_upload,
            keeps_history: category.chat_history,
        }
    }

    /// What a person is to the room. Roles count only in scope (reference 1.4); an administrator's do always.
    #[must_use]
    pub fn standing(
        &self,
        category: &Category,
        who: &Affiliations,
        administrator: bool,
    ) -> Standing {
        let in_scope = category.scope.includes(who);
        let counts = in_scope || administrator;
        let member = counts && who.covered_by(&self.members);
        Standing {
            administrator,
            in_scope,
            creator: in_scope && who.covered_by(&category.creators),
            manager: counts && who.covered_by(&self.managers),
            member,
            presenter: counts
                && who.covered_by(&self.presenters)
                && (member || self.privacy == Privacy::Open),
        }
    }

    /// Whether a list of managers or presenters reaches somebody; [`Self::standing`] says whether that counts.
    #[must_use]
    pub fn lists_in_a_role(&self, who: &Affiliations) -> bool {
        who.covered_by(&self.managers) || who.covered_by(&self.presenters)
    }

    /// Removes from the lists whoever is not in scope any more (reference 1.4). Says whether anybody was.
    pub fn keep_in_scope(&mut self, in_scope: impl Fn(PrincipalId) -> bool) -> bool {
        let before = self.members.len() + self.managers.len() + self.presenters.len();
        for list in [&mut self.members, &mut self.managers, &mut self.presenters] {
            list.retain(|entry| in_scope(*entry));
        }
        before != self.members.len() + self.managers.len() + self.presenters.len()
    }

    /// Checks the lists against each other: presenters only in an auditorium, and only members of a room that keeps a
    /// member list.
    ///
    /// # Errors
    /// `NotAnAuditorium`, `PresenterNotInMemList`.
    pub fn check_presenters(
        &self,
        affiliations: impl Fn(PrincipalId) -> Affiliations,
    ) -> Result<(), Refusal> {
        if self.presenters.is_empty() {
            return Ok(());
        }
        if self.room_type != RoomType::Auditorium {
            return Err(Refusal::new(
                Code::NotAnAuditorium,
                "Only an auditorium has presenters; make the room an auditorium or remove them.",
            )
            .of("presenters"));
        }
        let listed = |entry: &PrincipalId| affiliations(*entry).covered_by(&self.members);
        if self.privacy == Privacy::Open || self.presenters.iter().all(listed) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::PresenterNotInMemList,
            "A presenter must be a member of the room first; add the person to the members.",
        )
        .of("presenters"))
    }
}
