//! The bus between the nodes of a deployment: what is said on it, and how loss is noticed.
//!
//! The bus is a hint. Everything that counts is in the store, and the bus tells other nodes to show it now rather than
//! later. It may lose, repeat, delay and reorder: each node numbers its events, so that the others know when they missed
//! one and read the store instead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use metrics::counter;
use perch_domain::pool::PoolFqdn;
use perch_domain::{RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::Frame;

/// Events that may wait for the bus. What does not fit is dropped; its number tells the others.
const WAITING_MAX: usize = 4_096;
/// Bytes of messages in one event: what a bus takes, with room to spare.
const EVENT_BYTES_MAX: usize = 512 * 1_024;

/// What carries events to every node of a deployment, the sender included.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Hands an event over. It may be lost; a failure is for the log only.
    async fn publish(&self, event: Bytes);

    /// The next event, from whichever node. Waits while there is none, or no connection.
    async fn receive(&self) -> Delivery;
}

/// What came from a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// An event.
    Event(Bytes),
    /// Something may have been missed: the connection was lost, or this node was too slow.
    Lost,
}

/// The last changes that a node has in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of the directory.
    pub directory: u64,
    /// Of each pool's catalogue.
    pub pools: BTreeMap<String, u64>,
}

impl Versions {
    /// Whether these have everything that others have.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        self.directory >= others.directory
            && others
                .pools
                .iter()
                .all(|(pool, version)| self.pools.get(pool).is_some_and(|own| own >= version))
    }
}

/// A node, as it tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The name that the operator gave it.
    pub name: String,
    /// How many connections it has.
    pub connections: u64,
    /// What it has in memory.
    pub versions: Versions,
}

/// A durable message, as its room's connections are sent it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Published {
    /// Where.
    pub room: Uuid,
    /// Its place.
    pub seq: u64,
    /// The live protocol's frame.
    pub frame: Box<RawValue>,
}

/// What nodes tell each other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Once a second, and as soon as a change was taken into memory.
    Beat(Beat),
    /// Messages are durable. Whoever shows them must have these versions first: who may read may have changed before.
    Messages {
        /// The pool of the rooms.
        pool: String,
        /// What the sender had in memory.
        versions: Versions,
        /// The messages.
        messages: Vec<Published>,
    },
    /// Something happened in a room that is no message.
    Room {
        /// Where.
        room: Uuid,
        /// The live protocol's frame.
        frame: Box<RawValue>,
    },
    /// Something happened to a person, for all of their connections.
    Person {
        /// Who.
        person: Uuid,
        /// The live protocol's frame.
        frame: Box<RawValue>,
    },
    /// The directory or a catalogue has changed up to these versions.
    Changed(Versions),
    /// People who opened a room on their first connection to the sender, or closed it on their last.
    Presence(Vec<(Uuid, Uuid, bool)>),
    /// Everybody who has rooms open on the sender, a part of it: by room.
    Roster {
        /// People by room.
        rooms: Vec<(Uuid, Vec<Uuid>)>,
        /// This part is the last one.
        last: bool,
    },
    /// A node asks another one for its roster.
    Ask(Uuid),
    /// The sender is going.
    Left,
}

/// An event with its sender.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// The sender, for as long as it runs.
    pub node: Uuid,
    /// Counts the sender's events from 1.
    pub number: u64,
    /// What it says.
    pub event: Event,
}

/// Where a node puts what the others are to hear.
#[derive(Clone, Debug)]
pub struct Outbox {
    node: Uuid,
    /// Of the last event.
    number: Arc<Mutex<u64>>,
    waiting: mpsc::Sender<Envelope>,
}

