//! Health of add-ins: their pages are looked at when they are registered or re-pointed, in intervals, and when an administrator
//! asks. Of several nodes one does, by a claim in the store. What only a browser sees, clients report; that is written down once a
//! minute for everybody together, because a thousand panes open at once when a node comes back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use perch_domain::addin::Addin;
use perch_domain::addin_health::Handshake;
use perch_domain::permission::{PoolAction, RoomAction};
use perch_domain::{AddinId, Code, PrincipalId, Refusal, RoomId};
use perch_health::{Handshakes, Observation, Viewpoint, judge};
use perch_store::{CheckClaim, HandshakeReport, SeenPage};
use perch_wire::addin_health as wire;
use perch_wire::live::CatalogueKind;

use crate::catalogue::PoolState;
use crate::store_error::refused;
use crate::{Actor, App};

/// How often it is asked which pages are due.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How long a claim holds: longer than a probe takes.
const CLAIM_SECONDS: i64 = 20;
/// How soon after a check a page may be checked again.
const PAUSE_SECONDS: i64 = 5;
const HOUR_SECONDS: i64 = 3_600;
/// People who count.
const LATELY_SECONDS: i64 = 24 * HOUR_SECONDS;
/// How long it is known how somebody fared, and whether a page speaks at all.
const KEPT_SECONDS: i64 = 30 * 24 * HOUR_SECONDS;
/// Reports that wait to be written down; those beyond are not.
const REPORTS_MAX: usize = 20_000;

/// What clients reported and is not written down yet: the last of each person.
#[derive(Default)]
pub(crate) struct Reports(Mutex<HashMap<(AddinId, PrincipalId), HandshakeReport>>);

impl Reports {
    fn add(&self, report: HandshakeReport) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (report.addin, report.person);
        let before = waiting.get(&key).copied();
        if before.is_none() && waiting.len() >= REPORTS_MAX {
            return;
        }
        let spoke = report.spoke || before.is_some_and(|before| before.spoke);
        waiting.insert(key, HandshakeReport { spoke, ..report });
    }

    /// Those of a page that is another now.
    pub(crate) fn forget(&self, addin: AddinId) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(of, _), _| *of != addin);
    }

    fn take(&self) -> Vec<HandshakeReport> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting).into_values().collect()
    }
}

/// What is kept of one add-in.
#[derive(Default)]
struct Kept {
    seen: Option<SeenPage>,
    said: Handshakes,
}

impl App {
    /// The health of a pool's add-ins, without what was seen.
    ///
    /// # Errors
    /// As [`App::list_addins`].
    pub async fn list_addin_health(
        &self,
        actor: &Actor,
        pool: &str,
    ) -> Result<Vec<wire::AddinHealth>, Refusal> {
        let pool = self.pool_state(pool)?;
        Self::may_list_addins(actor, &pool)?;
        self.keep_handshakes(&pool).await?;
        let mut kept = self.kept_health(&pool).await?;
        let addins: Vec<Arc<Addin>> = pool.catalogue().addins.values().cloned().collect();
        let mut healths: Vec<_> = (addins.iter())
            .map(|addin| wire::AddinHealth {
                page: None,
                ..self.judged(addin, kept.remove(&addin.id).unwrap_or_default())
            })
            .collect();
        healths.sort_by_key(|health| health.addin);
        Ok(healths)
    }

