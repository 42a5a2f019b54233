//! Members of a room who are connected and say nothing.

use std::time::Duration;

use tokio::time::sleep;

use super::Subject;
use crate::bench::ours::Ours;
use crate::bench::report::{Figures, float};
use crate::bench::server;
use crate::error::Error;

/// The allocator gives back within ten seconds what is not used any more (jemalloc's `dirty_decay_ms`).
const GIVEN_BACK: Duration = Duration::from_secs(12);

/// Measures in the room of so many, at a server that has just been started: nothing that others left behind is used again.
///
/// # Errors
/// When the server refuses somebody.
pub(in crate::bench) async fn measure(ours: &Ours<'_>, members: usize) -> Result<Figures, Error> {
    sleep(GIVEN_BACK).await;
    let memory = server::memory_kib(&ours.nodes)?;
    let _links = ours.enter(members).await?;
    sleep(GIVEN_BACK).await;
    let mut figures = Figures::default();
    figures.add(
        "memory of an idle, joined connection",
        (server::memory_kib(&ours.nodes)? - memory) / float(members as u64),
        "KiB",
    );
    Ok(figures)
}
