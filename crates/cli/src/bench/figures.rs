//! `perch bench` alone: our server, one figure after the other, each with a load of its own.

use std::time::Duration;

use clap::Args;
use tokio::time::Instant;

use super::ours::Bed;
use super::report::{self, Figures, Repeat};
use super::scenario::{fan_out, idle, joining, posting, slow_reader, store_alone};
use crate::error::Error;

/// What is measured.
#[derive(Args)]
pub(crate) struct FiguresCommand {
    /// Members of the rooms whose fan-out is measured; the largest has the slow reader
    #[arg(long, value_delimiter = ',', default_values_t = [50, 500, 2_000])]
    members: Vec<usize>,
    /// Messages in the room that is joined
    #[arg(long, default_value_t = 10_000)]
    history: usize,
    #[command(flatten)]
    repeat: Repeat,
}

/// Runs `perch bench`.
///
/// # Errors
/// When a delivery is missing, doubled or out of order.
pub(super) async fn run(command: FiguresCommand) -> Result<(), Error> {
    let mut sizes = command.members.clone();
    if !sizes.contains(&posting::MEMBERS) {
        sizes.push(posting::MEMBERS);
    }
    let bed = Bed::make(None, &sizes, command.history).await?;
    let largest = command.members.iter().copied().max().unwrap_or_default();
    let load = Duration::from_secs(command.repeat.seconds);
    report::repeat("perch", &command.repeat, async || {
        let mut figures = Figures::default();
        let start = Instant::now();
        let ours = bed.start(1).await?;
        figures.add("start on a deployment", start.elapsed().as_secs_f64(), "s");
        figures.extend(idle::measure(&ours, largest).await?);
        figures.extend(posting::measure(&ours, load).await?);
        let alone = store_alone::measure(load).await?;
        figures.add("the store alone, 50 messages at once: durable", alone, "/s");
        if let Some(posts) = figures.get(posting::POSTS) {
            figures.add(
                "posting, room of 50: share of the store alone",
                posts * 100.0 / alone,
                "%",
            );
        }
        figures.extend(fan_out::measure(&ours, &command.members, load).await?);
        figures.extend(slow_reader::measure(&ours, largest, load).await?);
        figures.extend(joining::measure(&ours).await?);
        Ok(figures)
    })
    .await
}
