//! Triggers: what administrators give a pool so that posted text becomes contexts. The triggers of a pool are made ready when they
//! change, and read by whoever posts without holding anybody up.

use std::collections::BTreeMap;
use std::sync::Arc;

use perch_domain::limits::STORY_CHARS_MAX;
use perch_domain::permission::PoolAction;
use perch_domain::pool::PoolFqdn;
use perch_domain::trigger::{ContextType, Detector, Trigger};
use perch_domain::{Code, Name, Refusal, Revision, TriggerId};
use perch_store::{CatalogueChanges, Key, StoreError};
use perch_wire::trigger as wire;

use crate::store_error::refused;
use crate::{Actor, App};

/// A pool's triggers, with the one that every pool has, ready to be used.
#[derive(Debug, Default)]
pub struct Triggers {
    all: BTreeMap<TriggerId, Arc<Trigger>>,
    detector: Arc<Detector>,
}

impl Triggers {
    /// The triggers that a pool's store has.
    pub(crate) fn new(stored: Vec<Trigger>) -> Self {
        let built_in = Trigger::built_in();
        let all = [(built_in.id, built_in)].into_iter();
        let all = all.chain(stored.into_iter().map(|trigger| (trigger.id, trigger)));
        Self::default().changed(
            &all.map(|(id, trigger)| (id, Some(trigger)))
                .collect::<Vec<_>>(),
        )
    }

    /// The same after a change. Stored triggers were checked together; should they not fit after all, those from before go on.
    pub(crate) fn changed(&self, changes: &[(TriggerId, Option<Trigger>)]) -> Self {
        let mut all = self.all.clone();
        for (id, trigger) in changes {
            match trigger {
                Some(trigger) => drop(all.insert(*id, Arc::new(trigger.clone()))),
                None => drop(all.remove(id)),
            }
        }
        let detector = match Detector::new(all.values().cloned()) {
            Ok(detector) => Arc::new(detector),
            Err(cause) => {
                tracing::error!(%cause, "the triggers of a pool cannot be used");
                Arc::clone(&self.detector)
            }
        };
        Self { all, detector }
    }

    /// What finds contexts in texts.
    pub(crate) fn detector(&self) -> &Detector {
        &self.detector
    }

    /// What they would be with another one, or with another one in place of one of them.
    fn with(&self, trigger: Arc<Trigger>) -> Result<Detector, Refusal> {
        let mut all = self.all.clone();
        all.insert(trigger.id, trigger);
        Detector::new(all.into_values())
    }

    /// Whether a trigger fits in with the others. To be asked before a transaction is begun: making large ones ready takes a while,
    /// in which nobody could post.
    fn accept(&self, trigger: &Trigger) -> Result<(), Refusal> {
        let folded = trigger.name.folded();
        // The one that every pool has may not be stored yet, so the store alone cannot tell.
        let taken = (self.all.values())
            .any(|other| other.id != trigger.id && other.name.folded() == folded);
        if taken {
            return Err(refused(StoreError::Conflict(Key::TriggerName)));
        }
        self.with(Arc::new(trigger.clone())).map(drop)
    }
}

