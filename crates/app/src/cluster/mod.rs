//! This node among the nodes of its deployment.
//!
//! The store is the truth; the bus ([`perch_live::bus`]) tells what is new in it. Whatever is missed is read from the
//! store: a message by the gap it leaves in its room ([`crate::gap`]), everything else by the gap it leaves in its
//! sender's numbers, by a sender's silence, or by hearing nothing at all, not even oneself ([`catch_up`]).
//!
//! - [`receive`]: what another node said.
//! - [`presence`]: who has which room open elsewhere.
//! - [`catch_up`]: reading what was missed.

mod catch_up;
mod instruments;
mod peers;
mod presence;
mod receive;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use perch_domain::{PrincipalId, RoomId};
use perch_live::Frame;
use perch_live::bus::{Beat, Bus, Envelope, Event, Link, Outbox};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use crate::App;
use crate::cluster::peers::Peers;
use crate::cluster::presence::RosterTurn;

/// How often a node says that it is there.
const BEAT: Duration = Duration::from_secs(1);
/// How often changes of presence are sent.
const PRESENCE: Duration = Duration::from_millis(100);
/// How long whoever changes something waits until every node has it. A node that takes longer is behind, or gone.
const CONFIRM_MAX: Duration = Duration::from_secs(2);
/// How long a stopping node tries to say so.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// What a node keeps about the others.
pub(crate) struct Cluster {
    name: String,
    bus: Arc<dyn Bus>,
    link: Link,
    peers: Mutex<Peers>,
    presence: Mutex<Vec<(Uuid, Uuid, bool)>>,
    roster: Mutex<RosterTurn>,
    /// A node has said what it has in memory.
    confirmed: Notify,
    /// Something was missed.
    missed: Notify,
    /// When the last reading of changes began that was made in doubt.
    made_sure: tokio::sync::Mutex<Instant>,
    outgoing: Mutex<Option<mpsc::Receiver<Envelope>>>,
    tasks: Mutex<JoinSet<()>>,
    sender: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Cluster {
    pub(crate) fn new(name: String, bus: Arc<dyn Bus>) -> Self {
        let (outbox, outgoing) = Outbox::new(Uuid::new_v4());
        Self {
            name,
            bus,
            link: Link {
                outbox,
                versions: Arc::default(),
            },
            peers: Mutex::new(Peers::default()),
            presence: Mutex::default(),
            roster: Mutex::default(),
            confirmed: Notify::new(),
            missed: Notify::new(),
            made_sure: tokio::sync::Mutex::new(Instant::now()),
            outgoing: Mutex::new(Some(outgoing)),
            tasks: Mutex::default(),
            sender: Mutex::default(),
        }
    }

    pub(crate) const fn link(&self) -> &Link {
        &self.link
    }

    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roster(&self) -> MutexGuard<'_, RosterTurn> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The other nodes that run, each with its connections.
    pub(crate) fn others(&self) -> Vec<(String, u64)> {
        let beats = self.peers().beats();
        let other = |beat: Beat| (beat.name, beat.connections);
        beats.into_iter().map(other).collect()
    }

    fn send(&self, event: Event) -> u64 {
        self.link.outbox.send(event)
    }

    /// Shows a frame to everybody in a room on the other nodes.
    pub(crate) fn tell_room(&self, room: RoomId, frame: &Frame) {
        if let Some(frame) = frame.raw() {
            self.send(Event::Room {
                room: room.0,
                frame,
            });
        }
    }

    /// Sends a frame to a person's connections at the other nodes.
    pub(crate) fn tell_person(&self, person: PrincipalId, frame: &Frame) {
        if let Some(frame) = frame.raw() {
            let person = person.0;
            self.send(Event::Person { person, frame });
        }
    }

    /// Tells the other nodes of a change that is in memory here, and waits until they have it too.
    pub(crate) async fn spread(&self) {
        let versions = self.link.versions();
        self.send(Event::Changed(versions.clone()));
        let everywhere = async {
            loop {
                let confirmed = self.confirmed.notified();
                tokio::pin!(confirmed);
                confirmed.as_mut().enable();
                if self.peers().all_cover(&versions) {
                    return;
                }
                confirmed.await;
            }
        };
        if timeout(CONFIRM_MAX, everywhere).await.is_err() {
            tracing::warn!(
                nodes = ?self.peers().behind(&versions),
                "a change has not reached every node in time; they read it from the store"
            );
        }
    }

    async fn deliver(bus: Arc<dyn Bus>, mut outgoing: mpsc::Receiver<Envelope>) {
        while let Some(envelope) = outgoing.recv().await {
            let last = matches!(envelope.event, Event::Left);
            match serde_json::to_vec(&envelope) {
                Ok(event) => {
                    bus.publish(event.into()).await;
                    instruments::event("sent");
                }
                Err(cause) => tracing::error!(%cause, "an event could not be written"),
            }
            if last {
                return;
            }
        }
    }

    /// Says goodbye and stops.
    pub(crate) async fn leave(&self) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
        self.send(Event::Left);
        let sender = self
            .sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sender) = sender {
            timeout(FAREWELL_MAX, sender).await.ok();
        }
    }
}

impl App {
    /// Begins to listen to the other nodes, and to speak.
    pub(crate) fn join_cluster(self: &Arc<Self>) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        let outgoing = cluster
            .outgoing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(outgoing) = outgoing else { return };
        let sender = tokio::spawn(Cluster::deliver(Arc::clone(&cluster.bus), outgoing));
        *cluster
            .sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(sender);
        let mut tasks = cluster.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(Arc::clone(self).receive_always());
        tasks.spawn(Arc::clone(self).speak_always());
        tasks.spawn(Arc::clone(self).count_nodes_always());
        tasks.spawn(Arc::clone(self).read_missed_always());
        // What other nodes did between the reading of the store and the first event.
        cluster.missed.notify_one();
    }

    async fn speak_always(self: Arc<Self>) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        let mut presence = interval(PRESENCE);
        presence.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = presence.tick() => {
                    if cluster.roster().is_due(Instant::now()) {
                        self.send_roster(cluster);
                    } else {
                        cluster.send_presence();
                    }
                }
                _ = beat.tick() => {
                    self.beat();
                    self.forget_silent_peers();
                }
            }
        }
    }

    /// Says that this node is there, and what it has in memory.
    fn beat(&self) {
        if let Some(cluster) = &self.cluster {
            let number = cluster.send(Event::Beat(Beat {
                name: cluster.name.clone(),
                connections: self.people().connection_count() as u64,
                versions: cluster.link.versions(),
            }));
            cluster.peers().say(number);
        }
    }

    fn forget_silent_peers(&self) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        let (silent, deaf) = cluster.peers().silent();
        for (name, peer) in &silent {
            tracing::warn!(
                node = name,
                "a node is silent; its people are taken as gone"
            );
            if let Some(peer) = peer {
                self.clear_presence(*peer);
            }
        }
        if deaf {
            tracing::warn!("nothing is heard from the bus; the store is read every second");
        }
        if deaf || !silent.is_empty() {
            instruments::missed("silence");
            // What a lost node stored but could not say any more.
            cluster.missed.notify_one();
        }
    }

    /// Notes the versions that are in memory now.
    pub(crate) fn note_versions(&self) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        // Read while they are locked, so that of two who note at once neither goes back.
        cluster.link.note(|versions| {
            versions.directory = self.directory().version.0;
            for pool in self.all_pools() {
                let version = pool.catalogue().version.0;
                versions.pools.insert(pool.fqdn().to_string(), version);
            }
        });
    }
}
