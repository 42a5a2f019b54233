//! The loads.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::client::{self, Dial, Receiver, Sender};
use super::deployment::{Deployment, SMALL_ROOM};
use super::server::Server;
use super::{Figures, failed};
use crate::error::Error;

/// Posts of the fan-out load that are on their way at once.
const IN_FLIGHT: usize = 16;
/// Posts a second while latency is measured: far from saturation.
const CALM_PER_SECOND: u64 = 20;
const JOINS: u64 = 500;
const LATEST: u32 = 50;
/// What the kernel keeps for the slow reader.
const SLOW_RECEIVE_BYTES: u32 = 4_096;
/// Sent in place of a time: the end of a load.
const LAST: u64 = u64::MAX;

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
/// A count as a figure.
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn histogram() -> Result<Histogram<u64>, Error> {
    Histogram::new(3).map_err(failed)
}

/// 50 members of a room, each posting as soon as its last message is acknowledged.
pub(super) async fn posting(
    server: &Server,
    deployment: &Deployment,
    load: Duration,
) -> Result<Figures, Error> {
    let clients = join_all(server, deployment, deployment.small, SMALL_ROOM).await?;
    let start = Instant::now();
    let before = server.cpu_seconds()?;
    let mut tasks = JoinSet::new();
    for (mut sender, mut receiver) in clients {
        let room = deployment.small;
        tasks.spawn(async move {
            let mut latencies = histogram()?;
            while start.elapsed() < load {
                let sent = micros(start);
                sender.post(room, sent).await?;
                receiver.expect("posted").await?;
                latencies.record(micros(start) - sent).map_err(failed)?;
            }
            Ok::<_, Error>(latencies)
        });
    }
    let mut latencies = histogram()?;
    while let Some(client) = tasks.join_next().await {
        latencies.add(client.map_err(failed)??).map_err(failed)?;
    }
    let posts = float(latencies.len());
    let mut figures = Figures::new();
    figures.add(
        "posting, room of 50: durable posts",
        posts / start.elapsed().as_secs_f64(),
        "/s",
    );
    figures.add(
        "posting, room of 50: server CPU a post",
        (server.cpu_seconds()? - before) * 1e6 / posts,
        "µs",
    );
    figures.add_latency(
        "posting, room of 50: acknowledged, p50",
        "posting, room of 50: acknowledged, p99",
        &latencies,
    );
    Ok(figures)
}

/// A room of many: first as much as the server delivers, then latency at a calm rate.
pub(super) async fn fan_out(
    server: &Server,
    deployment: &Deployment,
    load: Duration,
) -> Result<Figures, Error> {
    let members = deployment.tokens.len();
    let memory = server.memory_kib()?;
    let mut clients = join_all(server, deployment, deployment.large, members).await?;
    let mut figures = Figures::new();
    let connections = u32::try_from(members).unwrap_or(u32::MAX);
    figures.add(
        "memory of an idle, joined connection",
        (server.memory_kib()? - memory) / f64::from(connections),
        "KiB",
    );
    let mut room = Room {
        id: deployment.large,
        poster: clients.pop().ok_or_else(|| failed("nobody is there"))?,
        // Kept, so that their connections stay.
        others: clients,
        start: Instant::now(),
    };
    let before = server.cpu_seconds()?;
    let began = Instant::now();
    let latencies = room.load(load, Pace::InFlight(IN_FLIGHT)).await?;
    let (delivered, cpu) = (float(latencies.len()), server.cpu_seconds()? - before);
    figures.add(
        "fan-out, room of all: deliveries",
        delivered / began.elapsed().as_secs_f64(),
        "/s",
    );
    figures.add(
        "fan-out, room of all: server CPU a delivery",
        cpu * 1e6 / delivered,
        "µs",
    );
    let before = server.cpu_seconds()?;
    let latencies = room.load(load, Pace::PerSecond(CALM_PER_SECOND)).await?;
    let (delivered, cpu) = (float(latencies.len()), server.cpu_seconds()? - before);
    figures.add(
        "fan-out, calm: server CPU a delivery",
        cpu * 1e6 / delivered,
        "µs",
    );
    figures.add_latency(
        "fan-out, calm: delivered, p50",
        "fan-out, calm: delivered, p99",
        &latencies,
    );
    Ok(figures)
}

/// The same fan-out twice: alone, and with one more member whose connection takes nothing from the network.
pub(super) async fn slow_reader(
    server: &Server,
    deployment: &Deployment,
    load: Duration,
) -> Result<Figures, Error> {
    let members = deployment.tokens.len();
    let mut clients = join_all(server, deployment, deployment.large, members).await?;
    let mut room = Room {
        id: deployment.large,
        poster: clients.pop().ok_or_else(|| failed("nobody is there"))?,
        others: clients,
        start: Instant::now(),
    };
    let alone = room.load(load, Pace::InFlight(IN_FLIGHT)).await?;
    let slow = Dial {
        receive_bytes: Some(SLOW_RECEIVE_BYTES),
        ..Dial::default()
    };
    let token = deployment.tokens.first();
    let token = token.ok_or_else(|| failed("nobody is there"))?;
    let (mut sender, _unread) = slow.connect(&server.address, token).await?;
    sender.join(deployment.large, 1).await?;
    let memory = server.memory_kib()?;
    let beside = room.load(load, Pace::InFlight(IN_FLIGHT)).await?;
    let mut figures = Figures::new();
    figures.add_latency(
        "fan-out, nobody slow: delivered, p50",
        "fan-out, nobody slow: delivered, p99",
        &alone,
    );
    figures.add_latency(
        "fan-out, one slow reader: delivered, p50",
        "fan-out, one slow reader: delivered, p99",
        &beside,
    );
    figures.add(
        "fan-out, one slow reader: memory more",
        server.memory_kib()? - memory,
        "KiB",
    );
    Ok(figures)
}

