//! `perch bench run --profile`: a whole user model at once, scaled, with every delivery counted.
//!
//! This process makes the deployment, starts the nodes on one core and the generators on the other, tells them what to do
//! ([`protocol`]) and adds up what they counted.

mod endpoint;
mod generator;
mod model;
mod plan;
mod protocol;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hdrhistogram::Histogram;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep};

pub(super) use self::generator::{GeneratorCommand, run as generate};
use self::model::Rates;
use self::plan::Plan;
use self::protocol::{Measured, Order, Report, add};
use super::failed;
use super::report::{self, Figures, Keep, float};
use super::server::{self, Place, Server};
use super::services::Services;
use crate::error::Error;
use crate::say::say;

/// Connections of one generator; a process often may have 20,000 descriptors.
const ENDPOINTS_MAX: usize = 15_000;
/// Faults that are printed.
const PRINTED_MAX: usize = 20;

/// How often it is looked whether the nodes have come to rest.
const REST_EVERY: Duration = Duration::from_secs(2);
/// How much of their core they then use: all connections are asked every half minute whether they are there.
const RESTING: f64 = 0.5;
/// How long it may take.
const REST_MAX: Duration = Duration::from_secs(300);

/// What the profile has to keep to (design, figure 8).
const LIMITS: [(&str, f64); 4] = [
    ("small rooms: delivered, p99", 50.0),
    ("medium rooms: delivered, p99", 50.0),
    ("large rooms: delivered, last", 200.0),
    ("memory of all nodes under load", 2_560.0),
];
/// Descriptors of a node that are not connections.
const OTHER_DESCRIPTORS: u64 = 200;

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
    /// Nodes, on a private PostgreSQL and NATS; one with the embedded store, when absent
    #[arg(long)]
    nodes: Option<usize>,
    /// Then kill all nodes, start them again, and let everybody come back
    #[arg(long)]
    reconnect: bool,
    /// Folder for the deployment, which is kept and used again; a temporary one, when absent
    #[arg(long)]
    folder: Option<PathBuf>,
    #[command(flatten)]
    keep: Keep,
}

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// The documented user model of the original at its largest: 80,000 users with 120,000 endpoints in 33,077 rooms
    Original,
}

/// The nodes that are measured, and what they share.
struct Nodes {
    place: Place,
    services: Option<Services>,
    nodes: Vec<Server>,
}

impl Nodes {
    async fn start(folder: &Path, count: Option<usize>) -> Result<Self, Error> {
        let services = count.map(|_| Services::start()).transpose()?;
        let place = Place {
            folder: folder.to_owned(),
            database: services.as_ref().map(|both| both.database.clone()),
            bus: services.as_ref().map(Services::bus),
        };
        if let Some(services) = &services {
            say("moving the deployment to PostgreSQL");
            server::migrate(folder, &services.database).await?;
        }
        let mut nodes = Vec::new();
        for number in 1..=count.unwrap_or(1).max(1) {
            nodes.push(Server::start(&place, number).await?);
        }
        Ok(Self {
            place,
            services,
            nodes,
        })
    }

    /// Kills all of them in the middle of whatever they do, and starts them again.
    async fn kill_and_start(&mut self) -> Result<(), Error> {
        for node in &mut self.nodes {
            node.kill().await?;
        }
        for node in &mut self.nodes {
            node.start_again(&self.place).await?;
        }
        Ok(())
    }

    /// Waits until everybody has been told who else came, and gives the seconds.
    async fn rest(&self) -> Result<f64, Error> {
        let start = Instant::now();
        while start.elapsed() < REST_MAX {
            let before = self.cpu_seconds()?;
            sleep(REST_EVERY).await;
            let now = self.cpu_seconds()?;
            if now - before < REST_EVERY.as_secs_f64() * RESTING {
                return Ok(start.elapsed().as_secs_f64());
            }
        }
        Err(failed("the nodes do not come to rest"))
    }

    fn addresses(&self) -> String {
        let addresses: Vec<_> = self
            .nodes
            .iter()
            .map(|node| node.address.as_str())
            .collect();
        addresses.join(",")
    }

    fn cpu_seconds(&self) -> Result<f64, Error> {
        let nodes = self.nodes.iter();
        nodes.map(|node| node.processes()?.cpu_seconds()).sum()
    }
}

/// Processor time that all had used at a moment.
struct Cpu {
    at: Instant,
    /// By whose it is.
    seconds: Vec<(&'static str, f64)>,
}

impl Cpu {
    fn now(nodes: &Nodes, generators: &Generators) -> Result<Self, Error> {
        let mut seconds = vec![
            ("all nodes", nodes.cpu_seconds()?),
            ("the generators", generators.cpu_seconds()?),
        ];
        if let Some(services) = &nodes.services {
            seconds.push(("PostgreSQL", services.postgres()?.cpu_seconds()?));
            seconds.push(("NATS", services.nats()?.cpu_seconds()?));
        }
        let at = Instant::now();
        Ok(Self { at, seconds })
    }

