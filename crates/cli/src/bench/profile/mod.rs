//! `perch bench run --profile`: a whole user model at once, scaled, with every delivery counted.
//!
//! This process makes the deployment, starts the server on one core and the generators on the other, tells them what to do
//! ([`protocol`]) and adds up what they counted.

mod endpoint;
mod generator;
mod model;
mod plan;
mod protocol;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::{Args, ValueEnum};
use hdrhistogram::Histogram;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::Instant;

pub(super) use self::generator::{GeneratorCommand, run as generate};
use self::model::Rates;
use self::plan::Plan;
use self::protocol::{Measured, Order, Report, add};
use super::server::Server;
use super::{Figures, failed};
use crate::error::Error;
use crate::say::say;

/// Connections of one generator; a process often may have 20,000 descriptors.
const ENDPOINTS_MAX: usize = 15_000;
/// Faults that are printed.
const PRINTED_MAX: usize = 20;

/// `perch bench run`.
#[derive(Args)]
#[command(after_help = "What the profiles are, and how to read the figures: docs/benchmarks.md")]
pub(crate) struct RunCommand {
    /// Who uses the server, and how
    #[arg(long, value_enum, default_value_t = Profile::Original)]
    profile: Profile,
    /// Part of the profile: 1 is all of it
    #[arg(long, default_value_t = 0.1)]
    scale: f64,
    /// Posts a second of the whole profile; the original's busiest model has 74.11
    #[arg(long, default_value_t = 74.11)]
    posts: f64,
    /// Seconds that the load lasts
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Then kill the server, start it again, and let everybody come back
    #[arg(long)]
    reconnect: bool,
    /// Folder for the deployment, which is kept and used again; a temporary one, when absent
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// The documented user model of the original at its largest: 80,000 users with 120,000 endpoints in 33,077 rooms
    Original,
}

/// Runs `perch bench run`.
///
/// # Errors
/// When something was missing, doubled, out of order or refused, or a process fails.
pub(super) async fn run(command: RunCommand) -> Result<(), Error> {
    let Profile::Original = command.profile;
    let temporary = tempfile::tempdir().map_err(failed)?;
    let folder = command.folder.as_deref().unwrap_or(temporary.path());
    let plan = Plan::open_or_make(folder, command.scale).await?;
    let endpoints = plan.endpoints.len();
    say(&format!(
        "{endpoints} endpoints, {} rooms, {} rooms opened",
        plan.rooms.len(),
        plan.endpoints
            .iter()
            .map(|one| one.rooms.len())
            .sum::<usize>()
    ));
    let mut figures = Figures::new();
    let start = Instant::now();
    let mut server = Server::start(folder).await?;
    figures.add("start of the server", start.elapsed().as_secs_f64(), "s");
    let memory = server.memory_kib()?;
    let start = Instant::now();
    let mut generators = Generators::start(folder, &server.address, endpoints)?;
    generators.joined().await?;
    figures.add(
        "everybody connects and opens all rooms",
        start.elapsed().as_secs_f64(),
        "s",
    );
    let joined = f64::from(u32::try_from(endpoints).map_err(failed)?);
    figures.add(
        "memory an endpoint",
        (server.memory_kib()? - memory) / joined,
        "KiB",
    );

    let (cpu, start) = (server.cpu_seconds()?, Instant::now());
    let rates = Rates::original(command.scale, command.posts);
    let heads = generators.load(command.seconds, rates).await?;
    let share = (server.cpu_seconds()? - cpu) / start.elapsed().as_secs_f64();
    figures.add("server CPU under load", share * 100.0, "% of a core");
    figures.add(
        "server memory under load",
        server.memory_kib()? / 1_024.0,
        "MiB",
    );
    let measured = generators.settle(&heads).await?;
    let mut complete = tell(&mut figures, &measured)?;

    if command.reconnect {
        generators.tell(&Order::Reconnect {}).await?;
        generators.joined().await?;
        server.kill_and_start(folder).await?;
        let start = Instant::now();
        generators.reconnected().await?;
        figures.add(
            "everybody is back after a restart",
            start.elapsed().as_secs_f64(),
            "s",
        );
        let measured = generators.settle(&heads).await?;
        complete &= whole(&measured);
    }
    for figure in &figures.0 {
        say(&format!(
            "  {:44} {:>12.2} {}",
            figure.name, figure.value, figure.unit
        ));
    }
    generators.end().await?;
    if complete {
        Ok(())
    } else {
        Err(failed("not everything arrived as it should"))
    }
}

