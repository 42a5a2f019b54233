//! One endpoint of a user: a connection with all of the user's rooms open, each of them watched for what is missing or comes twice.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_domain::{Clock, SystemClock};
use perch_history::{Joined, Window};
use perch_wire::live::{ClientFrame, JoinRoom, ServerFrame};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::sleep;
use uuid::Uuid;

use super::plan::{self, Room};
use super::protocol::{Measured, pairs};
use crate::bench::client::{self, Receiver, Sender};
use crate::bench::failed;
use crate::bench::link::Dial;
use crate::error::Error;

/// Connections that are made at the same time: the listener's queue holds 1,024.
const CONNECTING_MAX: usize = 64;
/// Who lost its connection comes back within so many milliseconds, as the protocol asks.
const BACK_WITHIN_MS: usize = 1_000;
/// Addresses of this machine from which the endpoints come: one has ports for 28,000.
const SOURCES: usize = 16;
/// Messages that an endpoint asks for when it opens a room for the first time, as the original's reference load does.
const LATEST: u32 = 30;
const FAULTS_MAX: usize = 100;

/// What an endpoint is told to do.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Post in a room.
    Post(usize),
    /// Close a room and open it again.
    Toggle(usize),
    /// Break off, and connect anew.
    SignIn,
}

/// What all endpoints of a generator share.
pub(super) struct Shared {
    addresses: Vec<String>,
    rooms: Vec<Room>,
    numbers: HashMap<Uuid, usize>,
    connecting: Semaphore,
    tally: Mutex<Tally>,
}

struct Tally {
    latencies: [Histogram<u64>; 3],
    measured: Measured,
    heads: HashMap<usize, u64>,
}

impl Tally {
    fn new() -> Result<Self, Error> {
        let histogram = || Histogram::new(3).map_err(failed);
        Ok(Self {
            latencies: [histogram()?, histogram()?, histogram()?],
            measured: Measured::default(),
            heads: HashMap::new(),
        })
    }
}

impl Shared {
    pub(super) fn new(addresses: Vec<String>, rooms: Vec<Room>) -> Result<Self, Error> {
        let numbers = rooms.iter().enumerate();
        Ok(Self {
            addresses,
            numbers: numbers.map(|(number, room)| (room.id, number)).collect(),
            rooms,
            connecting: Semaphore::new(CONNECTING_MAX),
            tally: Mutex::new(Tally::new()?),
        })
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, sentence: String) {
        let faults = &mut self.tally().measured.faults;
        if faults.len() < FAULTS_MAX {
            faults.push(sentence);
        }
    }

    /// The places of the last acknowledged messages.
    pub(super) fn heads(&self) -> Vec<(usize, u64)> {
        let tally = self.tally();
        tally
            .heads
            .iter()
            .map(|(room, seq)| (*room, *seq))
            .collect()
    }

    /// What was counted since the last time.
    pub(super) fn take(&self) -> Result<Measured, Error> {
        let tally = std::mem::replace(&mut *self.tally(), Tally::new()?);
        let mut measured = tally.measured;
        for (travels, histogram) in measured.latencies.iter_mut().zip(&tally.latencies) {
            *travels = pairs(histogram);
        }
        Ok(measured)
    }
}

fn now() -> u64 {
    u64::try_from(SystemClock.now().as_micros()).unwrap_or_default()
}

/// A room of an endpoint.
#[derive(Clone, Copy, Default)]
struct View {
    window: Window,
    open: bool,
}

/// An endpoint, as others look at it.
pub(super) struct Endpoint {
    number: usize,
    token: String,
    /// The room that is shown: the first of them, a small one.
    shown: usize,
    shared: Arc<Shared>,
    views: Mutex<HashMap<usize, View>>,
    connections: AtomicU64,
}

