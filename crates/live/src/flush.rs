//! Writing what was published to its connections: a few tasks write to many of them each, which costs a fraction of waking the
//! task of every connection.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::yield_now;

use crate::log::Subscription;
use crate::{Frame, Subscriber};

/// Connections to which a task writes before the turn of whatever else there is to do. A message in a large room must not hold up all
/// others.
const TURN: usize = 64;

/// A connection's way to its client, on which others than its own task may write while that one rests.
pub trait Line: std::fmt::Debug + Send + Sync {
    /// If the connection's task rests, and nothing waits that it has to write: has the frames taken, and writes them. False when
    /// the task has to be woken, for that or because the client did not take all; what is left of the frames is kept for it.
    fn write(&self, frames: &mut Vec<Frame>, take: &mut dyn FnMut(&mut Vec<Frame>)) -> bool;
}

/// What is used for one connection after the other.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) frames: Vec<Frame>,
    pub(crate) ready: Vec<Arc<Subscription>>,
}

/// Has written to these connections what waits for them, in a moment: by as many tasks as can run at the same time.
pub(crate) fn soon(mut subscribers: Vec<Arc<Subscriber>>) {
    if subscribers.is_empty() {
        return;
    }
    let workers = Handle::current().metrics().num_workers();
    let share = subscribers.len().div_ceil(workers).max(TURN);
    while !subscribers.is_empty() {
        let share = subscribers.split_off(subscribers.len().saturating_sub(share));
        tokio::spawn(async move {
            for (number, turn) in share.chunks(TURN).enumerate() {
                if number > 0 {
                    yield_now().await;
                }
                now(turn);
            }
        });
    }
}

/// Writes to these connections what waits for them.
pub(crate) fn now(subscribers: &[Arc<Subscriber>]) {
    let mut scratch = Scratch::default();
    for subscriber in subscribers {
        subscriber.flush(&mut scratch);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, Weak};

    use perch_domain::{CredentialId, PrincipalId, RoomId, Seq};
    use perch_wire::live::ServerFrame;
    use tokio::sync::Notify;
    use uuid::Uuid;

    use super::*;
    use crate::{Closing, Read, RoomLog};

    /// A line that takes so many frames at a time.
    #[derive(Debug, Default)]
    struct Client {
        resting: bool,
        takes: usize,
        writes: Mutex<Vec<Vec<Frame>>>,
        written: Notify,
    }

    impl Client {
        fn resting(takes: usize) -> Arc<Self> {
            Arc::new(Self {
                resting: true,
                takes,
                ..Self::default()
            })
        }

        async fn written(&self) -> Vec<Vec<Frame>> {
            self.written.notified().await;
            std::mem::take(&mut self.writes.lock().unwrap())
        }
    }

    impl Line for Client {
        fn write(&self, frames: &mut Vec<Frame>, take: &mut dyn FnMut(&mut Vec<Frame>)) -> bool {
            if !self.resting {
                return false;
            }
            take(frames);
            let all = frames.len() <= self.takes;
            let written = std::mem::take(frames);
            self.writes.lock().unwrap().push(written);
            self.written.notify_one();
            all
        }
    }

    fn subscriber(client: &Arc<Client>) -> Arc<Subscriber> {
        let line: Weak<Client> = Arc::downgrade(client);
        let (person, credential) = (PrincipalId(Uuid::nil()), CredentialId(Uuid::nil()));
        Subscriber::new(person, credential, Arc::default(), Some(line))
    }

    fn log() -> Arc<RoomLog> {
        RoomLog::new(RoomId(Uuid::nil()), Seq(0))
    }

    fn frame(n: u64) -> Frame {
        Frame::encode(&ServerFrame::Pong { id: n })
    }

    fn is_woken(subscriber: &Subscriber) -> bool {
        let woken = std::pin::pin!(subscriber.woken());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        woken.poll(&mut context).is_ready()
    }

    #[tokio::test]
    async fn what_is_published_is_written_together_without_waking_the_connection() {
        let (log, client) = (log(), Client::resting(10));
        let reader = subscriber(&client);
        let (_subscription, _) = log.subscribe(&reader);
        log.publish_message(Seq(1), frame(1), None);
        log.publish_message(Seq(2), frame(2), None);
        reader.send(frame(7));
        assert_eq!(client.written().await, [[frame(7), frame(1), frame(2)]]);
        assert!(!is_woken(&reader));
        log.publish_message(Seq(3), frame(3), None);
        assert_eq!(client.written().await, [[frame(3)]]);
        reader.send(frame(8));
        assert!(is_woken(&reader), "what nobody is about to write");
    }

    #[tokio::test]
    async fn a_connection_that_is_at_work_is_woken_instead() {
        let (log, client) = (log(), Arc::<Client>::default());
        let reader = subscriber(&client);
        let (subscription, _) = log.subscribe(&reader);
        log.publish_message(Seq(1), frame(1), None);
        reader.woken().await;
        assert_eq!(reader.take_ready().len(), 1);
        let mut frames = Vec::new();
        assert_eq!(log.read(&subscription, 9, &mut frames), Read::Current);
        assert_eq!(frames, [frame(1)]);
    }

    #[tokio::test]
    async fn a_connection_is_woken_for_what_others_cannot_do() {
        let (log, client) = (log(), Client::resting(1));
        let reader = subscriber(&client);
        let (subscription, _) = log.subscribe(&reader);
        log.publish_message(Seq(1), frame(1), None);
        log.publish_message(Seq(2), frame(2), None);
        reader.woken().await;
        assert_eq!(
            client.written().await,
            [[frame(1), frame(2)]],
            "one is left"
        );

        log.access_changed();
        log.publish_message(Seq(3), frame(3), None);
        reader.woken().await;
        assert_eq!(
            client.written().await,
            [[]],
            "who may read is not asked here"
        );
        assert_eq!(reader.take_ready().len(), 1);
        let mut frames = Vec::new();
        assert_eq!(log.read(&subscription, 9, &mut frames), Read::AccessChanged);
        subscription.ask_access();
        assert_eq!(log.read(&subscription, 9, &mut frames), Read::Current);
        assert_eq!(frames, [frame(3)]);

        reader.close(Closing::SessionEnded);
        reader.woken().await;
        log.publish_message(Seq(4), frame(4), None);
        reader.woken().await;
    }

    #[tokio::test]
    async fn nothing_is_written_of_a_room_that_was_left() {
        let (log, client) = (log(), Client::resting(9));
        let reader = subscriber(&client);
        let (subscription, _) = log.subscribe(&reader);
        log.publish_message(Seq(1), frame(1), None);
        log.unsubscribe(&subscription);
        assert_eq!(client.written().await, [[]]);
        assert_eq!(log.read(&subscription, 9, &mut Vec::new()), Read::Ended);
    }
}
