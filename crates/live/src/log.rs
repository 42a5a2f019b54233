//! The log of a room as it is live: the place of its last durable message, a ring of the newest frames, and the cursors
//! that follow it.
//!
//! Publishing marks each subscription that is not marked yet; in a moment whatever has come since is read from its cursor and
//! written to its connection at once, by one task for many of them (`flush`) or, where that cannot be, by the
//! connection's own. A cursor that the ring has left behind is told so ([`Read::Behind`]) and catches up from the store. What all
//! have read, the ring lets go of.

mod subscription;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use perch_domain::{PrincipalId, RoomId, Seq};
use perch_wire::live::ServerFrame;
use perch_wire::room::Participant;
use slab::Slab;
use uuid::Uuid;

use crate::instruments::rooms_live;
use crate::participants::{Participants, Peer, Telling};
use crate::{Frame, Subscriber, flush};
pub use subscription::Subscription;
use subscription::{LATER, NOW, UNMARKED};

/// Frames that a ring keeps.
const RING_FRAMES_MAX: usize = 512;
/// Bytes that a ring keeps: stories are long.
const RING_BYTES_MAX: usize = 512 * 1_024;
/// Messages that may wait for one before them. They are in the store, so that no more need be kept.
const AHEAD_MAX: usize = 256;

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
    participants: Participants,
    /// Durable messages before which others are missing here: those come from another node, or from the store.
    ahead: BTreeMap<Seq, Ahead>,
}

#[derive(Debug)]
struct Entry {
    frame: Frame,
    seq: Option<Seq>,
    /// Subscriptions that have it before them. What all have read is let go of.
    unread: usize,
}

/// What is to be done once a message is published.
pub(crate) type Then = Box<dyn FnOnce() + Send>;

