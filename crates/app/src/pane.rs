//! Panes: what is asked for an add-in's page carries its pane, and may do what the add-in was granted, nothing else.
//!
//! A pane is known by a signed text that names room, add-in, origin and person, so that every node knows it and none keeps
//! it. What it may do is asked anew for every call: grants, and the add-in itself, may be gone since it was opened.

use std::sync::Arc;

use perch_domain::addin::Addin;
use perch_domain::grant::{Capability, Grants};
use perch_domain::permission::RoomAction;
use perch_domain::{AddinId, Code, Refusal, RoomId};
use perch_store::CatalogueChanges;
use perch_wire::grant::names;
use perch_wire::pane as wire;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalogue::{PoolState, RoomView};
use crate::pseudonym::subject;
use crate::signature;
use crate::store_error::refused;
use crate::{Actor, App};

/// The type of a pane's text.
const TYPE: &str = "perch-pane+jwt";
/// How long a pane may be open before its page has to open another: longer than a working day.
const PANE_SECONDS: i64 = 16 * 3_600;
/// Names of capabilities that a page may want.
const WANTS_MAX: usize = 64;

/// The pane for whose page something is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pane {
    /// The pane.
    pub(crate) sid: Uuid,
    person: Uuid,
    room: Uuid,
    addin: Uuid,
    origin: String,
    /// Another page opened it beside the room's own.
    #[serde(default)]
    beside: bool,
    exp: i64,
}

impl Pane {
    /// The add-in whose page it shows.
    pub(crate) const fn addin(&self) -> AddinId {
        AddinId(self.addin)
    }

    /// The room beside which it is shown.
    pub(crate) const fn room(&self) -> RoomId {
        RoomId(self.room)
    }

    /// Where that page is.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The add-in, if it is not the room's own.
    fn beside(&self) -> Option<AddinId> {
        self.beside.then(|| self.addin())
    }
}

impl App {
    /// Opens a pane for the page of a room's add-in, or of another of its pool that a page opened beside it. What the page wants and
    /// was not granted is noted for administrators.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchAddin` when it has none, `NoSuchNode` for one that is not in its pool,
    /// `AddinDisabled`, `LimitExceeded`.
    pub async fn open_pane(
        &self,
        actor: &Actor,
        room: RoomId,
        new: &wire::NewPane,
    ) -> Result<wire::Pane, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        if new.wants.len() > WANTS_MAX {
            let detail = format!("A page may want {WANTS_MAX} things; name fewer.");
            return Err(Refusal::new(Code::LimitExceeded, detail).of("wants"));
        }
        let beside = new.beside.map(AddinId);
        let addin = view.addin_shown(beside)?;
        let origin = addin.url.origin().ok_or_else(no_addin)?;
        if addin.disabled {
            return Err(addin.refuse_disabled());
        }
        let pane = Pane {
            sid: Uuid::new_v4(),
            person: actor.id().0,
            room: room.0,
            addin: addin.id.0,
            origin: origin.as_str().to_owned(),
            beside: beside.is_some(),
            exp: self.now().plus_seconds(PANE_SECONDS).as_seconds(),
        };
        let withheld = view.withheld(&addin, beside);
        let granted = addin.granted_in(withheld);
        let denied = new.wants.iter().filter_map(|name| {
            let why = match Capability::parse(name) {
                Some(capability) => addin.denied_in(capability, withheld)?.into(),
                None => wire::Why::Unknown,
            };
            Some(wire::Denied {
                capability: name.clone(),
                why,
            })
        });
        let opened = wire::Pane {
            id: pane.sid,
            token: self.sign(TYPE, &pane)?,
            subject: subject(&addin, actor.id(), granted),
            granted: names(granted),
            denied: denied.collect(),
        };
        let wants = new
            .wants
            .iter()
            .filter_map(|name| Capability::parse(name))
            .collect();
        self.note_wants(actor, &view.pool, &addin, wants).await?;
        Ok(opened)
    }

    /// The same caller, asking for the page of a pane.
    ///
    /// # Errors
    /// `PaneEnded` when the pane is none of this person's, or has been open too long.
    pub fn for_pane(&self, actor: Actor, token: &str) -> Result<Actor, Refusal> {
        let keys = self.directory().token_keys.clone();
        let now = self.now();
        signature::check::<Pane>(&keys, TYPE, token)
            .filter(|pane| pane.person == actor.id().0 && now.as_seconds() < pane.exp)
            .map(|pane| actor.in_pane(pane))
            .ok_or_else(ended)
    }

    /// Notes what a page wants beyond its add-in's maximum, once.
    async fn note_wants(
        &self,
        actor: &Actor,
        pool: &Arc<PoolState>,
        addin: &Addin,
        wants: Grants,
    ) -> Result<(), Refusal> {
        let lacks = |addin: &Addin| {
            let known = addin.granted.whole().and(addin.requested);
            wants.iter().any(|want| !known.has(want))
        };
        if !lacks(addin) {
            return Ok(());
        }
        let id = addin.id;
        let mut change = self.change_pool(pool).await?;
        let Some(addin) = pool
            .catalogue()
            .addins
            .get(&id)
            .filter(|addin| lacks(addin))
            .cloned()
        else {
            return Ok(());
        };
        let before = crate::addin::shown(&pool.catalogue(), &addin);
        let mut addin = addin.as_ref().clone();
        let granted = addin.granted.whole();
        addin.requested = addin
            .requested
            .and(wants.iter().filter(|want| !granted.has(*want)).collect());
        let after = crate::addin::shown(&pool.catalogue(), &addin);
        change.write.update_addin(&addin).await.map_err(refused)?;
        let target = crate::addin::identity(&addin);
        let record = self.audit_record(
            Some(actor),
            "addin.request",
            target,
            Some(&before),
            Some(&after),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let addins = vec![(id, Some(addin))];
        change
            .commit(CatalogueChanges {
                addins,
                ..CatalogueChanges::default()
            })
            .await
    }
}

