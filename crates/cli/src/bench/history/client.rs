//! One client: it keeps its rooms open, posts, breaks off in the middle, and comes back with what it holds.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use perch_history::{Outcome, What};
use perch_wire::live::{ClientFrame, JoinRoom, ServerFrame};
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep, timeout};
use uuid::Uuid;

use super::cohort::Cohort;
use super::recorder::{self, Recorder};
use super::{HistoryCommand, Phase};
use crate::bench::client::{Receiver, Sender};
use crate::bench::failed;
use crate::bench::link::Dial;
use crate::error::Error;

/// How long a client waits before it connects again.
const RECONNECT_AFTER: Duration = Duration::from_millis(50);
/// How often a client asks again for a room that is closed to it.
const JOIN_AGAIN_EVERY: Duration = Duration::from_millis(200);
/// One of so many posts ends with the client breaking off without waiting for the answer.
const BREAK_OFF_ONE_IN: usize = 40;
/// How long a connection may take to be made, and how long it may be silent, though it is pinged, before it is taken for lost.
const SILENT_MAX: Duration = Duration::from_secs(5);
/// How often the server is pinged.
const PING_EVERY: Duration = Duration::from_secs(1);
/// How long an answer may take before the client tries another server.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How long a slow client takes over a frame, and the bytes that the kernel may keep for it.
const SLOW_FRAME: Duration = Duration::from_millis(5);
const SLOW_RECEIVE_BYTES: u32 = 32_768;

/// A number below a limit.
pub(in crate::bench) fn any(limit: usize) -> usize {
    let (random, _) = Uuid::new_v4().as_u64_pair();
    usize::try_from(random).unwrap_or_default() % limit.max(1)
}

/// What a client has, for those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// For each room that is open, the last place that it holds.
    pub(super) open: Vec<Option<u64>>,
    /// A post waits for its answer, or could be made again.
    pub(super) busy: bool,
}

/// A message to post, again and again until its fate is known.
struct Post {
    room: usize,
    nonce: Uuid,
    text: String,
}

#[derive(Clone, Copy, Default)]
struct Room {
    held: Option<u64>,
    open: bool,
    asked: bool,
}

pub(super) struct Client {
    number: u32,
    person: usize,
    token: String,
    cohort: Arc<Cohort>,
    recorder: Arc<Recorder>,
    standing: Arc<Mutex<Standing>>,
    slow: bool,
    pause: Duration,
    chars_max: usize,
    rooms: Vec<Room>,
    /// The post that was sent, and the number of its frame.
    sent: Option<(u64, Post)>,
    /// Posts whose fate is not known; the room may be closed.
    waiting: VecDeque<Post>,
    frames: u64,
    next_post: Instant,
}

impl Client {
    pub(super) fn new(
        number: usize,
        command: &HistoryCommand,
        cohort: &Arc<Cohort>,
        recorder: &Arc<Recorder>,
    ) -> Result<Self, Error> {
        let person = number % cohort.people.len().max(1);
        let who = cohort.people.get(person);
        let who = who.ok_or_else(|| failed("nobody is there"))?;
        let pause = Duration::from_millis(command.pause_ms.max(1));
        let first = any(usize::try_from(command.pause_ms).unwrap_or_default());
        let client = Self {
            number: u32::try_from(number).map_err(failed)?,
            person,
            token: who.token.clone(),
            cohort: Arc::clone(cohort),
            recorder: Arc::clone(recorder),
            standing: Arc::default(),
            slow: number < command.slow,
            pause,
            chars_max: command.chars_max.max(1),
            rooms: vec![Room::default(); cohort.rooms.len()],
            sent: None,
            waiting: VecDeque::new(),
            frames: 0,
            // Not all at once.
            next_post: Instant::now() + Duration::from_millis(first as u64),
        };
        recorder.record(What::Client {
            client: client.number,
            person: who.id,
        });
        client.publish();
        Ok(client)
    }

    /// Whose it is.
    pub(super) fn person(&self) -> usize {
        self.person
    }

    /// What it has, as it changes.
    pub(super) fn standing(&self) -> Arc<Mutex<Standing>> {
        Arc::clone(&self.standing)
    }

