//! Panes: what is asked for an add-in's page carries its pane, and may do what the add-in was granted, nothing else.
//!
//! A pane is known by a signed text that names room, add-in, origin and person, so that every node knows it and none keeps
//! it. What it may do is asked anew for every call: grants, and the add-in itself, may be gone since it was opened.

use perch_domain::addin::{Addin, Origin};
use perch_domain::grant::{Capability, Grants};
use perch_domain::permission::RoomAction;
use perch_domain::{AddinId, Code, Refusal, RoomId};
use perch_store::CatalogueChanges;
use perch_wire::grant::names;
use perch_wire::pane as wire;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalogue::RoomView;
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
}

impl App {
    /// Opens a pane for the page of a room's add-in. What the page wants and was not granted is noted for administrators.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchAddin` when it has none, `AddinDisabled`, `LimitExceeded`.
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
        let (addin, origin) = shown(&view)?;
        if addin.disabled {
            return Err(addin.refuse_disabled());
        }
        let pane = Pane {
            sid: Uuid::new_v4(),
            person: actor.id().0,
            room: room.0,
            addin: addin.id.0,
            origin: origin.as_str().to_owned(),
            exp: self.now().plus_seconds(PANE_SECONDS).as_seconds(),
        };
        let withheld = view.room.addin_withheld;
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
            subject: subject(addin, actor.id(), view.granted()),
            granted: names(view.granted()),
            denied: denied.collect(),
        };
        let wants = new
            .wants
            .iter()
            .filter_map(|name| Capability::parse(name))
            .collect();
        self.note_wants(actor, &view, wants).await?;
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
        view: &RoomView,
        wants: Grants,
    ) -> Result<(), Refusal> {
        let lacks = |addin: &Addin| {
            let known = addin.granted.whole().and(addin.requested);
            wants.iter().any(|want| !known.has(want))
        };
        let Some(id) = view
            .addin
            .as_ref()
            .filter(|addin| lacks(addin))
            .map(|addin| addin.id)
        else {
            return Ok(());
        };
        let mut change = self.change_pool(&view.pool).await?;
        let Some(addin) = view
            .pool
            .catalogue()
            .addins
            .get(&id)
            .filter(|addin| lacks(addin))
            .cloned()
        else {
            return Ok(());
        };
        let before = crate::addin::shown(&view.pool.catalogue(), &addin);
        let mut addin = addin.as_ref().clone();
        let granted = addin.granted.whole();
        addin.requested = addin
            .requested
            .and(wants.iter().filter(|want| !granted.has(*want)).collect());
        let after = crate::addin::shown(&view.pool.catalogue(), &addin);
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
            Some(addin) => addin.may(capability, self.room.addin_withheld),
            None => Ok(()),
        }
    }

    /// The add-in for whose page the caller asks, if it is for one.
    ///
    /// # Errors
    /// `PaneEnded` when the pane is of another room, or shows what is not the room's add-in any more.
    pub(crate) fn shows_pane_of(&self, actor: &Actor) -> Result<Option<&Addin>, Refusal> {
        let Some(pane) = actor.pane() else {
            return Ok(None);
        };
        let (addin, origin) = shown(self)?;
        if pane.room != self.room.id.0 || pane.addin != addin.id.0 || pane.origin != origin.as_str()
        {
            return Err(ended());
        }
        Ok(Some(addin))
    }
}

fn shown(view: &RoomView) -> Result<(&Addin, Origin), Refusal> {
    let addin = view.addin.as_deref().ok_or_else(no_addin)?;
    Ok((addin, addin.url.origin().ok_or_else(no_addin)?))
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