impl RoomView {
    /// May the caller do this here as far as the add-in's grants go? Whoever asks for no add-in's page may.
    ///
    /// # Errors
    /// `PaneEnded` when the pane is of another room, or shows what is not the room's add-in any more; `AddinDisabled`;
    /// `ActionNotGranted`.
    pub(crate) fn granted_to(&self, actor: &Actor, capability: Capability) -> Result<(), Refusal> {
        match self.shows_pane_of(actor)? {
            Some((pane, addin)) => addin.may(capability, self.withheld(&addin, pane.beside())),
            None => Ok(()),
        }
    }

    /// The add-in whose page is shown beside the conversation: the room's own, or another of its pool that a page opened.
    ///
    /// # Errors
    /// `NoSuchAddin` when the room has none; `NoSuchNode` for one that is not in its pool.
    pub(crate) fn addin_shown(&self, beside: Option<AddinId>) -> Result<Arc<Addin>, Refusal> {
        let Some(id) = beside else {
            return self.addin.clone().ok_or_else(no_addin);
        };
        let addin = self.pool.catalogue().addins.get(&id).cloned();
        addin.ok_or_else(crate::addin::absent)
    }

    /// What is withheld from such an add-in here.
    fn withheld(&self, addin: &Addin, beside: Option<AddinId>) -> Grants {
        match beside {
            None => self.room.addin_withheld,
            Some(_) => addin.withheld_beside(),
        }
    }

    /// The pane for whose page the caller asks, if it is for one, and what it shows.
    ///
    /// # Errors
    /// `PaneEnded` when the pane is of another room, or shows what is not the room's add-in any more, or not where it was;
    /// `NoSuchAddin`, `NoSuchNode` when there is none.
    pub(crate) fn shows_pane_of<'a>(
        &self,
        actor: &'a Actor,
    ) -> Result<Option<(&'a Pane, Arc<Addin>)>, Refusal> {
        let Some(pane) = actor.pane() else {
            return Ok(None);
        };
        let addin = self.addin_shown(pane.beside())?;
        let origin = addin.url.origin().ok_or_else(no_addin)?;
        if pane.room != self.room.id.0 || pane.addin != addin.id.0 || pane.origin != origin.as_str()
        {
            return Err(ended());
        }
        Ok(Some((pane, addin)))
    }
}

/// That there is nothing to be shown.
pub(crate) fn no_addin() -> Refusal {
    Refusal::new(
        Code::NoSuchAddin,
        "This room has no add-in that can be shown; its manager can choose one.",
    )
}

/// That the pane is not open any more.
fn ended() -> Refusal {
    Refusal::new(
        Code::PaneEnded,
        "The pane of this page has ended. Open it again.",
    )
}
