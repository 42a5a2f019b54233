//! A connection as the rest of the node sees it: something to wake, with what waits for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use perch_domain::{Code, CredentialId, PrincipalId};
use tokio::sync::Notify;

use crate::Frame;
use crate::flush::{Line, Scratch};
use crate::later::Later;
use crate::log::{Read, Subscription};

/// Frames for one connection alone that may wait. A connection that lets more pile up is closed: it can reconnect and
/// resume, which costs less than an unbounded queue.
const DIRECT_MAX: usize = 1_024;
/// Frames of one room that are written at once by others than the connection's task.
const FLUSHED_MAX: usize = 128;

/// Why a connection is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The server is stopping.
    ShuttingDown,
    /// The session has ended, or the user was disabled.
    SessionEnded,
    /// Too much waited for it.
    TooSlow,
}

impl Closing {
    /// The code that the client is told.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::ShuttingDown => Code::ShuttingDown,
            Self::SessionEnded => Code::NotSignedIn,
            Self::TooSlow => Code::LimitExceeded,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Subscriber {
    person: PrincipalId,
    credential: CredentialId,
    waiting: Mutex<Waiting>,
    wake: Notify,
    later: Arc<Later>,
    /// Until the connection has ended; absent where only its own task can write, with TLS.
    line: Option<Weak<dyn Line>>,
}

#[derive(Debug, Default)]
struct Waiting {
    ready: Vec<Arc<Subscription>>,
    direct: VecDeque<Frame>,
    closing: Option<Closing>,
    /// It is among those who are woken later.
    later: bool,
    /// It is among those to whom is written in a moment.
    soon: bool,
}

impl Subscriber {
    pub(crate) fn new(
        person: PrincipalId,
        credential: CredentialId,
        later: Arc<Later>,
        line: Option<Weak<dyn Line>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            person,
            credential,
            waiting: Mutex::default(),
            wake: Notify::new(),
            later,
            line,
        })
    }

    /// Whose it is.
    #[must_use]
    pub const fn person(&self) -> PrincipalId {
        self.person
    }

    /// By which it is signed in.
    #[must_use]
    pub const fn credential(&self) -> CredentialId {
        self.credential
    }

    /// Waits until something is to be sent, or the connection is to end.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes the frames that are for this connection alone.
    #[must_use]
    pub fn take_direct(&self) -> VecDeque<Frame> {
        std::mem::take(&mut self.waiting().direct)
    }

    /// Takes the rooms that have something new.
    #[must_use]
    pub fn take_ready(&self) -> Vec<Arc<Subscription>> {
        std::mem::take(&mut self.waiting().ready)
    }

    /// Why the connection is to end, if it is.
    #[must_use]
    pub fn closing(&self) -> Option<Closing> {
        self.waiting().closing
    }

    /// Sends a frame to this connection alone.
    pub fn send(&self, frame: Frame) {
        let mut waiting = self.waiting();
        if waiting.direct.len() >= DIRECT_MAX {
            waiting.closing.get_or_insert(Closing::TooSlow);
        } else {
            waiting.direct.push_back(frame);
        }
        let soon = waiting.soon && waiting.closing.is_none();
        drop(waiting);
        if !soon {
            self.wake.notify_one();
        }
    }

    /// Ends the connection.
    pub fn close(&self, why: Closing) {
        self.waiting().closing.get_or_insert(why);
        self.wake.notify_one();
    }

    /// Lets go of everything that waits; the connection has ended.
    pub fn clear(&self) {
        *self.waiting() = Waiting::default();
    }

    /// A room has something new, to be told at once. Whether [`Self::flush`] is to be called in a moment; the connection's task is
    /// woken otherwise.
    pub(crate) fn ready(&self, subscription: Arc<Subscription>) -> bool {
        let mut waiting = self.waiting();
        waiting.ready.push(subscription);
        self.hurried(waiting)
    }

    /// A room has something new that can wait a moment.
    pub(crate) fn ready_later(self: &Arc<Self>, subscription: Arc<Subscription>) {
        let mut waiting = self.waiting();
        waiting.ready.push(subscription);
        let waits = std::mem::replace(&mut waiting.later, true);
        drop(waiting);
        if !waits {
            self.later.add(Arc::clone(self));
        }
    }

    /// A room that is ready, to be told later, has something that is to be told at once: as [`Self::ready`].
    pub(crate) fn hurry(&self) -> bool {
        self.hurried(self.waiting())
    }

    fn hurried(&self, mut waiting: MutexGuard<'_, Waiting>) -> bool {
        if self.line.is_none() {
            drop(waiting);
            self.wake.notify_one();
            return false;
        }
        !std::mem::replace(&mut waiting.soon, true)
    }

    /// It has waited long enough. Whether [`Self::flush`] is to be called now.
    pub(crate) fn waited(&self) -> bool {
        let mut waiting = self.waiting();
        waiting.later = false;
        !waiting.ready.is_empty() && self.hurried(waiting)
    }

    /// Writes whatever waits, or has the connection's task do it.
    pub(crate) fn flush(&self, scratch: &mut Scratch) {
        let Scratch { frames, ready } = scratch;
        let mut all = true;
        let line = self.line.as_ref().and_then(Weak::upgrade);
        let written = line
            .is_some_and(|line| line.write(frames, &mut |frames| all = self.take(frames, ready)));
        if !written || !all {
            self.waiting().soon = false;
            self.wake.notify_one();
        }
    }

    /// Takes the frames that wait. False when something is left that only the connection's task can do.
    fn take(&self, frames: &mut Vec<Frame>, ready: &mut Vec<Arc<Subscription>>) -> bool {
        let mut waiting = self.waiting();
        waiting.soon = false;
        if waiting.closing.is_some() {
            return false;
        }
        frames.extend(waiting.direct.drain(..));
        std::mem::swap(&mut waiting.ready, ready);
        drop(waiting);
        let mut all = true;
        for subscription in ready.drain(..) {
            match subscription.log().read(&subscription, FLUSHED_MAX, frames) {
                Read::Current | Read::Ended => {}
                Read::More | Read::Behind { .. } | Read::AccessChanged => {
                    all = false;
                    self.waiting().ready.push(subscription);
                }
            }
        }
        all
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while the lock is held; were it otherwise, the queues would still be whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