impl App {
    /// The triggers of a pool, by name, without the words of their dictionaries.
    ///
    /// # Errors
    /// `ErrorPermission` for anybody but administrators, `NoSuchNode` for the pool.
    pub fn list_triggers(&self, actor: &Actor, pool: &str) -> Result<Vec<wire::Trigger>, Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        let triggers = pool.triggers();
        let mut shown: Vec<_> = (triggers.all.values())
            .map(|trigger| wire::Trigger::new(pool.fqdn(), trigger).in_list())
            .collect();
        shown.sort_by_key(|trigger| perch_domain::name::fold(&trigger.name));
        Ok(shown)
    }

    /// One trigger, whole.
    ///
    /// # Errors
    /// As [`App::list_triggers`], and `NoSuchNode` for the trigger.
    pub fn get_trigger(
        &self,
        actor: &Actor,
        pool: &str,
        id: TriggerId,
    ) -> Result<wire::Trigger, Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        let triggers = pool.triggers();
        let trigger = triggers.all.get(&id).ok_or_else(absent)?;
        Ok(wire::Trigger::new(pool.fqdn(), trigger))
    }

    /// Creates a trigger. It finds something in what is posted from now on; messages that are there stay as they are.
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidName`, `InvalidPattern`, `InvalidWords`, `InvalidArgument`, `DuplicateTriggerName`, `LimitExceeded`.
    pub async fn create_trigger(
        &self,
        actor: &Actor,
        pool: &str,
        new: &wire::NewTrigger,
    ) -> Result<wire::Trigger, Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        let trigger = self.trigger(TriggerId::new(self.now()), new)?;
        let triggers = pool.triggers();
        triggers.accept(&trigger)?;
        let mut change = self.change_pool(&pool).await?;
        let now = pool.triggers();
        if !Arc::ptr_eq(&triggers, &now) {
            now.accept(&trigger)?;
        }
        let answer = wire::Trigger::new(pool.fqdn(), &trigger);
        change.write.put_trigger(&trigger).await.map_err(refused)?;
        let target = identity(pool.fqdn(), &trigger);
        let record = self.audit_record(Some(actor), "trigger.create", target, None, Some(&answer));
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(trigger.id, Some(trigger))).await?;
        Ok(answer)
    }

    /// Changes a trigger, from now on.
    ///
    /// # Errors
    /// Those of [`App::create_trigger`], `NoSuchNode`, `DataCollision`.
    pub async fn update_trigger(
        &self,
        actor: &Actor,
        pool: &str,
        id: TriggerId,
        patch: &wire::TriggerPatch,
    ) -> Result<wire::Trigger, Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        let triggers = pool.triggers();
        let mut both = self.patched_trigger(&triggers, id, patch)?;
        let mut change = self.change_pool(&pool).await?;
        let now = pool.triggers();
        if !Arc::ptr_eq(&triggers, &now) {
            both = self.patched_trigger(&now, id, patch)?;
        }
        let (before, trigger) = both;
        let before = wire::Trigger::new(pool.fqdn(), &before);
        let answer = wire::Trigger::new(pool.fqdn(), &trigger);
        change.write.put_trigger(&trigger).await.map_err(refused)?;
        let record = self.audit_record(
            Some(actor),
            "trigger.update",
            identity(pool.fqdn(), &trigger),
            Some(&before),
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(id, Some(trigger))).await?;
        Ok(answer)
    }

    /// Removes a trigger. What it found stays with its messages.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, `InvalidArgument` for the one that every pool has.
    pub async fn delete_trigger(
        &self,
        actor: &Actor,
        pool: &str,
        id: TriggerId,
    ) -> Result<(), Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        if id == Trigger::BUILT_IN {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "Every pool has this trigger. Disable it instead.",
            ));
        }
        let mut change = self.change_pool(&pool).await?;
        let triggers = pool.triggers();
        let trigger = triggers.all.get(&id).ok_or_else(absent)?;
        let before = wire::Trigger::new(pool.fqdn(), trigger);
        change.write.delete_trigger(id).await.map_err(refused)?;
        let target = identity(pool.fqdn(), trigger);
        let record = self.audit_record(Some(actor), "trigger.delete", target, Some(&before), None);
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(changed(id, None)).await
    }

    /// What posting a text would find: with the pool's triggers as they are, or with one more, or with a change of one. Nothing
    /// is stored.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, `MessageTooLong`; those of [`App::create_trigger`] for the trigger that is tried.
    pub fn test_triggers(
        &self,
        actor: &Actor,
        pool: &str,
        test: &wire::TriggerTest,
    ) -> Result<Vec<wire::TriggerFound>, Refusal> {
        actor.may(PoolAction::ManageTriggers)?;
        let pool = self.pool_state(pool)?;
        if test.text.chars().count() > STORY_CHARS_MAX {
            return Err(Refusal::new(
                Code::MessageTooLong,
                format!("Try a text of at most {STORY_CHARS_MAX} characters."),
            )
            .of("text"));
        }
        let triggers = pool.triggers();
        // As a draft does: white space at the end is not posted.
        let text = test.text.trim_end();
        let found = |detector: &Detector| {
            let found = detector.find(text);
            found.iter().map(wire::TriggerFound::from).collect()
        };
        let Some(tried) = &test.trigger else {
            return Ok(found(triggers.detector()));
        };
        let id = test
            .replaces
            .map_or_else(|| TriggerId::new(self.now()), TriggerId);
        let tried = self.trigger(id, tried)?;
        Ok(found(&triggers.with(Arc::new(tried))?))
    }

    /// A trigger as it is, and as a patch makes it.
    fn patched_trigger(
        &self,
        triggers: &Triggers,
        id: TriggerId,
        patch: &wire::TriggerPatch,
    ) -> Result<(Arc<Trigger>, Trigger), Refusal> {
        let before = triggers.all.get(&id).ok_or_else(absent)?;
        if patch
            .revision
            .is_some_and(|revision| revision != before.revision.0)
        {
            return Err(Refusal::collision());
        }
        let mut after = before.as_ref().clone();
        if let Some(name) = &patch.name {
            after.name = Name::parse(name)?;
        }
        if let Some(enabled) = patch.enabled {
            after.enabled = enabled;
        }
        if let Some(context_type) = &patch.context_type {
            after.context_type = ContextType::parse(context_type)?;
        }
        if let Some(rule) = &patch.rule {
            after.rule = rule.parse()?;
        }
        after.revision.0 += 1;
        after.updated_at = self.now();
        triggers.accept(&after)?;
        Ok((Arc::clone(before), after))
    }

    fn trigger(&self, id: TriggerId, new: &wire::NewTrigger) -> Result<Trigger, Refusal> {
        let now = self.now();
        Ok(Trigger {
            id,
            name: Name::parse(&new.name)?,
            enabled: new.enabled,
            context_type: ContextType::parse(&new.context_type)?,
            rule: new.rule.parse()?,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        })
    }
}

fn changed(id: TriggerId, trigger: Option<Trigger>) -> CatalogueChanges {
    CatalogueChanges {
        triggers: vec![(id, trigger)],
        ..CatalogueChanges::default()
    }
}

fn identity(pool: &PoolFqdn, trigger: &Trigger) -> String {
    format!("{pool}\\{}", trigger.name)
}

fn absent() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "The pool has no such trigger. Refresh the list; it may have been removed.",
    )
}