impl Outbox {
    /// The outbox of a node, and what is to be handed to the bus, in order.
    #[must_use]
    pub fn new(node: Uuid) -> (Self, mpsc::Receiver<Envelope>) {
        let (waiting, receiver) = mpsc::channel(WAITING_MAX);
        let outbox = Self {
            node,
            number: Arc::default(),
            waiting,
        };
        (outbox, receiver)
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> Uuid {
        self.node
    }

    /// Sends an event, without waiting, and says its number.
    pub fn send(&self, event: Event) -> u64 {
        // Held until it is in the queue: two that swap would be taken for a loss, and everybody would ask for all of the presence.
        let mut last = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let number = *last;
        let envelope = Envelope {
            node: self.node,
            number,
            event,
        };
        let sent = self.waiting.try_send(envelope);
        drop(last);
        if sent.is_err() {
            counter!("perch_bus_events_total", "outcome" => "dropped").increment(1);
            tracing::debug!(
                number,
                "an event for other nodes was dropped; they read the store"
            );
        }
        number
    }

    /// Sends messages, in as many events as they take.
    pub fn messages(
        &self,
        pool: &PoolFqdn,
        versions: &Versions,
        messages: Vec<(RoomId, Seq, Frame)>,
    ) {
        let mut part = Vec::new();
        let mut bytes = 0;
        let send = |messages: Vec<Published>| {
            let event = Event::Messages {
                pool: pool.as_str().to_owned(),
                versions: versions.clone(),
                messages,
            };
            self.send(event);
        };
        for (room, seq, frame) in messages {
            if bytes + frame.text().len() > EVENT_BYTES_MAX && !part.is_empty() {
                send(std::mem::take(&mut part));
                bytes = 0;
            }
            bytes += frame.text().len();
            part.extend(frame.raw().map(|frame| Published {
                room: room.0,
                seq: seq.0,
                frame,
            }));
        }
        if !part.is_empty() {
            send(part);
        }
    }
}

/// How a node's parts tell other nodes.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where events go.
    pub outbox: Outbox,
    /// What this node has in memory.
    pub versions: Arc<RwLock<Versions>>,
}

impl Link {
    /// What this node has in memory.
    #[must_use]
    pub fn versions(&self) -> Versions {
        self.versions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes what this node has in memory now.
    pub fn note(&self, change: impl FnOnce(&mut Versions)) {
        change(
            &mut self
                .versions
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(directory: u64, pool: u64) -> Versions {
        Versions {
            directory,
            pools: BTreeMap::from([("pool".to_owned(), pool)]),
        }
    }

    #[test]
    fn versions_cover_those_that_are_no_newer() {
        assert!(versions(2, 5).cover(&versions(2, 4)));
        assert!(!versions(1, 5).cover(&versions(2, 4)));
        assert!(
            !Versions::default().cover(&versions(0, 0)),
            "a pool is missing"
        );
        assert!(versions(0, 0).cover(&Versions::default()));
    }

    fn frame(text: &str) -> Frame {
        Frame::from(&*RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn an_event_is_read_as_it_was_written_and_its_frame_byte_for_byte() {
        let (outbox, mut waiting) = Outbox::new(Uuid::from_u128(1));
        let frame = frame(r#"{"type":"pong", "id":1}"#);
        let pool = PoolFqdn::stored("pool".to_owned());
        let message = (RoomId(Uuid::from_u128(2)), Seq(3), frame.clone());
        outbox.messages(&pool, &versions(1, 2), vec![message]);
        let sent = serde_json::to_vec(&waiting.try_recv().unwrap()).unwrap();
        let read: Envelope = serde_json::from_slice(&sent).unwrap();
        assert_eq!((read.node, read.number), (Uuid::from_u128(1), 1));
        let Event::Messages { messages, .. } = read.event else {
            panic!("another event");
        };
        assert_eq!(Frame::from(&*messages[0].frame), frame);
    }

    #[test]
    fn many_long_messages_are_sent_in_parts() {
        let (outbox, mut waiting) = Outbox::new(Uuid::nil());
        let long = frame(&format!("\"{}\"", "x".repeat(200_000)));
        let messages = (1..=5).map(|n| (RoomId(Uuid::nil()), Seq(n), long.clone()));
        let pool = PoolFqdn::stored("pool".to_owned());
        outbox.messages(&pool, &Versions::default(), messages.collect());
        let mut parts = Vec::new();
        while let Ok(Envelope { event, .. }) = waiting.try_recv() {
            if let Event::Messages { messages, .. } = event {
                parts.push(
                    messages
                        .iter()
                        .map(|message| message.seq)
                        .collect::<Vec<_>>(),
                );
            }
        }
        assert_eq!(parts, [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn what_several_threads_send_at_once_is_queued_in_the_order_of_its_numbers() {
        let (outbox, mut waiting) = Outbox::new(Uuid::nil());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..WAITING_MAX / 4 {
                        outbox.send(Event::Left);
                    }
                });
            }
        });
        let numbers = std::iter::from_fn(|| Some(waiting.try_recv().ok()?.number));
        assert!(numbers.eq(1..=WAITING_MAX as u64));
    }

    #[test]
    fn what_does_not_fit_leaves_a_gap_in_the_numbers() {
        let (outbox, mut waiting) = Outbox::new(Uuid::nil());
        for _ in 0..=WAITING_MAX {
            outbox.send(Event::Left);
        }
        while waiting.try_recv().is_ok() {}
        outbox.send(Event::Left);
        assert_eq!(waiting.try_recv().unwrap().number, WAITING_MAX as u64 + 2);
    }
}
