//! The group commit: one task for each pool takes whatever waits, appends it in one transaction, and only then answers the
//! authors and publishes to the rooms.
//!
//! That order is the guarantee: what anybody has seen or had acknowledged survives the loss of power. It also makes the
//! order of a room the same for everybody, since one task publishes in the order of the log.

use std::sync::Arc;
use std::time::Instant;

use perch_domain::pool::PoolFqdn;
use perch_domain::{Seq, Timestamp};
use perch_store::{Append, Appended, Batch, PoolStore, ReadMark, StoreError};
use perch_wire::live::ServerFrame;
use perch_wire::message::{Context, Message, Via};
use perch_wire::principal::Author;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::bus::Link;
use crate::instruments::{CommitInstruments, Tally};
use crate::{Feeder, Frame, Gaps, RoomLog};

/// Posts that may wait for the task. Beyond, whoever posts waits too: a fast sender slows down, nothing piles up.
const WAITING_MAX: usize = 4_096;
/// Posts in one transaction: enough that a flush to the disk is shared, few enough that nobody waits long.
const GROUP_MAX: usize = 512;

/// A message to append and publish.
pub struct Post {
    /// What to append.
    pub append: Append,
    /// The author, by name.
    pub author: Author,
    /// The add-in that had part in it, by name.
    pub via: Option<Via>,
    /// The room's log.
    pub log: Arc<RoomLog>,
    /// Called once the message is durable and published, or refused.
    pub done: Box<dyn FnOnce(Result<Posted, CommitError>) + Send>,
}

/// A durable message's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its place.
    pub seq: Seq,
    /// When the server received it.
    pub at: Timestamp,
    /// It was there already: the post was a retry.
    pub repeated: bool,
}

/// Why a message was not appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The store failed; its own error was logged.
    #[error("the store failed")]
    Store,
    /// The room is gone.
    #[error("the room is gone")]
    NoRoom,
    /// The author used the nonce in another room.
    #[error("the nonce was used in another room")]
    NonceElsewhere,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

enum Work {
    Post(Box<Post>),
    Read(ReadMark),
}

/// The group commit of a pool.
pub struct Committer {
    work: mpsc::Sender<Work>,
    task: Mutex<Option<(JoinHandle<()>, tokio::sync::oneshot::Sender<()>)>>,
}

impl Committer {
    /// Starts the task of a pool. The feeder of its search index is told what was committed, and other nodes when there
    /// are any.
    #[must_use]
    pub fn start(
        pool: &PoolFqdn,
        store: Arc<dyn PoolStore>,
        feeder: Arc<Feeder>,
        gaps: Arc<Gaps>,
        link: Option<Link>,
    ) -> Self {
        let (work, receiver) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let group = Group {
            pool: pool.clone(),
            store,
            feeder,
            instruments: CommitInstruments::of(pool),
            gaps,
            link,
        };
        let task = tokio::spawn(run(group, receiver, stopped));
        Self {
            work,
            task: Mutex::new(Some((task, stop))),
        }
    }

    /// Hands a message over. Waits while too many are waiting.
    pub async fn post(&self, post: Post) {
        if let Err(mpsc::error::SendError(Work::Post(post))) =
            self.work.send(Work::Post(Box::new(post))).await
        {
            (post.done)(Err(CommitError::Stopping));
        }
    }

    /// Hands a read mark over. When too many posts wait the mark is dropped: the next one moves further.
    pub fn read(&self, mark: ReadMark) {
        if self.work.try_send(Work::Read(mark)).is_err() {
            tracing::debug!("a read mark was dropped: the commit queue is full");
        }
    }

    /// Commits what waits, then stops.
    pub async fn stop(&self) {
        let Some((task, stop)) = self.task.lock().await.take() else {
            return;
        };
        drop(stop);
        if let Err(cause) = task.await {
            tracing::error!(%cause, "the group commit ended badly");
        }
    }
}

/// What the task of a pool works with.
struct Group {
    pool: PoolFqdn,
    store: Arc<dyn PoolStore>,
    feeder: Arc<Feeder>,
    instruments: CommitInstruments,
    gaps: Arc<Gaps>,
    link: Option<Link>,
}

