//! Who is connected to this node, and how to reach them outside of any room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use perch_domain::{CredentialId, PrincipalId};
use tokio::task::JoinHandle;

use crate::instruments::connections;
use crate::later::Later;
use crate::{Closing, Frame, Line, Subscriber};

/// The connections of this node, by person.
#[derive(Debug)]
pub struct People {
    connections: Mutex<HashMap<PrincipalId, Vec<Arc<Subscriber>>>>,
    later: Arc<Later>,
    telling: JoinHandle<()>,
}

impl People {
    /// Nobody yet, and the task that tells those who wait a moment.
    #[must_use]
    pub fn start() -> Self {
        let later = Arc::<Later>::default();
        let telling = Arc::clone(&later);
        Self {
            connections: Mutex::default(),
            later,
            telling: tokio::spawn(async move { telling.tell_always().await }),
        }
    }

    /// A connection of a person, signed in by a session or token, begins; with its line, where others than its own task can write.
    #[must_use]
    pub fn enter(
        &self,
        person: PrincipalId,
        credential: CredentialId,
        line: Option<Weak<dyn Line>>,
    ) -> Arc<Subscriber> {
        connections().increment(1);
        let subscriber = Subscriber::new(person, credential, Arc::clone(&self.later), line);
        self.connections()
            .entry(person)
            .or_default()
            .push(Arc::clone(&subscriber));
        subscriber
    }

    /// A connection has ended.
    pub fn leave(&self, subscriber: &Arc<Subscriber>) {
        connections().decrement(1);
        let mut connections = self.connections();
        if let Some(list) = connections.get_mut(&subscriber.person()) {
            list.retain(|known| !Arc::ptr_eq(known, subscriber));
            if list.is_empty() {
                connections.remove(&subscriber.person());
            }
        }
    }

    /// Who is connected.
    #[must_use]
    pub fn connected(&self) -> Vec<PrincipalId> {
        self.connections().keys().copied().collect()
    }

    /// How many connections there are.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections().values().map(Vec::len).sum()
    }

    /// Sends a frame to every connection of a person.
    pub fn send(&self, person: PrincipalId, frame: &Frame) {
        if let Some(list) = self.connections().get(&person) {
            for subscriber in list {
                subscriber.send(frame.clone());
            }
        }
    }

    /// Ends a person's connections.
    pub fn close(&self, person: PrincipalId, why: Closing) {
        if let Some(list) = self.connections().get(&person) {
            for subscriber in list {
                subscriber.close(why);
            }
        }
    }

    /// Ends the connections that are signed in by a credential.
    pub fn close_credential(&self, person: PrincipalId, credential: CredentialId, why: Closing) {
        if let Some(list) = self.connections().get(&person) {
            for subscriber in list
                .iter()
                .filter(|subscriber| subscriber.credential() == credential)
            {
                subscriber.close(why);
            }
        }
    }

    /// Ends every connection.
    pub fn close_all(&self, why: Closing) {
        for subscriber in self.connections().values().flatten() {
            subscriber.close(why);
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<PrincipalId, Vec<Arc<Subscriber>>>> {
        // Nothing panics while the lock is held; were it otherwise, the lists would still be whole.
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for People {
    fn drop(&mut self) {
        self.telling.abort();
    }
}
