//! What another node said.

use std::sync::Arc;
use std::time::Duration;

use perch_domain::{PrincipalId, RoomId, Seq};
use perch_live::Frame;
use perch_live::bus::{Delivery, Envelope, Event, Published, Versions};
use uuid::Uuid;

use crate::App;
use crate::cluster::peers::Order;
use crate::cluster::{Cluster, instruments};

/// How long to wait before the store is asked again that did not answer.
const RETRY: Duration = Duration::from_millis(200);

impl App {
    pub(super) async fn receive_always(self: Arc<Self>) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        loop {
            match cluster.bus.receive().await {
                Delivery::Lost => {
                    instruments::missed("connection");
                    cluster.missed.notify_one();
                }
                Delivery::Event(event) => match serde_json::from_slice(&event) {
                    Ok(envelope) => self.receive(cluster, envelope).await,
                    Err(cause) => {
                        instruments::event("unreadable");
                        tracing::warn!(
                            %cause,
                            "an event of another node could not be read; do all nodes have this version?"
                        );
                    }
                },
            }
        }
    }

    async fn receive(&self, cluster: &Cluster, envelope: Envelope) {
        let Envelope {
            node,
            number,
            event,
        } = envelope;
        if node == cluster.link.outbox.node() {
            cluster.peers().hear_self(number);
            return;
        }
        instruments::event("received");
        let order = cluster.peers().hear(node, number);
        if order == Order::Gap {
            instruments::missed("gap");
        }
        if matches!(order, Order::Gap | Order::Unknown) {
            cluster.missed.notify_one();
            cluster.peers().forget_roster(node);
            cluster.send(Event::Ask(node));
        }
        match event {
            Event::Messages {
                pool,
                versions,
                messages,
            } => {
                self.catch_up_with(&versions).await;
                self.show_messages(&pool, messages);
            }
            Event::Room { room, frame } => {
                if let Ok(view) = self.room_view(RoomId(room)) {
                    view.log.publish(Frame::from(&*frame));
                }
            }
            Event::Person { person, frame } => {
                self.people()
                    .send(PrincipalId(person), &Frame::from(&*frame));
            }
            Event::Changed(versions) => {
                self.catch_up_with(&versions).await;
                // Whoever made the change waits for this.
                self.beat();
            }
            Event::Ask(of) if of == cluster.link.outbox.node() => {
                cluster.roster().ask();
            }
            Event::Ask(_) => {}
            // The rest holds only in order; a later event, or the roster that was asked for, says more.
            _ if order == Order::Late => {}
            Event::Beat(beat) => {
                let versions = beat.versions.clone();
                let name = beat.name.clone();
                if cluster.peers().beat(node, beat) {
                    tracing::info!(node = name, "another node is there");
                }
                cluster.confirmed.notify_waiters();
                if !cluster.link.versions().cover(&versions) {
                    self.catch_up_with(&versions).await;
                }
            }
            Event::Presence(changes) => self.show_presence(cluster, node, changes),
            Event::Roster { rooms, last } => {
                let whole = cluster.peers().roster(node, rooms, last);
                if let Some((peer, rooms)) = whole {
                    self.replace_presence(peer, rooms);
                }
            }
            Event::Left => self.let_go(cluster, node),
        }
    }

    fn let_go(&self, cluster: &Cluster, node: Uuid) {
        let removed = cluster.peers().remove(node);
        if let Some((name, peer)) = removed {
            tracing::info!(node = name, "another node has left");
            if let Some(peer) = peer {
                self.clear_presence(peer);
            }
        }
        cluster.confirmed.notify_waiters();
    }

    /// Takes into memory what others have, however often the store has to be asked: nothing that they show may be shown
    /// here before.
    async fn catch_up_with(&self, versions: &Versions) {
        while let Err(cause) = self.refresh(Some(versions)).await {
            tracing::warn!(
                cause = &cause as &dyn std::error::Error,
                "what another node changed could not be read; trying again"
            );
            tokio::time::sleep(RETRY).await;
        }
    }

    fn show_messages(&self, pool: &str, messages: Vec<Published>) {
        let Ok(pool) = self.pool_state(pool) else {
            return;
        };
        for message in messages {
            let log = pool
                .catalogue()
                .rooms
                .get(&RoomId(message.room))
                .map(|live| Arc::clone(&live.log));
            if let Some(log) = log {
                log.publish_from_elsewhere(Seq(message.seq), Frame::from(&*message.frame));
                if log.has_gap() {
                    self.gaps.report(log.room());
                }
            }
        }
    }
}