/// Joins of a room with a history, one after the other, its latest messages included.
pub(super) async fn joining(server: &Server, deployment: &Deployment) -> Result<Figures, Error> {
    let token = deployment
        .tokens
        .first()
        .ok_or_else(|| failed("nobody is there"))?;
    let (mut sender, mut receiver) = client::connect(&server.address, token).await?;
    let mut latencies = histogram()?;
    let before = server.cpu_seconds()?;
    for _ in 0..JOINS {
        let start = Instant::now();
        sender.join(deployment.old, LATEST).await?;
        receiver.expect("joined").await?;
        latencies.record(micros(start)).map_err(failed)?;
    }
    let mut figures = Figures::new();
    let cpu = server.cpu_seconds()? - before;
    figures.add(
        "join, 50 of a long history: server CPU",
        cpu * 1e6 / float(JOINS),
        "µs",
    );
    figures.add_latency(
        "join, 50 of a long history: p50",
        "join, 50 of a long history: p99",
        &latencies,
    );
    Ok(figures)
}

async fn join_all(
    server: &Server,
    deployment: &Deployment,
    room: Uuid,
    count: usize,
) -> Result<Vec<(Sender, Receiver)>, Error> {
    let mut clients = Vec::with_capacity(count);
    for token in deployment.tokens.iter().take(count) {
        let (mut sender, mut receiver) = client::connect(&server.address, token).await?;
        sender.join(room, 1).await?;
        receiver.expect("joined").await?;
        clients.push((sender, receiver));
    }
    Ok(clients)
}

/// How fast is posted.
#[derive(Clone, Copy)]
enum Pace {
    /// So many on their way at once.
    InFlight(usize),
    /// So many a second.
    PerSecond(u64),
}

/// Everybody in a room: one posts, all receive.
struct Room {
    id: Uuid,
    poster: (Sender, Receiver),
    others: Vec<(Sender, Receiver)>,
    start: Instant,
}

impl Room {
    /// Posts for a while, and gives the latency of every delivery.
    async fn load(&mut self, load: Duration, pace: Pace) -> Result<Histogram<u64>, Error> {
        let posted = Arc::new(Semaphore::new(match pace {
            Pace::InFlight(count) => count,
            Pace::PerSecond(_) => 0,
        }));
        let mut tasks = JoinSet::new();
        let start = self.start;
        for (sender, receiver) in self.others.drain(..) {
            tasks.spawn(async move { (sender, receive(receiver, start).await) });
        }
        let (sender, receiver) = &mut self.poster;
        let until = Instant::now() + load;
        let (sent, own) = tokio::join!(
            post(sender, self.id, start, until, pace, Arc::clone(&posted)),
            receive_by(receiver, start, Some(posted)),
        );
        sent?;
        let mut latencies = own?;
        while let Some(task) = tasks.join_next().await {
            let (sender, received) = task.map_err(failed)?;
            let (receiver, received) = received?;
            latencies.add(received).map_err(failed)?;
            self.others.push((sender, receiver));
        }
        Ok(latencies)
    }
}

async fn post(
    sender: &mut Sender,
    room: Uuid,
    start: Instant,
    until: Instant,
    pace: Pace,
    posted: Arc<Semaphore>,
) -> Result<(), Error> {
    let mut ticks = match pace {
        Pace::InFlight(_) => None,
        Pace::PerSecond(count) => Some(tokio::time::interval(Duration::from_micros(
            1_000_000 / count.max(1),
        ))),
    };
    while Instant::now() < until {
        match &mut ticks {
            Some(ticks) => {
                ticks.tick().await;
            }
            None => posted.acquire().await.map_err(failed)?.forget(),
        }
        sender.post(room, micros(start)).await?;
    }
    // The last in the room's order: whoever has it has all.
    sender.post(room, LAST).await
}

async fn receive(
    mut receiver: Receiver,
    start: Instant,
) -> Result<(Receiver, Histogram<u64>), Error> {
    let latencies = receive_by(&mut receiver, start, None).await?;
    Ok((receiver, latencies))
}

/// Reads to the last message, and checks that none is missing, doubled or out of order.
async fn receive_by(
    receiver: &mut Receiver,
    start: Instant,
    posted: Option<Arc<Semaphore>>,
) -> Result<Histogram<u64>, Error> {
    let mut latencies = histogram()?;
    let mut last_seq = None;
    loop {
        let frame = receiver.next().await?;
        match client::kind_of(&frame) {
            "message" => {
                let (Some(seq), Some(sent)) = (client::seq_of(&frame), client::sent_of(&frame))
                else {
                    return Err(failed(format!(
                        "not a message of this measurement: {frame}"
                    )));
                };
                if last_seq.is_some_and(|last| seq != last + 1) {
                    return Err(failed(format!("message {seq} came after {last_seq:?}")));
                }
                last_seq = Some(seq);
                if sent == LAST {
                    return Ok(latencies);
                }
                latencies
                    .record(micros(start).saturating_sub(sent))
                    .map_err(failed)?;
            }
            "posted" => {
                if let Some(posted) = &posted {
                    posted.add_permits(1);
                }
            }
            "error" => return Err(failed(frame)),
            _ => {}
        }
    }
}
