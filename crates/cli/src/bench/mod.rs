//! `perch bench`: what this machine and this program do together.
//!
//! The server is a process of its own on one core, the load comes from this one on another. Every delivery is counted and
//! its place checked: a figure with a gap in it is an error, not a figure.

mod check;
mod client;
mod deployment;
mod history;
mod profile;
mod scenario;
mod server;

use std::time::Duration;

use clap::{Args, Subcommand};
use hdrhistogram::Histogram;
use tokio::time::Instant;

use crate::error::Error;
use crate::logging;
use crate::say::say;

/// `perch bench`.
#[derive(Args)]
#[command(
    after_help = "How to read the figures: docs/benchmarks.md",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct BenchCommand {
    #[command(subcommand)]
    what: Option<Bench>,
    #[command(flatten)]
    figures: FiguresCommand,
}

#[derive(Subcommand)]
enum Bench {
    /// Use a running deployment, and record what every client sent, had acknowledged and saw.
    History(history::HistoryCommand),
    /// Prove that a record is right.
    Check(check::CheckCommand),
    /// Measure a whole user model at once.
    Run(profile::RunCommand),
    /// A part of the load of `run`; started by it.
    #[command(hide = true)]
    Generator(profile::GeneratorCommand),
}

/// `perch bench` alone: one figure after the other, each with a load of its own.
#[derive(Args)]
pub(crate) struct FiguresCommand {
    /// Seconds that each load lasts
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often everything is measured; the medians are printed
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Members of the room whose fan-out is measured
    #[arg(long, default_value_t = 500)]
    members: usize,
    /// Messages in the room that is joined
    #[arg(long, default_value_t = 10_000)]
    history: usize,
}

/// What is wrong with a measurement.
pub(crate) fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Bench(cause.to_string())
}

/// A figure with its unit.
pub(crate) struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
}

/// Figures of one load.
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.0.push(Figure { name, value, unit });
    }

    fn add_latency(&mut self, p50: &'static str, p99: &'static str, histogram: &Histogram<u64>) {
        self.add(p50, milliseconds(histogram.value_at_quantile(0.5)), "ms");
        self.add(p99, milliseconds(histogram.value_at_quantile(0.99)), "ms");
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "latencies are far below 2^52 µs"
)]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// Runs `perch bench`.
///
/// # Errors
/// When the server cannot be started, a delivery is missing, doubled or out of order, or a record breaks a rule.
pub(crate) async fn run(command: BenchCommand) -> Result<(), Error> {
    logging::start("error");
    match command.what {
        None => figures(command.figures).await,
        Some(Bench::History(command)) => Box::pin(history::run(command)).await,
        Some(Bench::Check(command)) => check::run(&command),
        Some(Bench::Run(command)) => {
            server::pin_generator();
            Box::pin(profile::run(command)).await
        }
        Some(Bench::Generator(command)) => Box::pin(profile::generate(command)).await,
    }
}

async fn figures(command: FiguresCommand) -> Result<(), Error> {
    server::pin_generator();
    let mut runs: Vec<Vec<Figure>> = Vec::new();
    for run in 1..=command.runs.max(1) {
        say(&format!("run {run} of {}", command.runs.max(1)));
        let figures = Box::pin(measure(&command)).await?;
        for figure in &figures {
            say(&format!(
                "  {:44} {:>12.2} {}",
                figure.name, figure.value, figure.unit
            ));
        }
        runs.push(figures);
    }
    say("median");
    for (index, figure) in runs.first().into_iter().flatten().enumerate() {
        let mut values: Vec<f64> = runs
            .iter()
            .filter_map(|run| Some(run.get(index)?.value))
            .collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or_default();
        say(&format!(
            "  {:44} {median:>12.2} {}",
            figure.name, figure.unit
        ));
    }
    Ok(())
}

async fn measure(command: &FiguresCommand) -> Result<Vec<Figure>, Error> {
    let deployment = deployment::make(command.members, command.history).await?;
    let start = Instant::now();
    let server = server::Server::start(deployment.folder.path()).await?;
    let mut started = Figures::new();
    started.add("start of the server", start.elapsed().as_secs_f64(), "s");
    let load = Duration::from_secs(command.seconds);
    let mut figures = started.0;
    figures.extend(scenario::posting(&server, &deployment, load).await?.0);
    figures.extend(scenario::fan_out(&server, &deployment, load).await?.0);
    figures.extend(scenario::slow_reader(&server, &deployment, load).await?.0);
    figures.extend(scenario::joining(&server, &deployment).await?.0);
    Ok(figures)
}
