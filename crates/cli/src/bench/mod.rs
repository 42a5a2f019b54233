//! `perch bench`: what this machine and this program do together.
//!
//! The server is a process of its own on one core, the load comes from this one on another. Every delivery is counted and
//! its place checked: a figure with a gap in it is an error, not a figure.

mod archive;
mod check;
mod client;
mod corpus;
mod deployment;
mod figures;
mod history;
mod link;
mod load;
mod nodes;
mod ours;
mod panes;
mod peer;
mod process;
mod profile;
mod report;
mod scenario;
mod server;
mod services;
mod wire;

use clap::{Args, Subcommand};

use crate::error::Error;
use crate::logging;

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
    figures: figures::FiguresCommand,
}

#[derive(Subcommand)]
enum Bench {
    /// Use a running deployment, and record what every client sent, had acknowledged and saw.
    History(history::HistoryCommand),
    /// Prove that a record is right.
    Check(check::CheckCommand),
    /// Measure another server beside ours, with the same load.
    Peer(peer::PeerCommand),
    /// Measure posting, joining and searching with a long history.
    Archive(archive::ArchiveCommand),
    /// Measure one node or several on PostgreSQL and NATS beside the embedded store.
    Nodes(nodes::NodesCommand),
    /// Measure what is posted, and the kill switch, at the panes of a room's add-in.
    Panes(panes::PanesCommand),
    /// The server of `peer floor`; started by it.
    #[command(hide = true)]
    Floor,
    /// Measure a whole user model at once.
    Run(profile::RunCommand),
    /// A part of the load of `run`; started by it.
    #[command(hide = true)]
    Generator(profile::GeneratorCommand),
}

/// What is wrong with a measurement.
pub(crate) fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Bench(cause.to_string())
}

/// Runs `perch bench`.
///
/// # Errors
/// When a server cannot be started, a delivery is missing, doubled or out of order, or a record breaks a rule.
pub(crate) async fn run(command: BenchCommand) -> Result<(), Error> {
    logging::start("error");
    // Of the commands that use a running deployment, and those that are started by others, nothing is to be pinned.
    match command.what {
        Some(Bench::History(command)) => return Box::pin(history::run(command)).await,
        Some(Bench::Check(command)) => return check::run(&command),
        Some(Bench::Generator(command)) => return Box::pin(profile::generate(command)).await,
        Some(Bench::Floor) => return peer::floor::serve(),
        _ => {}
    }
    rlimit::increase_nofile_limit(u64::MAX).map_err(failed)?;
    process::pin_generator();
    match command.what {
        Some(Bench::Peer(command)) => Box::pin(peer::run(command)).await,
        Some(Bench::Archive(command)) => Box::pin(archive::run(command)).await,
        Some(Bench::Nodes(command)) => Box::pin(nodes::run(command)).await,
        Some(Bench::Panes(command)) => Box::pin(panes::run(command)).await,
        Some(Bench::Run(command)) => Box::pin(profile::run(command)).await,
        _ => Box::pin(figures::run(command.figures)).await,
    }
}
