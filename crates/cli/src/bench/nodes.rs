//! `perch bench nodes`: the same fan-out at one node with the embedded store, one on PostgreSQL and NATS, and several.

use std::time::Duration;

use clap::Args;

use super::ours::Bed;
use super::report::{self, Figures, Repeat};
use super::scenario::{fan_out, posting};
use super::services::{self, Services};
use crate::error::Error;
use crate::say::say;

/// `perch bench nodes`.
#[derive(Args)]
pub(crate) struct NodesCommand {
    /// Nodes on PostgreSQL and NATS, over which the members spread
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// Members of the rooms
    #[arg(long, value_delimiter = ',', default_values_t = [500])]
    members: Vec<usize>,
    #[command(flatten)]
    repeat: Repeat,
}

/// Runs `perch bench nodes`.
///
/// # Errors
/// When a delivery is missing, doubled or out of order, or PostgreSQL or NATS is not installed.
pub(super) async fn run(command: NodesCommand) -> Result<(), Error> {
    if !command
        .repeat
        .wanted(services::installed(), services::MISSING)?
    {
        return Ok(());
    }
    let mut sizes = command.members.clone();
    if !sizes.contains(&posting::MEMBERS) {
        sizes.push(posting::MEMBERS);
    }
    let services = Services::start()?;
    let embedded = Bed::make(None, &sizes, 0).await?;
    let shared = Bed::make(Some(services), &sizes, 0).await?;
    let several = format!("{} nodes", command.nodes);
    let mut settings = vec![("embedded", &embedded, 1), ("one node", &shared, 1)];
    if command.nodes > 1 {
        say(
            "All nodes, PostgreSQL and NATS share one core here: several nodes cost, and cannot be faster.",
        );
        settings.push((&several, &shared, command.nodes));
    }
    let load = Duration::from_secs(command.repeat.seconds);
    let title = format!("{} nodes on PostgreSQL and NATS", command.nodes);
    report::repeat(&title, &command.repeat, async || {
        let mut figures = Figures::default();
        for (name, bed, nodes) in &settings {
            let ours = bed.start(*nodes).await?;
            let mut of = posting::measure(&ours, load).await?;
            of.extend(fan_out::measure(&ours, &command.members, load).await?);
            figures.add_of(name, of);
        }
        figures.add_ratios(("one node", "embedded"));
        if command.nodes > 1 {
            figures.add_ratios((&several, "one node"));
        }
        Ok(figures)
    })
    .await
}
