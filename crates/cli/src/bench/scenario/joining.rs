//! A room with a history is joined again and again, its latest messages included.

use hdrhistogram::Histogram;

use super::{Subject, Used};
use crate::bench::report::{Figures, float};
use crate::error::Error;

/// How often.
const JOINS: u64 = 500;
/// Messages that come with it.
pub(in crate::bench) const LATEST: u32 = 50;

/// A room with a history that can be joined.
pub(in crate::bench) trait Joinable: Subject {
    /// Joins the room so often, one time after the other, and gives the microseconds of each.
    async fn join_often(&self, joins: u64) -> Result<Histogram<u64>, Error>;
}

/// Measures.
///
/// # Errors
/// When not all of the latest messages come.
pub(in crate::bench) async fn measure(subject: &impl Joinable) -> Result<Figures, Error> {
    let before = Used::now(subject)?;
    let latencies = subject.join_often(JOINS).await?;
    let used = before.since(subject)?;
    let mut figures = Figures::default();
    used.add(&mut figures, "join, latest 50 received: CPU", float(JOINS));
    figures.add_latency("join, latest 50 received", &latencies);
    Ok(figures)
}
