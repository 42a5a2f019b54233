//! The isolating proxy: who may see a page through it, and where that page is.
//!
//! The broker document of a pane has a ticket, good for a minute and for one site. There it becomes a pass, which the browser keeps
//! for that site's origin alone. Either is a signed text, so that every node knows it; whether its session lasts and what its
//! person may see is asked anew for every request.

use perch_domain::addin::{Addin, Origin};
use perch_domain::addin_proxy::{Site, connections, policy};
use perch_domain::permission::RoomAction;
use perch_domain::{AddinId, Code, CredentialId, PrincipalId, Refusal, RoomId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::{Position, Url};
use uuid::Uuid;

use crate::addin::AddinPage;
use crate::catalogue::RoomView;
use crate::pane::no_addin;
use crate::signature;
use crate::store_error::refused;
use crate::{Actor, App};

/// The type of a ticket's text.
const TICKET: &str = "perch-addin-ticket+jwt";
/// The type of a pass' text.
const PASS: &str = "perch-addin-pass+jwt";
/// How long a ticket is good for.
const TICKET_SECONDS: i64 = 60;
/// How long a pass is, unless the session ends before: longer than a working day.
const PASS_SECONDS: i64 = 16 * 3_600;

/// Who looks at which add-in beside which room.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Look {
    /// The browser's session, whose person looks.
    credential: Uuid,
    room: Uuid,
    addin: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    #[serde(flatten)]
    look: Look,
    /// The page: its path, query and fragment.
    to: String,
    /// When the pass ends.
    ends: i64,
    exp: i64,
}

#[derive(Serialize, Deserialize)]
struct Pass {
    #[serde(flatten)]
    look: Look,
    exp: i64,
}

/// What a ticket is exchanged for.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The pass, to be kept by the browser for this origin.
    pub pass: String,
    /// How long it is good for.
    pub seconds: i64,
    /// Where to go: path, query and fragment.
    pub to: String,
}

/// The server of a page, and what the page may reach.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The only address that is asked; a request has its own path and query.
    pub page: Url,
    /// The page's policy.
    pub policy: String,
    /// The page's `Connection-Allowlist`.
    pub connections: String,
    /// Who looks at it.
    pub person: PrincipalId,
}

impl App {
    /// The same page, through the proxy if that is how its add-in is shown.
    pub(crate) fn isolated(
        &self,
        actor: &Actor,
        beside: &RoomView,
        addin: &Addin,
        page: AddinPage,
    ) -> Result<AddinPage, Refusal> {
        if !addin.proxied {
            return Ok(page);
        }
        let host = self.settings().addin_proxy.as_ref().ok_or_else(no_proxy)?;
        let credential = actor.credential().ok_or_else(ended)?;
        let url = Url::parse(&page.url).map_err(|_| no_addin())?;
        let now = self.now();
        let ends = now.plus_seconds(PASS_SECONDS);
        let ends = actor.expires_at().map_or(ends, |session| session.min(ends));
        let ticket = Ticket {
            look: Look {
                credential: credential.0,
                room: beside.room.id.0,
                addin: addin.id.0,
            },
            to: url[Position::BeforePath..].to_owned(),
            ends: ends.as_seconds(),
            exp: now.plus_seconds(TICKET_SECONDS).as_seconds(),
        };
        let ticket = self.sign(TICKET, &ticket)?;
        let origin = host.origin_of(Site::of(addin.id, &page.origin));
        Ok(AddinPage {
            entrance: Some(format!("{origin}/.perch/enter?ticket={ticket}")),
            origin: Origin::parse(&origin)?,
            // A window of its own would be shown wherever the page likes.
            popups: false,
            ..page
        })
    }

    /// Exchanges a ticket for a pass, at a site.
    ///
    /// # Errors
    /// `PaneEnded` when it is none, too old, or for another site; those of [`App::addin_upstream`].
    pub async fn enter_addin_proxy(&self, site: Site, ticket: &str) -> Result<Entered, Refusal> {
        let ticket = self.signed::<Ticket>(TICKET, ticket)?;
        let now = self.now().as_seconds();
        if now >= ticket.exp {
            return Err(ended());
        }
        self.looked_at(site, ticket.look).await?;
        let pass = Pass {
            look: ticket.look,
            exp: ticket.ends,
        };
        Ok(Entered {
            pass: self.sign(PASS, &pass)?,
            seconds: ticket.ends - now,
            to: ticket.to,
        })
    }

    /// Where the page of a site is, for the bearer of a pass.
    ///
    /// # Errors
    /// `PaneEnded` when the pass is none, too old, or for another site; `NotSignedIn` when its session has ended; those of seeing
    /// the room's add-in; `NoSuchAddin` when it is not proxied any more; `AddinDisabled`.
    pub async fn addin_upstream(&self, site: Site, pass: &str) -> Result<Upstream, Refusal> {
        let pass = self.signed::<Pass>(PASS, pass)?;
        if self.now().as_seconds() >= pass.exp {
            return Err(ended());
        }
        self.looked_at(site, pass.look).await
    }

    fn signed<T: DeserializeOwned>(&self, typ: &str, text: &str) -> Result<T, Refusal> {
        let keys = self.directory().token_keys.clone();
        signature::check(&keys, typ, text).ok_or_else(ended)
    }

    async fn looked_at(&self, site: Site, look: Look) -> Result<Upstream, Refusal> {
        let session = self.deployment.credential(CredentialId(look.credential));
        let actor = self.holder(session.await.map_err(refused)?).await?;
        let view = self.room_view(RoomId(look.room))?;
        view.may(&actor, RoomAction::SeeAddin)?;
        let addin = view.addin_shown(Some(AddinId(look.addin)))?;
        if !addin.proxied {
            return Err(no_addin());
        }
        if addin.disabled {
            return Err(addin.refuse_disabled());
        }
        let origin = addin.url.origin().ok_or_else(no_addin)?;
        if Site::of(addin.id, &origin) != site {
            return Err(ended());
        }
        let host = self.settings().addin_proxy.as_ref().ok_or_else(no_proxy)?;
        let (sockets, hosts) = (host.sockets_of(site), &addin.proxied_hosts);
        Ok(Upstream {
            page: Url::parse(origin.as_str()).map_err(|_| no_addin())?,
            policy: policy(&sockets, hosts, &self.settings().own_origin),
            connections: connections(&sockets, hosts),
            person: actor.id(),
        })
    }
}

pub(crate) fn no_proxy() -> Refusal {
    let detail = "This deployment has no isolating proxy. Its operator sets addins.proxy_host first: docs/guide/addins.md says how.";
    Refusal::new(Code::InvalidArgument, detail)
}

fn ended() -> Refusal {
    Refusal::new(
        Code::PaneEnded,
        "This page is shown inside the chat only. Open it there again.",
    )
}