struct Ahead {
    frame: Frame,
    then: Option<Then>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.frame.fmt(f)
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
    /// Nothing, until it is asked again whether the person may read the room.
    AccessChanged,
    /// Nothing: the subscription has ended.
    Ended,
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
                participants: Participants::default(),
                ahead: BTreeMap::new(),
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
            marked: AtomicU8::new(UNMARKED),
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
        let mut state = self.state();
        let (from, to) = (
            subscription.position.swap(state.end, Ordering::Relaxed),
            state.end,
        );
        state.pass(from, to);
        subscription.seq.store(state.head.0, Ordering::Relaxed);
        state.head
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, subscription: &Arc<Subscription>) {
        let mut state = self.state();
        if state.has(subscription) {
            state.subscriptions.remove(subscription.key());
            let (from, to) = (subscription.position.load(Ordering::Relaxed), state.end);
            state.pass(from, to);
            if state.subscriptions.is_empty() {
                rooms_live().decrement(1);
            }
        }
    }

    /// Reads what has come since the subscription's cursor, at most `max` frames, and moves the cursor.
    pub fn read(&self, subscription: &Subscription, max: usize, into: &mut Vec<Frame>) -> Read {
        // First, so that whatever is published from here on marks the subscription again.
        subscription.marked.store(UNMARKED, Ordering::Release);
        let mut state = self.state();
        if !state.has(subscription) {
            return Read::Ended;
        }
        // With the lock: what was published after access changed is never read before that is noticed.
        if subscription.epoch.load(Ordering::Acquire) != self.epoch.load(Ordering::Acquire) {
            return Read::AccessChanged;
        }
        let position = subscription.position.load(Ordering::Relaxed);
        let start = state.start();
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
        state.pass(position, position + taken);
        if position + taken < state.end {
            Read::More
        } else {
            Read::Current
        }
    }

    /// Publishes a message that is durable, once every message before it is; then does `then`. What was published already
    /// is left as it is. Says to how many connections.
    pub(crate) fn publish_message(&self, seq: Seq, frame: Frame, then: Option<Then>) -> usize {
        let mut state = self.state();
        let mut published = Vec::new();
        if seq > state.head.next() {
            if state.ahead.len() < AHEAD_MAX {
                state.ahead.insert(seq, Ahead { frame, then });
                return 0;
            }
            // The store has it, whose messages come in order; only whoever waits for this one is to hear now.
            published.extend(then);
        } else {
            published.extend(then);
            if seq > state.head {
                state.push_message(seq, frame);
                state.push_ahead(&mut published);
                state.tell_all();
            }
        }
        let connections = state.subscriptions.len();
        drop(state);
        for then in published {
            then();
        }
        connections
    }

    /// Publishes a durable message of another node, or of the store, once every message before it is published. What was
    /// published already is left as it is.
    pub fn publish_from_elsewhere(&self, seq: Seq, frame: Frame) {
        self.publish_message(seq, frame, None);
    }

    /// Says that the store has nothing between the last published message and this place.
    pub fn skip_to(&self, before: Seq) {
        let mut published = Vec::new();
        let mut state = self.state();
        if before > state.head {
            state.head = before;
            state.ahead = state.ahead.split_off(&before.next());
            state.push_ahead(&mut published);
            state.tell_all();
        }
        drop(state);
        for then in published {
            then();
        }
    }

    /// Whether a message is here before which others are missing.
    #[must_use]
    pub fn has_gap(&self) -> bool {
        !self.state().ahead.is_empty()
    }

    /// Publishes an event that is no message.
    pub fn publish(&self, frame: Frame) {
        let mut state = self.state();
        state.push(frame, None);
        state.tell_all();
    }

    /// Says that who may read the room may have changed: every connection asks again before it writes anything.
    pub fn access_changed(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.state().tell_all();
    }

    /// Somebody opened the room on one more connection; `participant` says who, if that is told. Whether it is the first
    /// connection of this node.
    pub fn arrive(
        &self,
        person: PrincipalId,
        participant: impl FnOnce() -> Option<Participant>,
    ) -> bool {
        let mut state = self.state();
        let (first_here, telling) = state.participants.arrive(person);
        state.tell_arrival(self.room, telling, participant);
        first_here
    }

    /// Somebody closed the room on one connection. Whether it was the last one of this node.
    pub fn depart(&self, person: PrincipalId) -> bool {
        let mut state = self.state();
        let (last_here, telling) = state.participants.depart(person);
        state.tell_departure(self.room, telling, person);
        last_here
    }

    /// Somebody has the room open on another node.
    pub fn arrive_at(
        &self,
        peer: Peer,
        person: PrincipalId,
        participant: impl FnOnce() -> Option<Participant>,
    ) {
        let mut state = self.state();
        let telling = state.participants.arrive_at(peer, person);
        state.tell_arrival(self.room, telling, participant);
    }

    /// Somebody has closed the room on another node.
    pub fn depart_from(&self, peer: Peer, person: PrincipalId) {
        let mut state = self.state();
        let telling = state.participants.depart_from(peer, person);
        state.tell_departure(self.room, telling, person);
    }

    /// Who has the room open; `None` in a large room, where nobody is told unasked (reference 5.4).
    #[must_use]
    pub fn roster(&self) -> Option<Vec<PrincipalId>> {
        let state = self.state();
        (!state.participants.large()).then(|| state.participants.all())
    }

    /// Who has the room open, whatever its size.
    #[must_use]
    pub fn participants(&self) -> Vec<PrincipalId> {
        self.state().participants.all()
    }

    /// Who has the room open on this node.
    #[must_use]
    pub fn participants_here(&self) -> Vec<PrincipalId> {
        self.state().participants.here()
    }

    /// Who has the room open on another node.
    #[must_use]
    pub fn participants_at(&self, peer: Peer) -> Vec<PrincipalId> {
        self.state().participants.at(peer)
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
    fn push(&mut self, frame: Frame, seq: Option<Seq>) {
        self.end += 1;
        self.ring_bytes += frame.message().len();
        let unread = self.subscriptions.len();
        self.ring.push_back(Entry { frame, seq, unread });
        while self.ring.len() > RING_FRAMES_MAX
            || (self.ring_bytes > RING_BYTES_MAX && self.ring.len() > 1)
        {
            self.drop_oldest();
        }
        self.drop_read();
    }

    /// Whether the subscription has not ended.
    fn has(&self, subscription: &Subscription) -> bool {
        let known = self.subscriptions.get(subscription.key());
        known.is_some_and(|known| std::ptr::eq(&raw const **known, subscription))
    }

    /// The position of the oldest entry of the ring.
    fn start(&self) -> u64 {
        self.end - self.ring.len() as u64
    }

    /// One subscription has the entries between two positions no longer before it.
    fn pass(&mut self, from: u64, to: u64) {
        let start = self.start();
        let index = |position: u64| usize::try_from(position.saturating_sub(start)).unwrap_or(0);
        for entry in self.ring.range_mut(index(from)..index(to)) {
            entry.unread -= 1;
        }
        self.drop_read();
    }

    fn drop_read(&mut self) {
        while self.ring.front().is_some_and(|oldest| oldest.unread == 0) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.ring.pop_front() {
            self.ring_bytes -= oldest.frame.message().len();
        }
    }

    fn tell_all(&self) {
        let mut subscribers = Vec::new();
        for (_, subscription) in &self.subscriptions {
            let subscriber = &subscription.subscriber;
            let flush = match subscription.marked.swap(NOW, Ordering::AcqRel) {
                UNMARKED => subscriber.ready(Arc::clone(subscription)),
                LATER => subscriber.hurry(),
                _ => false,
            };
            if flush {
                subscribers.push(Arc::clone(subscriber));
            }
        }
        flush::soon(subscribers);
    }

    fn tell_all_later(&self) {
        for (_, subscription) in &self.subscriptions {
            if subscription
                .marked
                .compare_exchange(UNMARKED, LATER, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
            {
                subscription
                    .subscriber
                    .ready_later(Arc::clone(subscription));
            }
        }
    }

    fn push_message(&mut self, seq: Seq, frame: Frame) {
        self.head = seq;
        self.push(frame, Some(seq));
    }

    /// Publishes what has waited for the message before it.
    fn push_ahead(&mut self, published: &mut Vec<Then>) {
        while let Some(next) = self.ahead.remove(&self.head.next()) {
            self.push_message(self.head.next(), next.frame);
            published.extend(next.then);
        }
    }

    fn tell_arrival(
        &mut self,
        room: RoomId,
        telling: Option<Telling>,
        participant: impl FnOnce() -> Option<Participant>,
    ) {
        match telling {
            Some(Telling::Who) => {
                self.tell_presence(room, participant().into_iter().collect(), Vec::new());
            }
            Some(Telling::Size) => self.tell_presence(room, Vec::new(), Vec::new()),
            Some(Telling::Nothing) | None => {}
        }
    }

    fn tell_departure(&mut self, room: RoomId, telling: Option<Telling>, person: PrincipalId) {
        match telling {
            Some(Telling::Who) => self.tell_presence(room, Vec::new(), vec![person.0]),
            Some(Telling::Size) => self.tell_presence(room, Vec::new(), Vec::new()),
            Some(Telling::Nothing) | None => {}
        }
    }

    fn tell_presence(&mut self, room: RoomId, arrived: Vec<Participant>, departed: Vec<Uuid>) {
        let frame = Frame::encode(&ServerFrame::Presence {
            room: room.0,
            arrived,
            departed,
            count: self.participants.len() as u64,
            large: self.participants.large(),
        });
        self.push(frame, None);
        self.tell_all_later();
    }
}

#[cfg(test)]
mod tests;
