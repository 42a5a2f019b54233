//! Who is asking.

use std::sync::Arc;

use perch_domain::category::{Affiliations, Category};
use perch_domain::permission::{PoolAction, Standing, in_pool};
use perch_domain::principal::Principal;
use perch_domain::room::Room;
use perch_domain::{Code, CredentialId, PrincipalId, Refusal, Timestamp};

use crate::App;
use crate::pane::Pane;

/// A signed-in person or program, as of now.
#[derive(Clone, Debug)]
pub struct Actor {
    principal: Arc<Principal>,
    affiliations: Arc<Affiliations>,
    credential: Option<CredentialId>,
    expires_at: Option<Timestamp>,
    /// The pane for whose page this is asked.
    pane: Option<Arc<Pane>>,
}

impl Actor {
    /// The person.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The person's identifier.
    #[must_use]
    pub fn id(&self) -> PrincipalId {
        self.principal.id
    }

    /// The session or token; `None` for the program itself.
    #[must_use]
    pub const fn credential(&self) -> Option<CredentialId> {
        self.credential
    }

    /// When the session or token ends; never, when absent.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The pane for whose page this is asked; whoever lets one through has to ask for its grants.
    pub(crate) fn pane(&self) -> Option<&Pane> {
        self.pane.as_deref()
    }

    pub(crate) fn in_pane(self, pane: Pane) -> Self {
        let pane = Some(Arc::new(pane));
        Self { pane, ..self }
    }

    pub(crate) fn until(self, expires_at: Option<Timestamp>) -> Self {
        Self { expires_at, ..self }
    }

    /// Holds the administrator role.
    #[must_use]
    pub fn administrator(&self) -> bool {
        self.principal.administrator
    }

    pub(crate) fn standing(&self, room: &Room, category: &Category) -> Standing {
        room.standing(category, &self.affiliations, self.administrator())
    }

    /// What the person is in a category, without a room.
    pub(crate) fn standing_in(&self, category: &Category) -> Standing {
        let in_scope = category.scope.includes(&self.affiliations);
        Standing {
            administrator: self.administrator(),
            in_scope,
            creator: in_scope && self.affiliations.covered_by(&category.creators),
            ..Standing::default()
        }
    }

    /// Asks for what only administrators may do.
    pub(crate) fn may(&self, action: PoolAction) -> Result<(), Refusal> {
        in_pool(
            action,
            Standing {
                administrator: self.administrator(),
                ..Standing::default()
            },
        )
    }
}

impl App {
    /// The same caller as of now: with the roles and containers that the directory has at this moment.
    ///
    /// # Errors
    /// `NotSignedIn` when the person is gone or disabled, or the session or token has ended.
    pub fn refreshed(&self, actor: &Actor) -> Result<Actor, Refusal> {
        let now = self.now();
        if actor.expires_at.is_some_and(|end| end <= now) {
            return Err(not_signed_in());
        }
        let fresh = self.actor(actor.id(), actor.credential)?;
        Ok(fresh.until(actor.expires_at))
    }

    /// A person as of now.
    ///
    /// # Errors
    /// `NotSignedIn` when the person is gone or disabled.
    pub fn actor(
        &self,
        person: PrincipalId,
        credential: Option<CredentialId>,
    ) -> Result<Actor, Refusal> {
        let directory = self.directory();
        match directory.get(person) {
            Some(principal) if !principal.disabled => Ok(Actor {
                principal: Arc::clone(principal),
                affiliations: directory.affiliations(person),
                credential,
                expires_at: None,
                pane: None,
            }),
            _ => Err(not_signed_in()),
        }
    }
}

/// Nobody is signed in.
pub(crate) fn not_signed_in() -> Refusal {
    Refusal::new(
        Code::NotSignedIn,
        "You are not signed in, or your session has ended. Sign in and try again.",
    )
}
