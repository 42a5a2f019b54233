//! Health of add-ins: their pages are looked at when they are registered or re-pointed, in intervals, and when an administrator
//! asks. Of several nodes one does, by a claim in the store.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use perch_domain::addin::Addin;
use perch_domain::permission::PoolAction;
use perch_domain::{AddinId, Code, Refusal};
use perch_health::{Handshakes, Observation, Viewpoint, judge};
use perch_store::{CheckClaim, SeenPage};
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
        let mut kept = self.kept_health(&pool).await?;
        let addins: Vec<Arc<Addin>> = pool.catalogue().addins.values().cloned().collect();
        let mut healths: Vec<_> = (addins.iter())
            .map(|addin| wire::AddinHealth {
                page: None,
                ..self.judged(addin, kept.remove(&addin.id))
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
        let kept = self.kept_health(&pool).await?.remove(&id);
        let mut health = self.judged(&addin, kept);
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

    async fn kept_health(&self, pool: &PoolState) -> Result<HashMap<AddinId, SeenPage>, Refusal> {
        let kept = pool.store().addin_health().await.map_err(refused)?;
        let seen = kept
            .into_iter()
            .filter_map(|health| Some((health.addin, health.seen?)));
        Ok(seen.collect())
    }

    /// What is kept, judged from where the chat is now. What was seen at another address says nothing.
    fn judged(&self, addin: &Addin, kept: Option<SeenPage>) -> wire::AddinHealth {
        let kept = kept.filter(|seen| seen.url == addin.url.as_str());
        let seen = kept.and_then(|page| {
            let observation = serde_json::from_str::<Observation>(&page.observation).ok()?;
            Some((observation, page.at))
        });
        let Some((observation, at)) = seen else {
            return wire::AddinHealth::unchecked(addin.id.0);
        };
        let from = Viewpoint {
            chat: &self.settings().own_origin,
            now: self.now(),
        };
        let findings = judge(&observation, &from, &Handshakes::default());
        wire::AddinHealth::new(addin.id.0, &observation, at, &findings)
    }

    fn addin_of(pool: &PoolState, id: AddinId) -> Result<Arc<Addin>, Refusal> {
        let catalogue = pool.catalogue();
        let found = catalogue.addins.get(&id).cloned();
        found.ok_or_else(crate::addin::absent)
    }
}
