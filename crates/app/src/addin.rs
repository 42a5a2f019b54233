//! Add-ins: registered by administrators in one pool, chosen by room managers.

use perch_domain::addin::{Addin, AddinUrl, Origin};
use perch_domain::addin_proxy::hosts;
use perch_domain::grant::{Capability, Grants};
use perch_domain::permission::{PoolAction, RoomAction};
use perch_domain::secret::Secret;
use perch_domain::{AddinId, Code, Name, Refusal, Revision, RoomId};
use perch_store::CatalogueChanges;
use perch_wire::addin as wire;
use perch_wire::grant::grants;
use perch_wire::intent::declared;

use crate::addin_proxy::no_proxy;
use crate::catalogue::{Catalogue, RoomView};
use crate::session::random_bytes;
use crate::store_error::refused;
use crate::{Actor, App};

/// The page beside a room's conversation, ready to be shown to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddinPage {
    /// The add-in's name.
    pub name: String,
    /// Its page, with variables filled in.
    pub url: String,
    /// The only origin that may be shown.
    pub origin: Origin,
    /// Where its frame begins instead, when it is shown through the isolating proxy.
    pub entrance: Option<String>,
    /// It may open windows of its own.
    pub popups: bool,
}

impl App {
    /// The add-ins of a pool, by name.
    ///
    /// # Errors
    /// `NoSuchNode` for the pool, `ErrorPermission` for whoever is in the scope of none of its categories.
    pub fn list_addins(&self, actor: &Actor, pool: &str) -> Result<Vec<wire::Addin>, Refusal> {
        let pool = self.pool_state(pool)?;
        Self::may_list_addins(actor, &pool)?;
        let catalogue = pool.catalogue();
        let mut addins: Vec<_> = catalogue
            .addins
            .values()
            .map(|addin| shown(&catalogue, addin))
            .collect();
        addins.sort_by_key(|addin| perch_domain::name::fold(&addin.name));
        Ok(addins)
    }

    /// One add-in.
    ///
    /// # Errors
    /// As [`App::list_addins`], and `NoSuchNode` for the add-in.
    pub fn get_addin(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<wire::Addin, Refusal> {
        let pool = self.pool_state(pool)?;
        Self::may_list_addins(actor, &pool)?;
        let catalogue = pool.catalogue();
        catalogue
            .addins
            .get(&id)
            .map(|addin| shown(&catalogue, addin))
            .ok_or_else(absent)
    }

    /// Registers an add-in.
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidName`, `InvalidUrl`, `InvalidArgument`, `DuplicateAddinName`.
    pub async fn create_addin(
        &self,
        actor: &Actor,
        pool: &str,
        new: &wire::NewAddin,
    ) -> Result<wire::Addin, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let now = self.now();
        let addin = Addin {
            id: AddinId::new(now),
            pool: pool.fqdn().clone(),
            name: Name::parse(&new.name)?,
            url: AddinUrl::parse(&new.url, &self.settings().own_origin)?,
            granted: (new.granted.as_deref())
                .map_or(Grants::DEFAULT, |names| grants(names).whole()),
            requested: Grants::NONE,
            approved: true,
            disabled: false,
            intents: declared(&new.intents)?,
            proxied: self.may_proxy(new.proxied)?,
            proxied_hosts: hosts(&new.proxied_hosts, &self.settings().own_origin)?,
            secret: Secret(random_bytes()?),
            webhook: None,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        };
        let answer = wire::Addin::new(&addin, 0);
        let mut change = self.change_pool(&pool).await?;
        change.write.insert_addin(&addin).await.map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "addin.create",
            identity(&addin),
            None,
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(addin.id, Some(addin))).await?;
        self.checks.notify_one();
        Ok(answer)
    }

    /// Renames, re-points, grants or disables an add-in. Rooms that use it show the new page, let it do what it may now, or
    /// close it, at once.
    ///
    /// # Errors
    /// Those of [`App::create_addin`], `NoSuchNode`, `DataCollision`.
    pub async fn update_addin(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        patch: &wire::AddinPatch,
    ) -> Result<wire::Addin, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let (before, mut addin) = {
            let catalogue = pool.catalogue();
            let addin = catalogue.addins.get(&id).ok_or_else(absent)?;
            (shown(&catalogue, addin), addin.as_ref().clone())
        };
        if patch
            .revision
            .is_some_and(|revision| revision != addin.revision.0)
        {
            return Err(Refusal::collision());
        }
        if let Some(name) = &patch.name {
            addin.name = Name::parse(name)?;
        }
        if let Some(url) = &patch.url {
            addin.repoint(AddinUrl::parse(url, &self.settings().own_origin)?);
        }
        if let Some(granted) = &patch.granted {
            addin.grant(grants(granted));
        }
        addin.disabled = patch.disabled.unwrap_or(addin.disabled);
        if let Some(intents) = &patch.intents {
            addin.intents = declared(intents)?;
        }
        if let Some(proxied) = patch.proxied {
            addin.proxied = self.may_proxy(proxied)?;
        }
        if let Some(named) = &patch.proxied_hosts {
            addin.proxied_hosts = hosts(named, &self.settings().own_origin)?;
        }
        addin.revision.0 += 1;
        addin.updated_at = self.now();
        let answer = wire::Addin::new(&addin, before.room_count);
        change.write.update_addin(&addin).await.map_err(refused)?;
        if before.url != answer.url {
            pool.reports().forget(id);
            let forgotten = change.write.forget_addin_health(id).await;
            forgotten.map_err(refused)?;
        }
        let record = self.audit_record(
            Some(actor),
            "addin.update",
            identity(&addin),
            Some(&before),
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(id, Some(addin))).await?;
        self.checks.notify_one();
        Ok(answer)
    }

    /// Removes an add-in. Rooms that used it have none; with `force` only, if there are any.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, `AddinInUse` with the number of rooms.
    pub async fn delete_addin(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
        force: bool,
    ) -> Result<(), Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let mut change = self.change_pool(&pool).await?;
        let (before, target, rooms) = {
            let catalogue = pool.catalogue();
            let addin = catalogue.addins.get(&id).ok_or_else(absent)?;
            let users = catalogue.rooms_using(id).count();
            (shown(&catalogue, addin), identity(addin), users)
        };
        if rooms > 0 && !force {
            return Err(Refusal::new(
                Code::AddinInUse,
                format!("{rooms} rooms use this add-in; their pane will be empty. Remove it with force if that is meant."),
            )
            .with("rooms", rooms));
        }
        change.write.delete_addin(id).await.map_err(refused)?;
        let record = self.audit_record(Some(actor), "addin.delete", target, Some(&before), None);
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(id, None)).await
    }

    /// Whether an add-in is to be proxied, which takes a host to do it on.
    fn may_proxy(&self, wanted: bool) -> Result<bool, Refusal> {
        if wanted && self.settings().addin_proxy.is_none() {
            return Err(no_proxy().of("proxied"));
        }
        Ok(wanted)
    }

    /// The page beside a room's conversation.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchAddin` when it has none, or one whose stored address is bad;
    /// `AddinDisabled`.
    pub fn addin_page(
        &self,
        actor: &Actor,
        room: RoomId,
        locale: &str,
        theme: &str,
    ) -> Result<AddinPage, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        let none = crate::pane::no_addin;
        let addin = view.addin.as_ref().ok_or_else(none)?;
        let id = view.room.id.to_string();
        let told = (id.as_str(), view.room.name.as_str());
        let page = page(addin, &view, told, locale, theme)?.ok_or_else(none)?;
        let popups = view.granted().has(Capability::Popups);
        self.isolated(actor, &view, addin, AddinPage { popups, ..page })
    }

