//! The log of a room as it is live: the place of its last durable message, a ring of the newest frames, and the cursors
//! that follow it.
//!
//! Publishing marks each subscription that is not marked yet and wakes its connection; the connection then reads from its
//! cursor whatever has come since, and writes once. A cursor that the ring has left behind is told so
//! ([`Read::Behind`]) and catches up from the store.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use perch_domain::limits::PARTICIPANT_UPDATE_LIMIT;
use perch_domain::{PrincipalId, RoomId, Seq};
use perch_wire::live::ServerFrame;
use perch_wire::room::Participant;
use slab::Slab;

use crate::instruments::rooms_live;
use crate::{Frame, Subscriber};

/// Frames that a ring keeps.
const RING_FRAMES_MAX: usize = 512;
/// Bytes that a ring keeps: stories are long.
const RING_BYTES_MAX: usize = 512 * 1_024;

/// A room's log on this node.
#[derive(Debug)]
pub struct RoomLog {
    room: RoomId,
    /// Grows whenever who may read the room may have changed: connections ask again before they write.
    epoch: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    head: Seq,
    /// The position after the newest entry of the ring. Positions count everything that is published, places (`Seq`) count
    /// messages only.
    end: u64,
    ring: VecDeque<Entry>,
    ring_bytes: usize,
    subscriptions: Slab<Arc<Subscription>>,
    participants: HashMap<PrincipalId, Present>,
    large: bool,
}

#[derive(Debug)]
struct Entry {
    frame: Frame,
    seq: Option<Seq>,
}

#[derive(Debug)]
struct Present {
    connections: u32,
    participant: Participant,
}

/// A connection's place in a room.
#[derive(Debug)]
pub struct Subscription {
    log: Arc<RoomLog>,
    subscriber: Arc<Subscriber>,
    key: AtomicU64,
    marked: AtomicBool,
    position: AtomicU64,
    seq: AtomicU64,
    epoch: AtomicU64,
}

impl Subscription {
    /// The room's log.
    #[must_use]
    pub const fn log(&self) -> &Arc<RoomLog> {
        &self.log
    }

    /// Whether who may read the room may have changed since this was last asked.
    #[must_use]
    pub fn access_changed(&self) -> bool {
        let now = self.log.epoch.load(Ordering::Acquire);
        self.epoch.swap(now, Ordering::AcqRel) != now
    }
}

/// What reading from a cursor gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Everything up to now.
    Current,
    /// There is more.
    More,
    /// The ring no longer holds what comes next: catch up from the store, after this place.
    Behind {
        /// The last place that the connection was given.
        after: Seq,
    },
}

impl RoomLog {
    /// The log of a room whose last message has a place.
    #[must_use]
    pub fn new(room: RoomId, head: Seq) -> Arc<Self> {
        Arc::new(Self {
            room,
            epoch: AtomicU64::new(0),
            state: Mutex::new(State {
                head,
                end: 0,
                ring: VecDeque::new(),
                ring_bytes: 0,
                subscriptions: Slab::new(),
                participants: HashMap::new(),
                large: false,
            }),
        })
    }

    /// Which room.
    #[must_use]
    pub const fn room(&self) -> RoomId {
        self.room
    }

