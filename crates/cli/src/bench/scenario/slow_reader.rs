//! The largest room twice: alone, and beside one more member whose connection takes nothing from the network.

use std::time::Duration;

use crate::bench::link::Dial;
use crate::bench::load::{self, Pace};
use crate::bench::ours::Ours;
use crate::bench::report::Figures;
use crate::bench::scenario::Subject;
use crate::bench::scenario::fan_out::IN_FLIGHT;
use crate::bench::server;
use crate::error::Error;

/// What the kernel keeps for the slow reader.
const RECEIVE_BYTES: u32 = 4_096;

/// Measures.
///
/// # Errors
/// When a delivery to the others is missing, doubled or out of order.
pub(in crate::bench) async fn measure(
    ours: &Ours<'_>,
    members: usize,
    load: Duration,
) -> Result<Figures, Error> {
    let mut links = ours.enter(members).await?;
    let alone = load::fan_out(&mut links, load, Pace::InFlight(IN_FLIGHT)).await?;
    let slow = Dial {
        receive_bytes: Some(RECEIVE_BYTES),
        ..Dial::default()
    };
    let _unread = ours.enter_one(slow, members).await?;
    let memory = server::memory_kib(&ours.nodes)?;
    let beside = load::fan_out(&mut links, load, Pace::InFlight(IN_FLIGHT)).await?;
    let mut figures = Figures::default();
    let name = format!("slow reader, room of {members}");
    figures.add_latency(&format!("{name}: delivered without it"), &alone.latencies);
    figures.add_latency(&format!("{name}: delivered beside it"), &beside.latencies);
    let p99 = |outcome: &load::Outcome| {
        crate::bench::report::float(outcome.latencies.value_at_quantile(0.99))
    };
    figures.add(
        format!("{name}: p99 beside it / without it"),
        p99(&beside) / p99(&alone).max(1.0),
        "×",
    );
    figures.add(
        format!("{name}: memory more"),
        server::memory_kib(&ours.nodes)? - memory,
        "KiB",
    );
    Ok(figures)
}