async fn run(
    pool: Group,
    mut work: mpsc::Receiver<Work>,
    mut stopped: tokio::sync::oneshot::Receiver<()>,
) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    loop {
        tokio::select! {
            biased;
            taken = work.recv_many(&mut group, GROUP_MAX) => if taken == 0 { return },
            _ = &mut stopped, if !work.is_closed() => {
                // What was handed over before is still committed; whoever comes later is told.
                work.close();
                continue;
            }
        }
        pool.instruments.taken(work.len());
        pool.commit(&mut group).await;
    }
}

impl Group {
    #[tracing::instrument(level = "debug", skip_all, fields(taken = group.len()))]
    async fn commit(&self, group: &mut Vec<Work>) {
        let mut batch = Batch::default();
        let mut posts = Vec::with_capacity(group.len());
        for work in group.drain(..) {
            match work {
                Work::Post(post) => {
                    let Post {
                        append,
                        author,
                        via,
                        log,
                        done,
                    } = *post;
                    batch.appends.push(append);
                    posts.push(((author, via), log, done));
                }
                Work::Read(mark) => batch.reads.push(mark),
            }
        }
        let begun = Instant::now();
        let outcome = self.store.append(&batch).await;
        self.instruments.answered(posts.len(), begun.elapsed());
        let mut tally = Tally::default();
        match outcome {
            Ok(appended) => {
                if !appended.is_empty() {
                    self.feeder
                        .posted(batch.appends.iter().map(|append| append.room));
                }
                let mut published = Vec::new();
                let appends = batch.appends.into_iter().zip(appended);
                for ((append, appended), (by, log, done)) in appends.zip(posts) {
                    match self.place(&append, appended, &log, &mut tally) {
                        Ok(posted) if posted.repeated => done(Ok(posted)),
                        Ok(posted) => {
                            let frame = frame(&append, posted.seq, by);
                            if self.link.is_some() {
                                published.push((append.room, posted.seq, frame.clone()));
                            }
                            let then = Box::new(move || done(Ok(posted)));
                            let connections = log.publish_message(posted.seq, frame, Some(then));
                            tally.deliveries += connections as u64;
                            if log.has_gap() {
                                self.gaps.report(log.room());
                            }
                        }
                        Err(refused) => done(Err(refused)),
                    }
                }
                if let Some(link) = self.link.as_ref().filter(|_| !published.is_empty()) {
                    link.outbox
                        .messages(&self.pool, &link.versions(), published);
                }
            }
            Err(cause) => {
                let error = match &cause {
                    StoreError::Full => CommitError::Full,
                    _ => CommitError::Store,
                };
                tracing::error!(
                    cause = &cause as &dyn std::error::Error,
                    posts = posts.len(),
                    "nothing of a group was stored"
                );
                tally.failed = posts.len() as u64;
                for (_, log, done) in posts {
                    // It may have succeeded, and only the answer was lost.
                    self.gaps.report(log.room());
                    done(Err(error));
                }
            }
        }
        self.instruments.done(&tally);
    }

    /// Where a message is now, or why it is nowhere.
    fn place(
        &self,
        append: &Append,
        appended: Appended,
        log: &RoomLog,
        tally: &mut Tally,
    ) -> Result<Posted, CommitError> {
        match appended {
            Appended::Stored { seq } => {
                tally.stored += 1;
                Ok(Posted {
                    seq,
                    at: append.at,
                    repeated: false,
                })
            }
            Appended::Repeated { room, seq, at } if room == append.room => {
                tally.repeated += 1;
                // Posted at another node, or the answer to the first attempt was lost.
                if seq > log.head() {
                    self.gaps.report(room);
                }
                Ok(Posted {
                    seq,
                    at,
                    repeated: true,
                })
            }
            Appended::Repeated { .. } => {
                tally.failed += 1;
                Err(CommitError::NonceElsewhere)
            }
            Appended::NoRoom => {
                tally.failed += 1;
                Err(CommitError::NoRoom)
            }
        }
    }
}

/// A durable message as its room is sent it.
fn frame(append: &Append, seq: Seq, (author, via): (Author, Option<Via>)) -> Frame {
    let draft = &append.draft;
    Frame::encode(&ServerFrame::Message(Message {
        room: append.room.0,
        seq: seq.0,
        author,
        at: append.at.to_string(),
        text: draft.text().to_owned(),
        alert: draft.alert(),
        title: draft.title().map(str::to_owned),
        contexts: draft.contexts().iter().map(Context::from).collect(),
        nonce: append.nonce.0,
        via,
        card: draft.card().map(|card| Box::new(card.into())),
        updates: draft.updates().map(|seq| seq.0),
        latest: None,
    }))
}
