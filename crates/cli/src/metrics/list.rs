//! Every metric of ours, with its help. `docs/metrics.md` has the same lines and their labels; tests hold it against this
//! table, and against what a server exports.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// What a metric is to Prometheus.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Buckets of whatever is measured in seconds: from a read that the cache answers to a request that somebody gives up.
pub(super) const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Buckets of the size of a group commit, which has at most 512 posts.
pub(super) const GROUP: &[f64] = &[
    0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0,
];

const METRICS: &[(&str, Kind, &str)] = &[
    (
        "perch_build_info",
        Kind::Gauge,
        "Always 1; the label is the version of the program.",
    ),
    (
        "perch_posts_total",
        Kind::Counter,
        "Posts that were handed to the store: stored, repeated (a retry that was there already) or failed.",
    ),
    (
        "perch_deliveries_total",
        Kind::Counter,
        "Messages times the connections that had their room open, counted when the message is published.",
    ),
    (
        "perch_commit_group_posts",
        Kind::Histogram,
        "Posts in one transaction; 0 where it has read marks only.",
    ),
    (
        "perch_commit_seconds",
        Kind::Histogram,
        "How long the store takes for one transaction of posts, flush included.",
    ),
    (
        "perch_commit_waiting",
        Kind::Gauge,
        "Posts and read marks that waited when the last transaction began; at 4096 whoever posts has to wait.",
    ),
    ("perch_connections", Kind::Gauge, "Live connections."),
    (
        "perch_rooms_live",
        Kind::Gauge,
        "Rooms that at least one connection has open.",
    ),
    (
        "perch_join_seconds",
        Kind::Histogram,
        "How long it takes to open a room, its last messages read.",
    ),
    (
        "perch_live_closes_total",
        Kind::Counter,
        "Live connections that ended, by the code of the WebSocket's close frame.",
    ),
    (
        "perch_http_requests_total",
        Kind::Counter,
        "Requests by method, template of the route (/ for the web client) and status.",
    ),
    (
        "perch_http_request_seconds",
        Kind::Histogram,
        "How long requests take until their answer begins.",
    ),
    (
        "perch_store_read_seconds",
        Kind::Histogram,
        "How long the store takes to read.",
    ),
    (
        "perch_rejected_total",
        Kind::Counter,
        "What was refused because somebody was too fast or had too many: frames, requests, pages, page_sockets or sign_in.",
    ),
    (
        "perch_addin_refusals_total",
        Kind::Counter,
        "Calls of add-ins' pages that were refused, by the client around the page or by the server.",
    ),
    (
        "perch_webhook_events_total",
        Kind::Counter,
        "Attempts to tell a webhook's receiver: taken, away or refused; and given_up, an event refused too often.",
    ),
    (
        "perch_bus_events_total",
        Kind::Counter,
        "Events between nodes: sent, dropped (the bus is too slow), received, or unreadable (of another version).",
    ),
    (
        "perch_bus_missed_total",
        Kind::Counter,
        "How often something of other nodes was missed, and read from the store: a gap in their numbers, a connection that was lost, or silence.",
    ),
    (
        "perch_nodes",
        Kind::Gauge,
        "Nodes that hear each other, this one included.",
    ),
    (
        "perch_bus_in_doubt",
        Kind::Gauge,
        "1 while a node is not heard, or this one does not hear itself: whatever is asked or shown is checked with the store first.",
    ),
];

/// Gives every metric its help.
pub(super) fn describe() {
    for &(name, kind, help) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(name, help),
            Kind::Gauge => describe_gauge!(name, help),
            Kind::Histogram => describe_histogram!(name, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_documented_with_its_help() {
        let document = include_str!("../../../../docs/metrics.md");
        for (name, kind, help) in METRICS {
            let kind = format!("{kind:?}").to_lowercase();
            let found = document.lines().any(|line| {
                line.starts_with(&format!("| `{name}` | {kind} |"))
                    && line.ends_with(&format!("| {help} |"))
            });
            assert!(
                found,
                "docs/metrics.md lacks: | `{name}` | {kind} | labels | {help} |"
            );
        }
    }
}
