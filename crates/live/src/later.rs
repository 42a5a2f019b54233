//! What connections are told a moment later: who came and went.
//!
//! When everybody comes at once, everybody who is there is told of each, and each telling would be a wake-up and a write of its
//! own. So connections that have nothing else to be told are woken in turn, at a pace that leaves time for everything else, and
//! find all of it at once. Whoever is woken by a message meanwhile takes it along.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::Subscriber;

/// How long a connection waits, where few do.
const WAIT: Duration = Duration::from_millis(100);
/// Connections woken at once …
const TURN: usize = 256;
/// … and the time between two turns: about 25,000 a second, at most a third of a core.
const PAUSE: Duration = Duration::from_millis(10);

/// The connections that wait, each once.
#[derive(Debug, Default)]
pub(crate) struct Later {
    waiting: Mutex<VecDeque<Arc<Subscriber>>>,
    some: Notify,
}

impl Later {
    pub(crate) fn add(&self, subscriber: Arc<Subscriber>) {
        self.waiting().push_back(subscriber);
        self.some.notify_one();
    }

    /// Wakes whoever waits, for ever.
    pub(crate) async fn wake_always(&self) {
        loop {
            self.some.notified().await;
            sleep(WAIT).await;
            while self.wake_some() {
                sleep(PAUSE).await;
            }
        }
    }

    /// Wakes those who have waited longest. Whether there were any.
    fn wake_some(&self) -> bool {
        let mut waiting = self.waiting();
        let turn = waiting.len().min(TURN);
        let turn: Vec<_> = waiting.drain(..turn).collect();
        drop(waiting);
        for subscriber in &turn {
            subscriber.now();
        }
        !turn.is_empty()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Arc<Subscriber>>> {
        // Nothing panics while the lock is held; were it otherwise, the queue would still be whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