    /// The health of an add-in; what was seen of its page for administrators only.
    ///
    /// # Errors
    /// As [`App::get_addin`].
    pub async fn get_addin_health(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<wire::AddinHealth, Refusal> {
        self.get_addin(actor, pool, id)?;
        let pool = self.pool_state(pool)?;
        let addin = Self::addin_of(&pool, id)?;
        self.keep_handshakes(&pool).await?;
        let kept = self.kept_health(&pool).await?.remove(&id);
        let mut health = self.judged(&addin, kept.unwrap_or_default());
        if !actor.administrator() {
            health.page = None;
        }
        Ok(health)
    }

    /// Looks at an add-in's page now.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`; `TooManyRequests` while somebody looks at it or has just looked.
    pub async fn check_addin(
        &self,
        actor: &Actor,
        pool: &str,
        id: AddinId,
    ) -> Result<wire::AddinHealth, Refusal> {
        actor.may(PoolAction::ManageAddins)?;
        let pool = self.pool_state(pool)?;
        let addin = Self::addin_of(&pool, id)?;
        if !self.look(&pool, &addin, false).await? {
            return Err(Refusal::new(
                Code::TooManyRequests,
                format!(
                    "This page is being looked at, or was a moment ago. Try again in {PAUSE_SECONDS} seconds."
                ),
            ));
        }
        self.get_addin_health(actor, pool.fqdn().as_str(), id).await
    }

    /// Takes a client's word for what became of the page of a room's add-in, or of one beside it.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchAddin` when it has another one, or none; `NoSuchNode` for one that is not in its pool.
    pub fn report_handshake(
        &self,
        actor: &Actor,
        room: RoomId,
        new: wire::NewHandshake,
    ) -> Result<(), Refusal> {
        let beside = new.beside.then_some(AddinId(new.addin));
        let (pool, addin) = self.seen_addin(actor, room, beside)?;
        if addin.id.0 != new.addin {
            return Err(crate::pane::no_addin());
        }
        let handshake = Handshake::from(new.handshake);
        pool.reports().add(HandshakeReport {
            addin: addin.id,
            person: actor.id(),
            at: self.now(),
            handshake,
            spoke: handshake == Handshake::Ok,
        });
        Ok(())
    }

    /// The health of the add-in of a room, or of one beside it, for whoever looks at its page.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `NoSuchAddin` when it has none; `NoSuchNode` for one that is not in its pool.
    pub async fn get_room_addin_health(
        &self,
        actor: &Actor,
        room: RoomId,
        beside: Option<AddinId>,
    ) -> Result<wire::AddinHealth, Refusal> {
        let (pool, addin) = self.seen_addin(actor, room, beside)?;
        let kept = self.kept_health(&pool).await?.remove(&addin.id);
        Ok(wire::AddinHealth {
            page: None,
            ..self.judged(&addin, kept.unwrap_or_default())
        })
    }

    fn seen_addin(
        &self,
        actor: &Actor,
        room: RoomId,
        beside: Option<AddinId>,
    ) -> Result<(Arc<PoolState>, Arc<Addin>), Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        let addin = view.addin_shown(beside)?;
        Ok((view.pool, addin))
    }

    /// Writes down what clients reported.
    pub(crate) async fn keep_handshakes(&self, pool: &PoolState) -> Result<(), Refusal> {
        let reports = pool.reports().take();
        if reports.is_empty() {
            return Ok(());
        }
        let forget_before = self.now().plus_seconds(-KEPT_SECONDS);
        let kept = pool.store().put_addin_handshakes(&reports, forget_before);
        kept.await.map_err(refused)
    }

