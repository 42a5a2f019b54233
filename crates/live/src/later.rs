//! What connections are told a moment later: who came and went.
//!
//! When everybody comes at once, everybody who is there is told of each, and each telling would be a write of its own. So
//! connections that have nothing else to be told have their turn, at a pace that leaves time for everything else, and are told all
//! of it at once. Whoever is told a message meanwhile is told the rest with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::{Subscriber, flush};

/// How long a connection waits, where few do.
const WAIT: Duration = Duration::from_millis(100);
/// Connections told at once …
const TURN: usize = 16;
/// … and the time between two turns: about 1,600 a second, less than a fiftieth of a core. When all come at once that is once in ten
/// seconds for each, and the more each is told at a time, the fewer writes it takes.
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

    /// Tells whoever waits, for ever.
    pub(crate) async fn tell_always(&self) {
        loop {
            self.some.notified().await;
            sleep(WAIT).await;
            while self.tell_some() {
                sleep(PAUSE).await;
            }
        }
    }

    /// Tells those who have waited longest. Whether there were any.
    fn tell_some(&self) -> bool {
        let mut waiting = self.waiting();
        let turn = waiting.len().min(TURN);
        let mut turn: Vec<_> = waiting.drain(..turn).collect();
        drop(waiting);
        let some = !turn.is_empty();
        turn.retain(|subscriber| subscriber.waited());
        flush::now(&turn);
        some
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Arc<Subscriber>>> {
        // Nothing panics while the lock is held; were it otherwise, the queue would still be whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
