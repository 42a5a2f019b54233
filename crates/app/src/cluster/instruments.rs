//! What the operator is shown of the bus.

use metrics::{counter, gauge};

use crate::cluster::peers::Peers;

/// What became of an event.
pub(super) fn event(outcome: &'static str) {
    counter!("perch_bus_events_total", "outcome" => outcome).increment(1);
}

/// Events of other nodes were missed, as is seen by this.
pub(super) fn missed(sign: &'static str) {
    counter!("perch_bus_missed_total", "sign" => sign).increment(1);
}

/// The nodes that are heard, and whether one may not be.
#[expect(clippy::cast_precision_loss, reason = "a deployment has few nodes")]
pub(super) fn show(peers: &Peers) {
    gauge!("perch_nodes").set((peers.beats().len() + 1) as f64);
    gauge!("perch_bus_in_doubt").set(if peers.in_doubt() { 1.0 } else { 0.0 });
}
