//! Reading from the store what other nodes did and was not heard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use perch_live::bus::Versions;
use perch_store::StoreError;
use tokio::time::{MissedTickBehavior, interval};

use crate::App;
use crate::cluster::{BEAT, instruments};

/// The store is read whole at most so often.
const READ_EVERY: Duration = Duration::from_millis(250);

impl App {
    pub(super) async fn read_missed_always(self: Arc<Self>) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        loop {
            cluster.missed.notified().await;
            if let Err(cause) = self.read_missed().await {
                tracing::warn!(
                    cause = &cause as &dyn std::error::Error,
                    "what other nodes did could not be read; trying again"
                );
                cluster.missed.notify_one();
            }
            tokio::time::sleep(READ_EVERY).await;
        }
    }

    /// Asks the store once a second how many nodes there are. While it knows of one that is not heard here, be it because that
    /// one is cut off from the bus, what it does is read from the store.
    pub(super) async fn count_nodes_always(self: Arc<Self>) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        let mut tick = interval(BEAT);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            match self.deployment.nodes().await {
                Ok(nodes) => {
                    if cluster.peers().count(nodes) {
                        cluster.missed.notify_one();
                    }
                    instruments::show(&cluster.peers());
                }
                Err(cause) => tracing::warn!(
                    cause = &cause as &dyn std::error::Error,
                    "the nodes of the deployment could not be counted; trying again"
                ),
            }
        }
    }

    /// In doubt whether other nodes are heard, takes what they changed into memory, before somebody is let do something or is
    /// shown what they did. Whoever waits meanwhile shares one reading.
    pub async fn make_sure(&self) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        let asked = Instant::now();
        if !cluster.peers().in_doubt() {
            return;
        }
        let mut made_sure = cluster.made_sure.lock().await;
        if *made_sure >= asked {
            return;
        }
        let begun = Instant::now();
        match self.refresh(None).await {
            Ok(()) => *made_sure = begun,
            // Nor can anything be posted or read then.
            Err(cause) => tracing::warn!(
                cause = &cause as &dyn std::error::Error,
                "what other nodes changed could not be read"
            ),
        }
    }

    /// Reads everything that other nodes may have done. Places first, changes then: whoever lost a room before a message
    /// was posted is not shown it.
    async fn read_missed(&self) -> Result<(), StoreError> {
        let mut heads = Vec::new();
        for pool in self.all_pools() {
            heads.extend(pool.store().heads().await?);
        }
        self.refresh(None).await?;
        for (room, head) in heads {
            if let Ok(view) = self.room_view(room)
                && view.log.head() < head
            {
                self.fill(&view).await?;
            }
        }
        Ok(())
    }

    /// Takes changes of other nodes into memory: those up to some versions, or whatever there is.
    pub(crate) async fn refresh(&self, to: Option<&Versions>) -> Result<(), StoreError> {
        let behind = |own: u64, of: Option<u64>| to.is_none() || of.is_some_and(|of| own < of);
        let directory = to.map(|to| to.directory);
        if behind(self.directory().version.0, directory) {
            let _turn = self.change.lock().await;
            if behind(self.directory().version.0, directory) {
                self.read_changes_of_directory().await?;
            }
        }
        for pool in self.all_pools() {
            let of = to.and_then(|to| to.pools.get(pool.fqdn().as_str()).copied());
            if behind(pool.catalogue().version.0, of) {
                let _turn = pool.change.lock().await;
                if behind(pool.catalogue().version.0, of) {
                    self.read_changes_of(&pool).await?;
                }
            }
        }
        Ok(())
    }
}