/// Adds the figures of a load; false when something did not arrive as it should.
fn tell(figures: &mut Figures, measured: &[Measured]) -> Result<bool, Error> {
    let mut deliveries = 0;
    let names = [
        (
            "small rooms: delivered, p50",
            "small rooms: delivered, p99",
            "small rooms: delivered, last",
        ),
        (
            "medium rooms: delivered, p50",
            "medium rooms: delivered, p99",
            "medium rooms: delivered, last",
        ),
        (
            "large rooms: delivered, p50",
            "large rooms: delivered, p99",
            "large rooms: delivered, last",
        ),
    ];
    for (size, (p50, p99, last)) in names.into_iter().enumerate() {
        let mut latencies: Histogram<u64> = Histogram::new(3).map_err(failed)?;
        for part in measured {
            add(
                &mut latencies,
                part.latencies.get(size).map_or(&[][..], Vec::as_slice),
            )?;
        }
        deliveries += latencies.len();
        figures.add_latency(p50, p99, &latencies);
        figures.add(last, super::milliseconds(latencies.max()), "ms");
    }
    let sum = |what: fn(&Measured) -> u64| super::scenario::float(measured.iter().map(what).sum());
    figures.add("deliveries", super::scenario::float(deliveries), "");
    figures.add("posts acknowledged", sum(|part| part.posted), "");
    figures.add("arrivals and departures", sum(|part| part.presence), "");
    figures.add(
        "endpoints that connected anew",
        sum(|part| part.sign_ins),
        "",
    );
    figures.add("connections lost", sum(|part| part.lost), "");
    Ok(whole(measured))
}

fn whole(measured: &[Measured]) -> bool {
    let faults = measured.iter().flat_map(|part| &part.faults);
    for fault in faults.take(PRINTED_MAX) {
        say(fault);
    }
    let incomplete: u64 = measured.iter().map(|part| part.incomplete).sum();
    if incomplete > 0 {
        say(&format!("{incomplete} rooms of endpoints are not complete"));
    }
    incomplete == 0 && measured.iter().all(|part| part.faults.is_empty())
}

/// The processes that make the load.
struct Generators(Vec<Generator>);

struct Generator {
    child: Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Generators {
    fn start(folder: &Path, address: &str, endpoints: usize) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(failed)?;
        let count = endpoints.div_ceil(ENDPOINTS_MAX).max(1);
        let start = |part: usize| {
            let mut child = Command::new(&program)
                .args(["bench", "generator", "--address", address, "--plan"])
                .arg(folder.join("plan.json"))
                .args(["--part", &part.to_string(), "--of", &count.to_string()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .map_err(failed)?;
            let (Some(orders), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
                return Err(failed("a generator has no pipes"));
            };
            Ok(Generator {
                child,
                orders,
                reports: BufReader::new(reports).lines(),
            })
        };
        Ok(Self((0..count).map(start).collect::<Result<_, _>>()?))
    }

    async fn tell(&mut self, order: &Order) -> Result<(), Error> {
        let line = serde_json::to_string(order).map_err(failed)? + "\n";
        for generator in &mut self.0 {
            generator
                .orders
                .write_all(line.as_bytes())
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// The next report of each.
    async fn reports<T>(&mut self, wanted: impl Fn(Report) -> Option<T>) -> Result<Vec<T>, Error> {
        let mut reports = Vec::with_capacity(self.0.len());
        for generator in &mut self.0 {
            let line = generator.reports.next_line().await.map_err(failed)?;
            let line = line.ok_or_else(|| failed("a generator ended"))?;
            let report = serde_json::from_str(&line).map_err(failed)?;
            reports
                .push(wanted(report).ok_or_else(|| failed("a generator answered something else"))?);
        }
        Ok(reports)
    }

    async fn joined(&mut self) -> Result<(), Error> {
        self.reports(|report| matches!(report, Report::Joined {}).then_some(()))
            .await?;
        Ok(())
    }

    async fn reconnected(&mut self) -> Result<(), Error> {
        self.reports(|report| matches!(report, Report::Reconnected {}).then_some(()))
            .await?;
        Ok(())
    }

    /// Gives the rooms in which was posted, and their last places.
    async fn load(&mut self, seconds: u64, rates: Rates) -> Result<Vec<(usize, u64)>, Error> {
        let generators = super::scenario::float(self.0.len() as u64);
        let rates = rates.part(generators);
        self.tell(&Order::Load { seconds, rates }).await?;
        let heads = self.reports(|report| match report {
            Report::Loaded { heads } => Some(heads),
            _ => None,
        });
        let mut last = std::collections::BTreeMap::new();
        for (room, head) in heads.await?.into_iter().flatten() {
            let known = last.entry(room).or_insert(head);
            *known = head.max(*known);
        }
        Ok(last.into_iter().collect())
    }

    async fn settle(&mut self, heads: &[(usize, u64)]) -> Result<Vec<Measured>, Error> {
        let heads = heads.to_vec();
        self.tell(&Order::Settle { heads }).await?;
        self.reports(|report| match report {
            Report::Settled(measured) => Some(measured),
            _ => None,
        })
        .await
    }

    /// They end when nobody tells them anything any more.
    async fn end(self) -> Result<(), Error> {
        for generator in self.0 {
            let Generator {
                mut child,
                orders,
                reports,
            } = generator;
            drop(orders);
            child.wait().await.map_err(failed)?;
            drop(reports);
        }
        Ok(())
    }
}
