//! The search index of a pool, fed behind the commit: one task takes what has become durable, in the order of each room.
//!
//! Posting never waits for it. What it has missed, because the process ended or another node did, it finds by holding the
//! heads of all rooms against how far the index says it has come.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use perch_domain::{RoomId, Seq};
use perch_store::search::{SearchIndex, feed};
use perch_store::{PoolStore, StoreError};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How long posts are gathered: each transaction on the index costs more than what a message adds to it.
const GATHER: Duration = Duration::from_millis(200);
/// How often all rooms are compared with the index.
const COMPARE: Duration = Duration::from_secs(60);
/// How long a failed database is left alone.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// The rooms whose messages are to be found.
pub trait Searched: Send + Sync {
    /// Each of them, and the place of its last message.
    fn heads(&self) -> Vec<(RoomId, Seq)>;
    /// Whether this is one of them.
    fn contains(&self, room: RoomId) -> bool;
}

/// Feeds the index of a pool.
pub struct Feeder {
    waiting: Arc<Waiting>,
    task: tokio::sync::Mutex<Option<(JoinHandle<()>, oneshot::Sender<()>)>>,
}

/// Rooms that may have messages which the index has not.
#[derive(Default)]
struct Waiting {
    rooms: Mutex<HashSet<RoomId>>,
    woken: Notify,
}

impl Waiting {
    fn rooms(&self) -> MutexGuard<'_, HashSet<RoomId>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Task {
    store: Arc<dyn PoolStore>,
    index: Arc<dyn SearchIndex>,
    searched: Arc<dyn Searched>,
    waiting: Arc<Waiting>,
}

impl Feeder {
    /// Starts the task of a pool, which first looks for what it has missed.
    #[must_use]
    pub fn start(
        store: Arc<dyn PoolStore>,
        index: Arc<dyn SearchIndex>,
        searched: Arc<dyn Searched>,
    ) -> Arc<Self> {
        let waiting = Arc::new(Waiting::default());
        let (stop, stopped) = oneshot::channel();
        let task = Task {
            store,
            index,
            searched,
            waiting: Arc::clone(&waiting),
        };
        let task = tokio::spawn(async move {
            tokio::select! {
                () = task.run() => {}
                _ = stopped => {}
            }
        });
        Arc::new(Self {
            waiting,
            task: tokio::sync::Mutex::new(Some((task, stop))),
        })
    }

    /// Something became durable in these rooms.
    pub fn posted(&self, rooms: impl IntoIterator<Item = RoomId>) {
        self.waiting.rooms().extend(rooms);
        self.waiting.woken.notify_one();
    }

    /// Stops; a transaction that is under way is undone. What waits is fed after the next start.
    pub async fn stop(&self) {
        let Some((task, stop)) = self.task.lock().await.take() else {
            return;
        };
        drop(stop);
        if let Err(cause) = task.await {
            tracing::error!(%cause, "feeding the search index ended badly");
        }
    }
}

impl Task {
    async fn run(self) {
        loop {
            if let Err(cause) = self.compare().await {
                self.failed(&cause).await;
                continue;
            }
            let compared = Instant::now();
            while compared.elapsed() < COMPARE {
                while let Err(cause) = self.feed_waiting().await {
                    self.failed(&cause).await;
                }
                tokio::select! {
                    () = self.waiting.woken.notified() => sleep(GATHER).await,
                    () = sleep(COMPARE.saturating_sub(compared.elapsed())) => {}
                }
            }
        }
    }

    async fn failed(&self, cause: &StoreError) {
        tracing::warn!(cause = cause as &dyn Error, "the search index is behind");
        sleep(AFTER_ERROR).await;
    }

    /// Finds the rooms of which the index has too little or, when they are gone, no longer keep history, or are those of an
    /// older copy of the database, too much.
    async fn compare(&self) -> Result<(), StoreError> {
        let mut indexed = self.index.progress(None).await?;
        let mut ahead = Vec::new();
        for (room, head) in self.searched.heads() {
            let come = indexed.remove(&room).unwrap_or(Seq::ZERO);
            if come < head {
                self.waiting.rooms().insert(room);
            } else if come > head {
                ahead.push((room, come));
            }
        }
        for room in indexed.into_keys() {
            // A room that was made since the heads were read is no such room.
            if !self.searched.contains(room) {
                self.forget(room).await?;
            }
        }
        if !ahead.is_empty() {
            // Another node may have posted what this one has not heard of yet: the store knows.
            let stored: HashMap<_, _> = self.store.heads().await?.into_iter().collect();
            for (room, come) in ahead {
                if stored.get(&room).is_none_or(|head| *head < come) {
                    self.forget(room).await?;
                    self.waiting.rooms().insert(room);
                }
            }
        }
        Ok(())
    }

    async fn forget(&self, room: RoomId) -> Result<(), StoreError> {
        while !self.index.forget(room).await? {}
        Ok(())
    }

    async fn feed_waiting(&self) -> Result<(), StoreError> {
        loop {
            let mut rooms: Vec<_> = self.waiting.rooms().drain().collect();
            rooms.retain(|room| self.searched.contains(*room));
            if rooms.is_empty() {
                return Ok(());
            }
            let begun = Instant::now();
            let left = feed(&*self.store, &*self.index, &rooms).await;
            // Behind an error all of them wait again.
            let left = left.inspect_err(|_| self.waiting.rooms().extend(rooms))?;
            if !left.is_empty() {
                self.waiting.rooms().extend(left);
                // A long history leaves half of the time to others.
                sleep(begun.elapsed()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