    /// Runs until all is done, whatever happens to the server.
    pub(super) async fn run(mut self, mut phases: watch::Receiver<Phase>) {
        let dial = Dial {
            receive_bytes: self.slow.then_some(SLOW_RECEIVE_BYTES),
            ..Dial::default()
        };
        let addresses = self.cohort.addresses.clone();
        for address in addresses
            .iter()
            .cycle()
            .skip(self.person % addresses.len().max(1))
        {
            let connection = timeout(SILENT_MAX, dial.connect(address, &self.token)).await;
            if let Ok(Ok(connection)) = connection {
                if self.connected(connection, &mut phases).await.is_break() {
                    return;
                }
                self.closed();
            }
            if *phases.borrow() == Phase::Done {
                return;
            }
            sleep(RECONNECT_AFTER).await;
        }
    }

    /// Breaks when all is done, continues when the connection was lost.
    async fn connected(
        &mut self,
        (mut sender, mut receiver): (Sender, Receiver),
        phases: &mut watch::Receiver<Phase>,
    ) -> ControlFlow<()> {
        let lost = ControlFlow::Continue(());
        let mut join_again = interval(JOIN_AGAIN_EVERY);
        let mut ping = interval(PING_EVERY);
        let (mut heard, mut answered) = (Instant::now(), Instant::now());
        loop {
            self.publish();
            if !self.is_waiting() {
                answered = Instant::now();
            }
            let phase = *phases.borrow_and_update();
            if phase == Phase::Done {
                return ControlFlow::Break(());
            }
            let frame = tokio::select! {
                frame = receiver.next() => match frame {
                    Ok(frame) => frame,
                    Err(_) => return lost,
                },
                changed = phases.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return ControlFlow::Break(()),
                },
                _ = join_again.tick() => {
                    if self.join_closed(&mut sender).await.is_err() {
                        return lost;
                    }
                    continue;
                }
                _ = ping.tick() => {
                    let lost_patience = heard.elapsed() > SILENT_MAX || answered.elapsed() > ANSWER_MAX;
                    if lost_patience || sender.send(&ClientFrame::Ping { id: 0 }).await.is_err() {
                        return lost;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(self.next_post), if self.may_post(phase) => {
                    if self.post(&mut sender).await.is_err() || (phase == Phase::Load && any(BREAK_OFF_ONE_IN) == 0) {
                        return lost;
                    }
                    continue;
                }
            };
            let Ok(frame) = serde_json::from_str::<ServerFrame>(&frame) else {
                return lost;
            };
            heard = Instant::now();
            self.received(frame);
            if self.slow && phase == Phase::Load {
                sleep(SLOW_FRAME).await;
            }
        }
    }

    /// Whether an answer is to come, at a pace that is the server's.
    fn is_waiting(&self) -> bool {
        !self.slow && (self.sent.is_some() || self.rooms.iter().any(|room| room.asked))
    }

    /// What waits is posted again in any phase; something new only under load, and not by who only reads, slowly.
    fn may_post(&self, phase: Phase) -> bool {
        self.sent.is_none()
            && (self.next_waiting().is_some()
                || phase == Phase::Load && !self.slow && self.rooms.iter().any(|room| room.open))
    }

    fn next_waiting(&self) -> Option<usize> {
        let is_open = |post: &Post| self.rooms.get(post.room).is_some_and(|room| room.open);
        self.waiting.iter().position(is_open)
    }

    async fn join_closed(&mut self, sender: &mut Sender) -> Result<(), Error> {
        for (room, id) in self.rooms.iter_mut().zip(&self.cohort.rooms) {
            if room.open || room.asked {
                continue;
            }
            room.asked = true;
            self.frames += 1;
            self.recorder.record(What::Join {
                client: self.number,
                room: *id,
                after: room.held,
            });
            let frame = ClientFrame::Join {
                id: self.frames,
                rooms: vec![JoinRoom {
                    room: *id,
                    after: room.held,
                    latest: None,
                }],
            };
            sender.send(&frame).await?;
        }
        Ok(())
    }

    async fn post(&mut self, sender: &mut Sender) -> Result<(), Error> {
        self.next_post = Instant::now() + self.pause;
        let again = self.next_waiting();
        let post = match again.and_then(|index| self.waiting.remove(index)) {
            Some(post) => post,
            None => self.new_post(),
        };
        let Some(room) = self.cohort.rooms.get(post.room).copied() else {
            return Ok(());
        };
        self.frames += 1;
        self.recorder.record(What::Post {
            client: self.number,
            room,
            nonce: post.nonce,
            digest: recorder::digest(&post.text),
        });
        let frame = ClientFrame::Post {
            id: self.frames,
            room,
            nonce: post.nonce,
            text: post.text.clone(),
            alert: false,
            title: None,
            pane: None,
            original: None,
            card: None,
            updates: None,
        };
        self.sent = Some((self.frames, post));
        sender.send(&frame).await
    }

    fn new_post(&self) -> Post {
        let rooms = self.rooms.iter().enumerate();
        let open: Vec<_> = rooms
            .filter_map(|(number, room)| room.open.then_some(number))
            .collect();
        let nonce = Uuid::now_v7();
        let words = nonce.to_string();
        let words = words.chars().cycle().take(1 + any(self.chars_max));
        Post {
            room: open.get(any(open.len())).copied().unwrap_or_default(),
            nonce,
            text: words.collect(),
        }
    }

    fn received(&mut self, frame: ServerFrame) {
        let client = self.number;
        match frame {
            ServerFrame::Joined {
                id,
                room,
                messages,
                head,
                reload,
                ..
            } => {
                let room = room.properties.id;
                self.change(room, |found| {
                    found.held = Some(head);
                    found.open = true;
                    found.asked = false;
                });
                self.recorder.record(What::Joined {
                    client,
                    room,
                    asked: id != 0,
                    messages: messages.iter().map(recorder::entry).collect(),
                    head,
                    reload,
                });
            }
            ServerFrame::Message(message) => {
                self.change(message.room, |found| found.held = Some(message.seq));
                self.recorder.record(What::Saw {
                    client,
                    room: message.room,
                    entry: recorder::entry(&message),
                });
            }
            ServerFrame::Posted { id, room, seq, .. } => {
                if let Some((_, post)) = self.sent.take_if(|(sent, _)| *sent == id) {
                    self.recorder.record(What::Posted {
                        client,
                        room,
                        nonce: post.nonce,
                        seq,
                    });
                }
            }
            ServerFrame::Removed { room, .. } => {
                self.change(room, |found| *found = Room::default());
                self.recorder.record(What::Removed { client, room });
            }
            ServerFrame::Error { id, room, code, .. } => {
                if let Some((_, post)) = self.sent.take_if(|(sent, _)| Some(*sent) == id) {
                    self.refused(post, &code);
                } else if let Some(room) = room {
                    let denied = matches!(code.as_str(), "ErrorPermission" | "NoSuchNode");
                    if denied {
                        self.recorder.record(What::NotJoined { client, room });
                    }
                    self.change(room, |found| {
                        found.asked = false;
                        found.held = found.held.filter(|_| !denied);
                    });
                }
            }
            _ => {}
        }
    }

    fn refused(&mut self, post: Post, code: &str) {
        let outcome = match code {
            "ErrorPermission" | "NoSuchNode" => Outcome::Denied,
            "UserNotJoined" | "StorageFull" => Outcome::NotStored,
            _ => Outcome::Unknown,
        };
        if let Some(room) = self.cohort.rooms.get(post.room) {
            self.recorder.record(What::Refused {
                client: self.number,
                room: *room,
                nonce: post.nonce,
                outcome,
            });
        }
        if outcome != Outcome::Denied {
            self.waiting.push_back(post);
        }
    }

    fn change(&mut self, room: Uuid, change: impl FnOnce(&mut Room)) {
        let number = self.cohort.rooms.iter().position(|id| *id == room);
        if let Some(found) = number.and_then(|number| self.rooms.get_mut(number)) {
            change(found);
        }
    }

    /// The connection is gone. What is held is kept, and whether the last post arrived is not known.
    fn closed(&mut self) {
        self.recorder.record(What::Closed {
            client: self.number,
        });
        for room in &mut self.rooms {
            room.open = false;
            room.asked = false;
        }
        self.waiting.extend(self.sent.take().map(|(_, post)| post));
        self.publish();
    }

    fn publish(&self) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.open.clear();
        let rooms = self.rooms.iter();
        standing
            .open
            .extend(rooms.map(|room| room.held.filter(|_| room.open)));
        standing.busy = self.sent.is_some() || self.next_waiting().is_some();
    }
}