    /// Adds what was used since then, while something went on.
    fn tell_since(&self, before: &Self, during: &str, figures: &mut Figures) {
        let elapsed = (self.at - before.at).as_secs_f64();
        for ((whose, now), (_, before)) in self.seconds.iter().zip(&before.seconds) {
            figures.add(
                format!("CPU of {whose} {during}"),
                (now - before) * 100.0 / elapsed,
                "% of a core",
            );
        }
    }
}

/// Runs `perch bench run`.
///
/// # Errors
/// When something was missing, doubled, out of order or refused, a process fails, or a figure is beyond its limit.
pub(super) async fn run(command: RunCommand) -> Result<(), Error> {
    let Profile::Original = command.profile;
    let temporary = tempfile::tempdir().map_err(failed)?;
    let folder = command.folder.as_deref().unwrap_or(temporary.path());
    let plan = Plan::open_or_make(folder, command.scale).await?;
    let endpoints = plan.endpoints.len();
    enough_descriptors(endpoints, command.nodes)?;
    say(&format!(
        "{endpoints} endpoints, {} rooms, {} rooms opened",
        plan.rooms.len(),
        plan.endpoints
            .iter()
            .map(|one| one.rooms.len())
            .sum::<usize>()
    ));
    drop(plan);
    let mut figures = Figures::default();
    let mut nodes = Nodes::start(folder, command.nodes).await?;
    let memory = server::memory_kib(&nodes.nodes)?;
    let start = Instant::now();
    let mut generators = Generators::start(folder, &nodes.addresses(), endpoints)?;
    let before = Cpu::now(&nodes, &generators)?;
    generators.joined().await?;
    figures.add(
        "everybody connects and opens all rooms",
        start.elapsed().as_secs_f64(),
        "s",
    );
    Cpu::now(&nodes, &generators)?.tell_since(&before, "while they connect", &mut figures);
    figures.add(
        "memory an endpoint",
        (server::memory_kib(&nodes.nodes)? - memory) / float(endpoints as u64),
        "KiB",
    );
    figures.add("until everybody is told who came", nodes.rest().await?, "s");

    let before = Cpu::now(&nodes, &generators)?;
    let rates = Rates::original(command.scale, command.posts);
    let heads = generators.load(command.seconds, rates).await?;
    Cpu::now(&nodes, &generators)?.tell_since(&before, "under load", &mut figures);
    let memory = server::memory_kib(&nodes.nodes)? / 1_024.0;
    figures.add("memory of all nodes under load", memory, "MiB");
    let measured = generators.settle(&heads).await?;
    let mut complete = tell(&mut figures, &measured)?;

    if command.reconnect {
        generators.tell(&Order::Reconnect {}).await?;
        generators.joined().await?;
        let start = Instant::now();
        nodes.kill_and_start().await?;
        let before = Cpu::now(&nodes, &generators)?;
        generators.reconnected().await?;
        figures.add(
            "everybody is back after all nodes were killed",
            start.elapsed().as_secs_f64(),
            "s",
        );
        Cpu::now(&nodes, &generators)?.tell_since(&before, "while they return", &mut figures);
        let measured = generators.settle(&heads).await?;
        complete &= whole(&measured);
        let faults = measured
            .iter()
            .map(|part| part.faults.len() as u64 + part.incomplete);
        figures.add("missing or doubled after that", float(faults.sum()), "");
    }
    let title = format!("the original's user model x {}", command.scale);
    let runs = [figures];
    report::tell(&title, &runs);
    command.keep.append(&title, &runs)?;
    generators.end().await?;
    if !complete {
        return Err(failed("not everything arrived as it should"));
    }
    runs.iter().try_for_each(|run| report::check(run, &LIMITS))
}

/// Each connection is a descriptor of a node.
fn enough_descriptors(endpoints: usize, nodes: Option<usize>) -> Result<(), Error> {
    let limit = rlimit::increase_nofile_limit(u64::MAX).map_err(failed)?;
    let each = limit.saturating_sub(OTHER_DESCRIPTORS).max(1);
    let needed = (endpoints as u64).div_ceil(each);
    if needed > nodes.unwrap_or(1) as u64 {
        return Err(failed(format!(
            "{endpoints} connections do not fit into the {limit} descriptors of a process (ulimit -Hn). Give --nodes {needed} \
             or more"
        )));
    }
    Ok(())
}

/// Adds the figures of a load; false when something did not arrive as it should.
fn tell(figures: &mut Figures, measured: &[Measured]) -> Result<bool, Error> {
    let mut deliveries = 0;
    for (size, name) in ["small", "medium", "large"].into_iter().enumerate() {
        let mut latencies: Histogram<u64> = Histogram::new(3).map_err(failed)?;
        for part in measured {
            add(
                &mut latencies,
                part.latencies.get(size).map_or(&[][..], Vec::as_slice),
            )?;
        }
        deliveries += latencies.len();
        let name = format!("{name} rooms: delivered");
        figures.add_latency(&name, &latencies);
        figures.add(
            format!("{name}, last"),
            report::milliseconds(latencies.max()),
            "ms",
        );
    }
    let sum = |what: fn(&Measured) -> u64| float(measured.iter().map(what).sum());
    figures.add("deliveries", float(deliveries), "");
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
    fn cpu_seconds(&self) -> Result<f64, Error> {
        let generators = self.0.iter();
        generators
            .map(|one| server::processes(&one.child)?.cpu_seconds())
            .sum()
    }

    fn start(folder: &Path, addresses: &str, endpoints: usize) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(failed)?;
        let count = endpoints.div_ceil(ENDPOINTS_MAX).max(1);
        let start = |part: usize| {
            let mut child = Command::new(&program)
                .args(["bench", "generator", "--addresses", addresses, "--plan"])
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
        let generators = float(self.0.len() as u64);
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
