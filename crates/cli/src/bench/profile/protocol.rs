//! What the measuring process and its generators tell each other: JSON, one value a line, over the generator's pipes.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::model::Rates;
use crate::bench::failed;
use crate::error::Error;

/// What a generator is told to do. When the pipe closes it ends.
#[derive(Serialize, Deserialize)]
pub(super) enum Order {
    /// Make things happen.
    Load { seconds: u64, rates: Rates },
    /// Wait until every endpoint has every room up to these places: room and head.
    Settle { heads: Vec<(usize, u64)> },
    /// The server goes away and comes back: wait until every endpoint has lost it, is back and has its rooms open.
    Reconnect {},
}

/// What it answers.
#[derive(Serialize, Deserialize)]
pub(super) enum Report {
    /// Every endpoint is connected and has its rooms open.
    Joined {},
    /// The load is over: rooms and the places of their last acknowledged messages.
    Loaded { heads: Vec<(usize, u64)> },
    /// What was counted since the load began.
    Settled(Measured),
    /// Everybody is back.
    Reconnected {},
}

/// What a generator counted.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Measured {
    /// Latencies from post to delivery in small, medium and large rooms: microseconds and how often.
    pub(super) latencies: [Vec<(u64, u64)>; 3],
    /// Messages that were acknowledged.
    pub(super) posted: u64,
    /// Arrivals and departures that were made.
    pub(super) presence: u64,
    /// Endpoints that connected anew.
    pub(super) sign_ins: u64,
    /// Connections that were lost without being told to.
    pub(super) lost: u64,
    /// What did not come as it should: missing, twice, out of order, refused.
    pub(super) faults: Vec<String>,
    /// Rooms of endpoints that are not complete; none should be.
    pub(super) incomplete: u64,
}

/// A histogram as it travels.
pub(super) fn pairs(histogram: &Histogram<u64>) -> Vec<(u64, u64)> {
    histogram
        .iter_recorded()
        .map(|step| (step.value_iterated_to(), step.count_at_value()))
        .collect()
}

/// Takes up what travelled.
pub(super) fn add(histogram: &mut Histogram<u64>, pairs: &[(u64, u64)]) -> Result<(), Error> {
    for (value, count) in pairs {
        histogram.record_n(*value, *count).map_err(failed)?;
    }
    Ok(())
}
