//! The log of a room as it is live: the place of its last durable message, a ring of the newest frames, and the cursors
//! that follow it.
//!
//! Publishing marks each subscription that is not marked yet; in a moment whatever has come since is read from its cursor and
//! written to its connection at once, by one task for many of them (`flush`) or, where that cannot be, by the
//! connection's own. A cursor that the ring has left behind is told so ([`Read::Behind`]) and catches up from the store. What all
//! have read, the ring lets go of. Who comes and goes is told to those who watch, from a ring of its own.

mod ring;
mod subscription;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use perch_domain::{PrincipalId, RoomId, Seq};
use perch_wire::live::ServerFrame;
use perch_wire::room::Participant;
use slab::Slab;

use crate::instruments::rooms_live;
use crate::participants::{Participants, Peer, Telling};
use crate::{Frame, Subscriber, flush};
use ring::Ring;
pub use subscription::Subscription;
use subscription::{LATER, NOW, UNMARKED, UNWATCHED};

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
    /// Everything that is published: its positions count all of it, places (`Seq`) count messages only.
    ring: Ring,
    subscriptions: Slab<Arc<Subscription>>,
    participants: Participants,
    /// Who came and went, for the subscriptions that watch.
    presence: Ring,
    watching: usize,
    /// Durable messages before which others are missing here: those come from another node, or from the store.
    ahead: BTreeMap<Seq, Ahead>,
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
                ring: Ring::default(),
                subscriptions: Slab::new(),
                participants: Participants::default(),
                presence: Ring::default(),
                watching: 0,
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
            position: AtomicU64::new(state.ring.end()),
            presence: AtomicU64::new(UNWATCHED),
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

    /// Moves a subscription to now, and says up to where the store has what came before. One that watches is to watch anew.
    #[must_use]
    pub fn catch_up(&self, subscription: &Subscription) -> Seq {
        let mut state = self.state();
        let end = state.ring.end();
        let from = subscription.position.swap(end, Ordering::Relaxed);
        state.ring.pass(from);
        subscription.seq.store(state.head.0, Ordering::Relaxed);
        state.head
    }

    /// Has a subscription told who comes and goes from now on, and says who is there: how many and, unless the room is large
    /// (reference 5.4), who.
    #[must_use]
    pub fn watch(&self, subscription: &Subscription) -> (u64, Option<Vec<PrincipalId>>) {
        let mut state = self.state();
        if state.has(subscription) {
            state.unwatch(subscription);
            let end = state.presence.end();
            subscription.presence.store(end, Ordering::Relaxed);
            state.watching += 1;
        }
        let participants = &state.participants;
        let listed = (!participants.large()).then(|| participants.all());
        (participants.len() as u64, listed)
    }

    /// Has a subscription told no longer who comes and goes.
    pub fn unwatch(&self, subscription: &Subscription) {
        self.state().unwatch(subscription);
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, subscription: &Arc<Subscription>) {
        let mut state = self.state();
        if state.has(subscription) {
            state.subscriptions.remove(subscription.key());
            state
                .ring
                .pass(subscription.position.load(Ordering::Relaxed));
            state.unwatch(subscription);
            if state.subscriptions.is_empty() {
                rooms_live().decrement(1);
            }
        }
    }

    /// Reads what has come since the subscription's cursors, at most `max` frames of each, and moves them.
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
        let watched = subscription.presence.load(Ordering::Relaxed);
        if state.ring.is_past(position) || state.presence.is_past(watched) {
            return Read::Behind {
                after: Seq(subscription.seq.load(Ordering::Relaxed)),
            };
        }
        let mut all = true;
        // Before the messages: whoever came and wrote is known by then.
        if watched != UNWATCHED {
            let (read, _) = state.presence.read(watched, max, into);
            subscription.presence.store(read, Ordering::Relaxed);
            all = read == state.presence.end();
        }
        let (read, last) = state.ring.read(position, max, into);
        subscription.position.store(read, Ordering::Relaxed);
        if let Some(seq) = last {
            subscription.seq.store(seq.0, Ordering::Relaxed);
        }
        all &= read == state.ring.end();
        if all { Read::Current } else { Read::More }
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

    /// Whether somebody is told who comes and goes.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.state().watching > 0
    }

    /// Somebody opened the room on one more connection; `who` it is, is known if the room [is watched](Self::is_watched). Whether it
    /// is the first connection of this node.
    pub fn arrive(&self, person: PrincipalId, who: Option<Participant>) -> bool {
        let mut state = self.state();
        let (first_here, telling) = state.participants.arrive(person);
        state.tell_arrival(self.room, telling, who);
        first_here
    }

    /// Somebody closed the room on one connection. Whether it was the last one of this node.
    pub fn depart(&self, person: PrincipalId) -> bool {
        let mut state = self.state();
        let (last_here, telling) = state.participants.depart(person);
        state.tell_departure(self.room, telling, person);
        last_here
    }

    /// Somebody has the room open on another node; `who` as with [`Self::arrive`].
    pub fn arrive_at(&self, peer: Peer, person: PrincipalId, who: Option<Participant>) {
        let mut state = self.state();
        let telling = state.participants.arrive_at(peer, person);
        state.tell_arrival(self.room, telling, who);
    }

    /// Somebody has closed the room on another node.
    pub fn depart_from(&self, peer: Peer, person: PrincipalId) {
        let mut state = self.state();
        let telling = state.participants.depart_from(peer, person);
        state.tell_departure(self.room, telling, person);
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
        self.ring.push(frame, seq, self.subscriptions.len());
    }

    /// Whether the subscription has not ended.
    fn has(&self, subscription: &Subscription) -> bool {
        let known = self.subscriptions.get(subscription.key());
        known.is_some_and(|known| std::ptr::eq(&raw const **known, subscription))
    }

    fn unwatch(&mut self, subscription: &Subscription) {
        let watched = subscription.presence.swap(UNWATCHED, Ordering::Relaxed);
        if watched != UNWATCHED {
            self.watching -= 1;
            self.presence.pass(watched);
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

    fn tell_watching_later(&self) {
        let watching = |subscription: &&Arc<Subscription>| subscription.is_watching();
        let subscriptions = self.subscriptions.iter().map(|(_, each)| each);
        for subscription in subscriptions.filter(watching) {
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

    fn tell_arrival(&mut self, room: RoomId, telling: Option<Telling>, who: Option<Participant>) {
        match (telling, who) {
            // Somebody has begun to watch meanwhile: those who do are told anew who is there.
            (Some(Telling::Who), None) if self.watching > 0 => {
                self.presence.lose();
                self.tell_watching_later();
            }
            (telling, who) => self.tell_presence(room, telling, who, None),
        }
    }

    fn tell_departure(&mut self, room: RoomId, telling: Option<Telling>, person: PrincipalId) {
        self.tell_presence(room, telling, None, Some(person));
    }

    /// Tells those who watch, if any do: in most rooms nobody does, and everybody comes at once.
    fn tell_presence(
        &mut self,
        room: RoomId,
        telling: Option<Telling>,
        arrived: Option<Participant>,
        departed: Option<PrincipalId>,
    ) {
        let (arrived, departed) = match telling {
            _ if self.watching == 0 => return,
            Some(Telling::Who) => (arrived, departed),
            Some(Telling::Size) => (None, None),
            Some(Telling::Nothing) | None => return,
        };
        let frame = Frame::encode(&ServerFrame::Presence {
            room: room.0,
            arrived: arrived.into_iter().collect(),
            departed: departed.into_iter().map(|person| person.0).collect(),
            count: self.participants.len() as u64,
            large: self.participants.large(),
        });
        self.presence.push(frame, None, self.watching);
        self.tell_watching_later();
    }
}

#[cfg(test)]
mod tests;