    /// The place of the last durable message.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.state().head
    }

    /// Subscribes a connection from now on, and says up to where the store has what came before: the two together miss
    /// nothing and repeat nothing.
    #[must_use]
    pub fn subscribe(self: &Arc<Self>, subscriber: &Arc<Subscriber>) -> (Arc<Subscription>, Seq) {
        let mut state = self.state();
        let subscription = Arc::new(Subscription {
            log: Arc::clone(self),
            subscriber: Arc::clone(subscriber),
            key: AtomicU64::new(0),
            marked: AtomicBool::new(false),
            position: AtomicU64::new(state.end),
            seq: AtomicU64::new(state.head.0),
            epoch: AtomicU64::new(self.epoch.load(Ordering::Acquire)),
        });
        if state.subscriptions.is_empty() {
            rooms_live().increment(1);
        }
        let key = state.subscriptions.insert(Arc::clone(&subscription));
        subscription.key.store(key as u64, Ordering::Relaxed);
        (subscription, state.head)
    }

    /// Moves a subscription to now, and says up to where the store has what came before.
    #[must_use]
    pub fn catch_up(&self, subscription: &Subscription) -> Seq {
        let state = self.state();
        subscription.position.store(state.end, Ordering::Relaxed);
        subscription.seq.store(state.head.0, Ordering::Relaxed);
        state.head
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, subscription: &Arc<Subscription>) {
        let mut state = self.state();
        let key = usize::try_from(subscription.key.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        if state
            .subscriptions
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(known, subscription))
        {
            state.subscriptions.remove(key);
            if state.subscriptions.is_empty() {
                rooms_live().decrement(1);
            }
        }
    }

    /// Reads what has come since the subscription's cursor, at most `max` frames, and moves the cursor.
    pub fn read(&self, subscription: &Subscription, max: usize, into: &mut Vec<Frame>) -> Read {
        // First, so that whatever is published from here on marks the subscription again.
        subscription.marked.store(false, Ordering::Release);
        let state = self.state();
        let position = subscription.position.load(Ordering::Relaxed);
        let start = state.end - state.ring.len() as u64;
        if position < start {
            return Read::Behind {
                after: Seq(subscription.seq.load(Ordering::Relaxed)),
            };
        }
        let skip = usize::try_from(position - start).unwrap_or(usize::MAX);
        let mut taken = 0;
        for entry in state.ring.iter().skip(skip).take(max) {
            if let Some(seq) = entry.seq {
                subscription.seq.store(seq.0, Ordering::Relaxed);
            }
            into.push(entry.frame.clone());
            taken += 1;
        }
        subscription
            .position
            .store(position + taken, Ordering::Relaxed);
        if position + taken < state.end {
            Read::More
        } else {
            Read::Current
        }
    }

    /// Publishes a message that is durable now, and says to how many connections.
    pub(crate) fn publish_message(&self, seq: Seq, frame: Frame) -> usize {
        let mut state = self.state();
        if seq > state.head.next() {
            state.skip_to(seq);
        } else {
            state.head = state.head.max(seq);
            state.push(Entry {
                frame,
                seq: Some(seq),
            });
        }
        state.wake_all();
        state.subscriptions.len()
    }

    /// A message is durable that may never have been published: its commit succeeded, and the answer was lost.
    pub(crate) fn found_stored(&self, seq: Seq) {
        let mut state = self.state();
        if seq > state.head {
            state.skip_to(seq);
            state.wake_all();
        }
    }

    /// Publishes an event that is no message.
    pub fn publish(&self, frame: Frame) {
        let mut state = self.state();
        state.push(Entry { frame, seq: None });
        state.wake_all();
    }

    /// Says that who may read the room may have changed: every connection asks again before it writes anything.
    pub fn access_changed(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.state().wake_all();
    }

    /// Somebody opened the room on one more connection.
    pub fn arrive(&self, person: PrincipalId, participant: &Participant) {
        let mut state = self.state();
        let present = state.participants.entry(person).or_insert_with(|| Present {
            connections: 0,
            participant: participant.clone(),
        });
        present.connections += 1;
        if present.connections == 1 {
            state.presence_changed(self.room, vec![participant.clone()], Vec::new());
        }
    }

    /// Somebody closed the room on one connection.
    pub fn depart(&self, person: PrincipalId) {
        let mut state = self.state();
        let Some(present) = state.participants.get_mut(&person) else {
            return;
        };
        present.connections -= 1;
        if present.connections == 0 {
            state.participants.remove(&person);
            state.presence_changed(self.room, Vec::new(), vec![person]);
        }
    }

    /// Who has the room open, by name; `None` in a large room, where nobody is told unasked (reference 5.4).
    #[must_use]
    pub fn roster(&self) -> Option<Vec<Participant>> {
        let state = self.state();
        (!state.large).then(|| state.sorted_participants())
    }

    /// Who has the room open, by name, whatever its size.
    #[must_use]
    pub fn participants(&self) -> Vec<Participant> {
        self.state().sorted_participants()
    }

    /// How many people have the room open.
    #[must_use]
    pub fn participant_count(&self) -> u64 {
        self.state().participants.len() as u64
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; were it otherwise, the log would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, entry: Entry) {
        self.ring_bytes += entry.frame.as_bytes().len();
        self.ring.push_back(entry);
        self.end += 1;
        while self.ring.len() > RING_FRAMES_MAX
            || (self.ring_bytes > RING_BYTES_MAX && self.ring.len() > 1)
        {
            if let Some(oldest) = self.ring.pop_front() {
                self.ring_bytes -= oldest.frame.as_bytes().len();
            }
        }
    }

    /// Messages up to a place are durable, and some of them were never published: every cursor falls behind, and is caught
    /// up from the store.
    fn skip_to(&mut self, seq: Seq) {
        self.head = seq;
        self.ring.clear();
        self.ring_bytes = 0;
        self.end += 1;
    }

    fn wake_all(&self) {
        for (_, subscription) in &self.subscriptions {
            if !subscription.marked.swap(true, Ordering::AcqRel) {
                subscription.subscriber.ready(Arc::clone(subscription));
            }
        }
    }

    /// Tells who came and went, unless the room is large; and once that it became large, or is no longer: above the
    /// participant update limit, until below 80 % of it (reference 5.4).
    fn presence_changed(
        &mut self,
        room: RoomId,
        arrived: Vec<Participant>,
        departed: Vec<PrincipalId>,
    ) {
        let count = self.participants.len();
        let was_large = self.large;
        self.large = if was_large {
            count * 5 >= PARTICIPANT_UPDATE_LIMIT * 4
        } else {
            count > PARTICIPANT_UPDATE_LIMIT
        };
        if self.large && was_large {
            return;
        }
        let told = !self.large && !was_large;
        let frame = Frame::encode(&ServerFrame::Presence {
            room: room.0,
            arrived: if told { arrived } else { Vec::new() },
            departed: if told {
                departed.into_iter().map(|person| person.0).collect()
            } else {
                Vec::new()
            },
            count: count as u64,
            large: self.large,
        });
        self.push(Entry { frame, seq: None });
        self.wake_all();
    }

    fn sorted_participants(&self) -> Vec<Participant> {
        let mut list: Vec<_> = self
            .participants
            .values()
            .map(|present| present.participant.clone())
            .collect();
        list.sort_by(|a, b| {
            a.display_name
                .cmp(&b.display_name)
                .then_with(|| a.address.cmp(&b.address))
        });
        list
    }
}

#[cfg(test)]
mod tests;
