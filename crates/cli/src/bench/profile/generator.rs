//! `perch bench generator`: a part of the endpoints, in a process of its own, because a process may only have so many descriptors.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep, timeout, timeout_at};

use super::endpoint::{Act, Endpoint, Shared};
use super::model::{Rates, Size};
use super::plan::Plan;
use super::protocol::{Order, Report};
use crate::bench::failed;
use crate::bench::history::any;
use crate::bench::report::float;
use crate::error::Error;
use crate::say::say;

/// Things that one endpoint has still to do.
const ACTS_MAX: usize = 16;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After the load: until the last posts are acknowledged.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
const SETTLE_MAX: Duration = Duration::from_secs(60);

/// `perch bench generator`.
#[derive(Args)]
pub(crate) struct GeneratorCommand {
    /// What was made, and who is where
    #[arg(long)]
    plan: PathBuf,
    /// Addresses of the nodes, over which the endpoints spread
    #[arg(long, value_delimiter = ',', required = true)]
    addresses: Vec<String>,
    /// Which part of the endpoints, from 0
    #[arg(long)]
    part: usize,
    /// Of how many
    #[arg(long)]
    of: usize,
}

struct Generator {
    shared: Arc<Shared>,
    endpoints: Vec<(Arc<Endpoint>, mpsc::Sender<Act>)>,
    /// For each room the endpoints that have it.
    inside: Vec<Vec<usize>>,
    /// The rooms of each size in which an endpoint of this generator is.
    rooms: [Vec<usize>; 3],
    /// Where this generator is among all, from 0 to 1: they take turns in what they do.
    turn: f64,
}

/// Runs `perch bench generator` until its input ends.
///
/// # Errors
/// When the plan cannot be read.
pub(crate) async fn run(command: GeneratorCommand) -> Result<(), Error> {
    rlimit::increase_nofile_limit(u64::MAX).map_err(failed)?;
    let plan = Plan::read(&command.plan)?;
    let mut generator = Generator {
        shared: Arc::new(Shared::new(command.addresses, plan.rooms.clone())?),
        endpoints: Vec::new(),
        inside: vec![Vec::new(); plan.rooms.len()],
        rooms: Default::default(),
        turn: float(command.part as u64) / float(command.of.max(1) as u64),
    };
    let endpoints = plan.endpoints.iter().enumerate();
    for (number, planned) in endpoints.skip(command.part).step_by(command.of.max(1)) {
        let endpoint = Arc::new(Endpoint::new(number, planned, &generator.shared));
        let (sender, acts) = mpsc::channel(ACTS_MAX);
        tokio::spawn(Arc::clone(&endpoint).run(acts));
        for room in &planned.rooms {
            if let Some(inside) = generator.inside.get_mut(*room) {
                inside.push(generator.endpoints.len());
            }
        }
        generator.endpoints.push((endpoint, sender));
    }
    for (size, rooms) in Size::ALL.iter().zip(&mut generator.rooms) {
        let of_size = plan.rooms.iter().zip(&generator.inside).enumerate();
        rooms.extend(of_size.filter_map(|(number, (room, inside))| {
            (room.size == *size && !inside.is_empty()).then_some(number)
        }));
    }
    generator.joined(0).await;
    report(&Report::Joined {})?;
    let mut orders = BufReader::new(stdin()).lines();
    while let Some(line) = orders.next_line().await.map_err(failed)? {
        match serde_json::from_str(&line).map_err(failed)? {
            Order::Load { seconds, rates } => {
                generator.load(Duration::from_secs(seconds), rates).await;
                sleep(LAST_ANSWERS).await;
                let heads = generator.shared.heads();
                report(&Report::Loaded { heads })?;
            }
            Order::Settle { heads } => {
                let incomplete = generator.settle(&heads).await;
                let mut measured = generator.shared.take()?;
                measured.incomplete = incomplete;
                report(&Report::Settled(measured))?;
            }
            Order::Reconnect {} => {
                report(&Report::Joined {})?;
                generator.joined(1).await;
                report(&Report::Reconnected {})?;
            }
        }
    }
    Ok(())
}

fn report(report: &Report) -> Result<(), Error> {
    say(&serde_json::to_string(report).map_err(failed)?);
    Ok(())
}

impl Generator {
    /// Waits until every endpoint has connected so many times more, and has all of its rooms open.
    async fn joined(&self, more: u64) {
        let endpoints = self.endpoints.iter();
        let before: Vec<_> = endpoints
            .map(|(endpoint, _)| endpoint.connections())
            .collect();
        for ((endpoint, _), before) in self.endpoints.iter().zip(before) {
            while endpoint.connections() < before + more || !endpoint.joined() {
                sleep(LOOK_EVERY).await;
            }
        }
    }

    async fn load(&self, load: Duration, rates: Rates) {
        let until = Instant::now() + load;
        let [small, medium, large] = rates.posts;
        tokio::join!(
            self.every(small, until, || self.in_a_room(Size::Small, Act::Post)),
            self.every(medium, until, || self.in_a_room(Size::Medium, Act::Post)),
            self.every(large, until, || self.in_a_room(Size::Large, Act::Post)),
            // A departure and an arrival.
            self.every(rates.presence / 2.0, until, || self
                .in_a_room(Size::Small, Act::Toggle)),
            self.every(rates.sign_ins, until, || self
                .act(any(self.endpoints.len()), Act::SignIn)),
        );
    }

    fn in_a_room(&self, size: Size, act: fn(usize) -> Act) {
        let rooms = self.rooms.get(size as usize);
        let room = rooms.and_then(|rooms| rooms.get(any(rooms.len())));
        if let Some((room, inside)) = room.and_then(|room| Some((room, self.inside.get(*room)?)))
            && let Some(endpoint) = inside.get(any(inside.len()))
        {
            self.act(*endpoint, act(*room));
        }
    }

    /// An endpoint that has much to do already is left alone.
    fn act(&self, endpoint: usize, act: Act) {
        if let Some((_, acts)) = self.endpoints.get(endpoint) {
            acts.try_send(act).ok();
        }
    }

    /// Waits until every endpoint has everything; gives how many rooms of endpoints have not.
    async fn settle(&self, heads: &[(usize, u64)]) -> u64 {
        let incomplete = || {
            let endpoints = self.endpoints.iter();
            endpoints
                .map(|(endpoint, _)| endpoint.incomplete(heads))
                .sum::<usize>()
        };
        let settled = async {
            while incomplete() > 0 {
                sleep(LOOK_EVERY).await;
            }
        };
        timeout(SETTLE_MAX, settled).await.ok();
        u64::try_from(incomplete()).unwrap_or(u64::MAX)
    }

    /// Does something so many times a second: the first of the generators at once, the others in their turn.
    async fn every(&self, rate: f64, until: Instant, act: impl Fn()) {
        if rate <= 0.0 {
            return;
        }
        let period = Duration::from_secs_f64(1.0 / rate);
        let mut ticks = interval_at(Instant::now() + period.mul_f64(self.turn), period);
        // What comes once in minutes does not make the load as long.
        while timeout_at(until, ticks.tick()).await.is_ok() {
            act();
        }
    }
}
