//! Pools.

use std::sync::Arc;

use perch_domain::permission::PoolAction;
use perch_domain::pool::{Pool, PoolFqdn};
use perch_domain::{Code, Refusal};
use perch_store::DirectoryChanges;
use perch_wire::pool as wire;

use crate::catalogue::PoolState;
use crate::store_error::refused;
use crate::{Actor, App};

impl App {
    /// The pools, the default one first.
    #[must_use]
    pub fn list_pools(&self) -> Vec<wire::Pool> {
        let mut pools: Vec<_> = self
            .all_pools()
            .iter()
            .map(|state| wire::Pool::from(state.pool()))
            .collect();
        pools.sort_by_key(|pool| !pool.is_default);
        pools
    }

    /// Adds a pool; the first one is the default. Without an actor, the program itself does (`perch init`).
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidArgument`, `DuplicatePool`.
    pub async fn create_pool(
        &self,
        actor: Option<&Actor>,
        new: &wire::NewPool,
    ) -> Result<wire::Pool, Refusal> {
        if let Some(actor) = actor {
            actor.may(PoolAction::Configure)?;
        }
        let fqdn = PoolFqdn::parse(&new.fqdn)?;
        let display_name = new.display_name.as_deref().map_or("", str::trim);
        let mut change = self.change_directory().await?;
        let existing = self.all_pools();
        if existing.iter().any(|state| *state.fqdn() == fqdn) {
            return Err(refused(perch_store::StoreError::Conflict(
                perch_store::Key::PoolFqdn,
            )));
        }
        if display_name.chars().count() > perch_domain::limits::NAME_CHARS_MAX {
            return Err(Refusal::new(
                Code::InvalidName,
                "Shorten the display name to 256 characters or fewer.",
            )
            .of("display_name"));
        }
        let pool = Pool {
            display_name: if display_name.is_empty() {
                fqdn.to_string()
            } else {
                display_name.to_owned()
            },
            is_default: existing.is_empty(),
            created_at: self.now(),
            fqdn,
        };
        let state = self.open_pool(pool.clone()).await.map_err(refused)?;
        let answer = wire::Pool::from(&pool);
        change.write.insert_pool(&pool).await.map_err(refused)?;
        let record = self.audit_record(
            actor,
            "pool.create",
            pool.fqdn.to_string(),
            None,
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let changes = DirectoryChanges {
            pools: vec![pool],
            ..DirectoryChanges::default()
        };
        change.commit(changes, vec![state]).await?;
        self.ensure_token_key().await?;
        Ok(answer)
    }

    /// The pool's state, for an actor who is somebody in it: in scope of one of its categories, or an administrator.
    pub(crate) fn may_list_addins(actor: &Actor, pool: &Arc<PoolState>) -> Result<(), Refusal> {
        let catalogue = pool.catalogue();
        let mut standings = catalogue
            .categories
            .values()
            .map(|category| actor.standing_in(category));
        let best = standings.find(|standing| standing.in_scope).unwrap_or(
            perch_domain::permission::Standing {
                administrator: actor.administrator(),
                ..Default::default()
            },
        );
        perch_domain::permission::in_pool(PoolAction::ListAddins, best)
    }
}