impl Endpoint {
    pub(super) fn new(number: usize, plan: &plan::Endpoint, shared: &Arc<Shared>) -> Self {
        let rooms = plan.rooms.iter();
        Self {
            number,
            token: plan.token.clone(),
            shown: plan.rooms.first().copied().unwrap_or_default(),
            shared: Arc::clone(shared),
            views: Mutex::new(rooms.map(|room| (*room, View::default())).collect()),
            connections: AtomicU64::new(0),
        }
    }

    fn views(&self) -> MutexGuard<'_, HashMap<usize, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it has connected.
    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Acquire)
    }

    /// Whether all of its rooms are open.
    pub(super) fn joined(&self) -> bool {
        self.views().values().all(|view| view.open)
    }

    /// How many of its rooms end before these places.
    pub(super) fn incomplete(&self, heads: &[(usize, u64)]) -> usize {
        let views = self.views();
        let ends_before = |(room, head): &&(usize, u64)| {
            let view = views.get(room);
            view.is_some_and(|view| view.window.held() < Some(*head))
        };
        heads.iter().filter(ends_before).count()
    }

    /// Keeps the connection, whatever happens to it.
    pub(super) async fn run(self: Arc<Self>, mut acts: mpsc::Receiver<Act>) {
        let source = u8::try_from(2 + self.number % SOURCES).unwrap_or(2);
        let dial = Dial {
            source: Some(IpAddr::V4(Ipv4Addr::new(127, 0, 0, source))),
            ..Dial::default()
        };
        let addresses = &self.shared.addresses;
        let Some(address) = addresses.get(self.number % addresses.len().max(1)) else {
            return;
        };
        loop {
            let connected = {
                let _permit = self.shared.connecting.acquire().await;
                dial.connect(address, &self.token).await
            };
            if let Ok((sender, receiver)) = connected {
                self.connections.fetch_add(1, Ordering::AcqRel);
                let told = self.connected(sender, receiver, &mut acts).await;
                for view in self.views().values_mut() {
                    view.open = false;
                }
                if told {
                    self.shared.tally().measured.sign_ins += 1;
                    continue;
                }
                self.shared.tally().measured.lost += 1;
            }
            let wait = Uuid::new_v4().as_u128() % BACK_WITHIN_MS as u128;
            sleep(Duration::from_millis(
                u64::try_from(wait).unwrap_or_default(),
            ))
            .await;
        }
    }

    /// True when the endpoint broke off because it was told to.
    async fn connected(
        &self,
        mut sender: Sender,
        mut receiver: Receiver,
        acts: &mut mpsc::Receiver<Act>,
    ) -> bool {
        let all: Vec<_> = self.views().keys().copied().collect();
        if sender.send(&self.join(&all)).await.is_err() || self.show(&mut sender).await.is_err() {
            return false;
        }
        loop {
            tokio::select! {
                // Refused or broken off, it comes again, as clients do.
                frame = receiver.next() => if !frame.is_ok_and(|frame| self.received(&frame)) {
                    return false;
                },
                act = acts.recv() => {
                    let done = match act {
                        None | Some(Act::SignIn) => return true,
                        Some(Act::Post(room)) => self.post(&mut sender, room).await,
                        Some(Act::Toggle(room)) => self.toggle(&mut sender, room).await,
                    };
                    if done.is_err() {
                        return false;
                    }
                }
            }
        }
    }

    fn join(&self, rooms: &[usize]) -> ClientFrame {
        let views = self.views();
        let rooms = rooms.iter().filter_map(|number| {
            let after = views.get(number)?.window.held();
            Some(JoinRoom {
                room: self.shared.rooms.get(*number)?.id,
                after,
                latest: after.is_none().then_some(LATEST),
            })
        });
        ClientFrame::Join {
            id: 1,
            rooms: rooms.collect(),
        }
    }

    /// One of its rooms is before the user's eyes, with the list of who is there.
    async fn show(&self, sender: &mut Sender) -> Result<(), Error> {
        match self.shared.rooms.get(self.shown) {
            Some(room) => {
                sender
                    .send(&ClientFrame::Watch {
                        room: room.id,
                        watching: true,
                    })
                    .await
            }
            None => Ok(()),
        }
    }

    async fn post(&self, sender: &mut Sender, number: usize) -> Result<(), Error> {
        let open = self.views().get(&number).is_some_and(|view| view.open);
        match self.shared.rooms.get(number).filter(|_| open) {
            Some(room) => sender.post(room.id, now()).await,
            None => Ok(()),
        }
    }

    async fn toggle(&self, sender: &mut Sender, number: usize) -> Result<(), Error> {
        let open = self
            .views()
            .get_mut(&number)
            .is_some_and(|view| std::mem::take(&mut view.open));
        let Some(room) = self.shared.rooms.get(number).filter(|_| open) else {
            return Ok(());
        };
        sender.send(&ClientFrame::Leave { room: room.id }).await?;
        sender.send(&self.join(&[number])).await?;
        if number == self.shown {
            self.show(sender).await?;
        }
        self.shared.tally().measured.presence += 2;
        Ok(())
    }

    /// False when the server refused something.
    fn received(&self, frame: &str) -> bool {
        match client::kind_of(frame) {
            "message" => self.message(frame),
            "joined" => self.joined_frame(frame),
            "posted" => {
                if let Some((number, seq)) = self.place(frame) {
                    let mut tally = self.shared.tally();
                    tally.measured.posted += 1;
                    let head = tally.heads.entry(number).or_default();
                    *head = seq.max(*head);
                }
            }
            "error" => {
                let sentence = format!("endpoint {}: {frame}", self.number);
                self.shared.fault(sentence);
                return false;
            }
            _ => {}
        }
        true
    }

    fn place(&self, frame: &str) -> Option<(usize, u64)> {
        let number = self.shared.numbers.get(&client::room_of(frame)?)?;
        Some((*number, client::seq_of(frame)?))
    }

    fn message(&self, frame: &str) {
        let arrived = now();
        let place = self.place(frame);
        let (Some((number, seq)), Some(sent)) = (place, client::sent_of(frame)) else {
            let sentence = format!(
                "endpoint {}: not a message of this load: {frame}",
                self.number
            );
            return self.shared.fault(sentence);
        };
        let outcome = match self.views().get_mut(&number) {
            Some(view) if view.open => view.window.message(seq),
            // Sent before the server knew that the room was closed; it comes again with the next join.
            _ => return,
        };
        if let Err(fault) = outcome {
            self.shared.fault(format!(
                "endpoint {} in room {number}: {fault}",
                self.number
            ));
        }
        let size = self.shared.rooms.get(number).map(|room| room.size as usize);
        let mut tally = self.shared.tally();
        if let Some(histogram) = size.and_then(|size| tally.latencies.get_mut(size)) {
            histogram.record(arrived.saturating_sub(sent)).ok();
        }
    }

    fn joined_frame(&self, frame: &str) {
        let Ok(ServerFrame::Joined {
            room,
            messages,
            head,
            reload,
            ..
        }) = serde_json::from_str(frame)
        else {
            return self
                .shared
                .fault(format!("endpoint {}: {frame}", self.number));
        };
        let Some(number) = self.shared.numbers.get(&room.properties.id) else {
            return;
        };
        let places: Vec<_> = messages.iter().map(|message| message.seq).collect();
        let mut views = self.views();
        let view = views.entry(*number).or_default();
        let joined = Joined {
            after: view.window.held(),
            places: &places,
            head,
            reload,
        };
        let outcome = view.window.joined(joined, u64::from(MESSAGES_PAGE_MAX));
        view.open = true;
        drop(views);
        if let Err(fault) = outcome {
            self.shared.fault(format!(
                "endpoint {} in room {number}: {fault}",
                self.number
            ));
        }
    }
}