    /// The page of another add-in of the room's pool, opened beside the conversation because a page asked for it. Nobody chose
    /// it for the room: it is not told which one it is beside.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchNode` for what is not in its pool or has a bad address; `AddinDisabled`.
    pub fn addin_page_beside(
        &self,
        actor: &Actor,
        room: RoomId,
        addin: AddinId,
        locale: &str,
        theme: &str,
    ) -> Result<AddinPage, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        let addin = view.addin_shown(Some(addin))?;
        let page = page(&addin, &view, ("", ""), locale, theme)?.ok_or_else(absent)?;
        let popups = addin
            .granted_in(addin.withheld_beside())
            .has(Capability::Popups);
        self.isolated(actor, &view, &addin, AddinPage { popups, ..page })
    }

    /// The page of an address that an administrator thinks of registering.
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidUrl`.
    pub fn preview_addin(
        &self,
        actor: &Actor,
        url: &str,
        locale: &str,
        theme: &str,
    ) -> Result<AddinPage, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        self.simulate_addin(url, locale, theme)
    }

    /// The page of an address in no room, for the simulator: a page in no room learns nothing, so there is nothing to permit.
    ///
    /// # Errors
    /// `InvalidUrl`.
    pub fn simulate_addin(
        &self,
        url: &str,
        locale: &str,
        theme: &str,
    ) -> Result<AddinPage, Refusal> {
        let url = AddinUrl::parse(url, &self.settings().own_origin)?;
        let origin = url.origin().ok_or_else(absent)?;
        Ok(AddinPage {
            name: "Preview".to_owned(),
            url: url.example(locale, theme)?,
            origin,
            entrance: None,
            popups: false,
        })
    }
}

fn changed(id: AddinId, addin: Option<Addin>) -> CatalogueChanges {
    CatalogueChanges {
        addins: vec![(id, addin)],
        ..CatalogueChanges::default()
    }
}

pub(crate) fn shown(catalogue: &Catalogue, addin: &Addin) -> wire::Addin {
    wire::Addin::new(addin, catalogue.rooms_using(addin.id).count() as u64)
}

pub(crate) fn identity(addin: &Addin) -> String {
    format!("{}\\{}", addin.pool, addin.name)
}

pub(crate) fn absent() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "The pool has no such add-in. Refresh the list; it may have been removed.",
    )
}

/// The page of an add-in beside a room's conversation, of which it is told the identifier and the name. `None` for one whose
/// stored address is bad.
fn page(
    addin: &Addin,
    beside: &RoomView,
    (room, name): (&str, &str),
    locale: &str,
    theme: &str,
) -> Result<Option<AddinPage>, Refusal> {
    if addin.disabled {
        return Err(addin.refuse_disabled());
    }
    let url = addin.url.expand(&[
        ("room.id", room),
        ("room.name", name),
        ("pool", beside.room.pool.as_str()),
        ("locale", locale),
        ("theme", theme),
        ("addin", addin.name.as_str()),
    ])?;
    let page = |origin| AddinPage {
        name: addin.name.to_string(),
        url,
        origin,
        entrance: None,
        popups: false,
    };
    Ok(addin.url.origin().map(page))
}