    /// Looks at every page that is due, one after the other.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn check_due_addins(&self) -> Result<(), Refusal> {
        if self.settings().addin_check_hours == 0 {
            return Ok(());
        }
        for pool in self.all_pools() {
            let addins: Vec<Arc<Addin>> = pool.catalogue().addins.values().cloned().collect();
            if addins.is_empty() {
                continue;
            }
            let kept = pool.store().addin_health().await.map_err(refused)?;
            let known: HashMap<_, _> = (kept.iter())
                .map(|health| (health.addin, health.due_at))
                .collect();
            let now = self.now();
            for addin in addins {
                if known.get(&addin.id).is_none_or(|due_at| *due_at <= now) {
                    self.look(&pool, &addin, true).await?;
                }
            }
        }
        Ok(())
    }

    /// Does so in intervals, and when an add-in was registered or re-pointed, for as long as there is an app.
    pub(crate) async fn check_addins_always(app: Weak<Self>, asked: Arc<tokio::sync::Notify>) {
        loop {
            // Either is as good a reason.
            tokio::time::timeout(LOOK_AGAIN, asked.notified())
                .await
                .ok();
            let Some(app) = app.upgrade() else { return };
            for pool in app.all_pools() {
                if let Err(refusal) = app.keep_handshakes(&pool).await {
                    tracing::warn!(%refusal, "what clients said of add-ins could not be kept");
                }
            }
            if let Err(refusal) = app.check_due_addins().await {
                tracing::warn!(%refusal, "the pages of add-ins could not be looked at; trying again");
            }
        }
    }

    /// Looks at a page, unless somebody else does.
    async fn look(
        &self,
        pool: &Arc<PoolState>,
        addin: &Addin,
        when_due: bool,
    ) -> Result<bool, Refusal> {
        let now = self.now();
        let claim = CheckClaim {
            addin: addin.id,
            now,
            held_until: now.plus_seconds(CLAIM_SECONDS),
            due_at: now.plus_seconds(self.interval_seconds(addin.id)),
            when_due,
        };
        let store = pool.store();
        if !store.claim_addin_check(&claim).await.map_err(refused)? {
            return Ok(false);
        }
        let url = addin.url.example("en", "light")?;
        let seen = self.prober.observe(&url, &self.settings().own_origin).await;
        let page = SeenPage {
            at: now,
            url: addin.url.as_str().to_owned(),
            observation: serde_json::to_string(&seen).unwrap_or_default(),
        };
        let held_until = self.now().plus_seconds(PAUSE_SECONDS);
        let kept = store.put_addin_health(addin.id, &page, held_until).await;
        if kept.map_err(refused)? {
            self.tell_catalogue_changed(pool, CatalogueKind::Addin);
        }
        Ok(true)
    }

    /// The interval of an add-in: up to a tenth longer than what is set, so that not all pages are looked at in the same minute.
    fn interval_seconds(&self, id: AddinId) -> i64 {
        let interval = i64::from(self.settings().addin_check_hours.max(1)) * HOUR_SECONDS;
        let [.., last] = *id.0.as_bytes();
        interval + interval / 10 * i64::from(last) / 255
    }

    /// What is kept of each add-in of a pool: what was seen, and how people fared.
    async fn kept_health(&self, pool: &PoolState) -> Result<HashMap<AddinId, Kept>, Refusal> {
        let mut all: HashMap<AddinId, Kept> = HashMap::new();
        for health in pool.store().addin_health().await.map_err(refused)? {
            all.entry(health.addin).or_default().seen = health.seen;
        }
        let since = self.now().plus_seconds(-LATELY_SECONDS);
        let counts = pool.store().addin_handshakes(since).await;
        for count in counts.map_err(refused)? {
            all.entry(count.addin).or_default().said = Handshakes {
                ok: count.ok,
                silent: count.silent,
                blocked: count.blocked,
                speaks: count.speaks,
            };
        }
        Ok(all)
    }

    /// What is kept, judged from where the chat is now. What was seen at another address says nothing.
    fn judged(&self, addin: &Addin, kept: Kept) -> wire::AddinHealth {
        let Kept { seen, said } = kept;
        let seen = seen.filter(|seen| seen.url == addin.url.as_str());
        let seen = seen.and_then(|page| {
            let observation = serde_json::from_str::<Observation>(&page.observation).ok()?;
            Some((observation, page.at))
        });
        let Some((observation, at)) = seen else {
            return wire::AddinHealth::unchecked(addin.id.0, said);
        };
        let from = Viewpoint {
            chat: &self.settings().own_origin,
            now: self.now(),
            proxied: addin.proxied,
        };
        let findings = judge(&observation, &from, &said);
        wire::AddinHealth::new(addin.id.0, &observation, at, &findings, said)
    }

    fn addin_of(pool: &PoolState, id: AddinId) -> Result<Arc<Addin>, Refusal> {
        let catalogue = pool.catalogue();
        let found = catalogue.addins.get(&id).cloned();
        found.ok_or_else(crate::addin::absent)
    }
}
