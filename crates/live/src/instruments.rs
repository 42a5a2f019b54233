//! What the operator is shown of this node: counted once for each group, room or connection, never for each delivery.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use perch_domain::pool::PoolFqdn;

/// The instruments of one pool's group commit.
pub(crate) struct CommitInstruments {
    stored: Counter,
    repeated: Counter,
    failed: Counter,
    deliveries: Counter,
    group: Histogram,
    seconds: Histogram,
    waiting: Gauge,
}

/// What came of one group.
#[derive(Default)]
pub(crate) struct Tally {
    /// Messages that are new in their rooms.
    pub(crate) stored: u64,
    /// Posts that were retries.
    pub(crate) repeated: u64,
    /// Posts that were refused.
    pub(crate) failed: u64,
    /// Connections that had the rooms open, summed over the new messages.
    pub(crate) deliveries: u64,
}

impl CommitInstruments {
    pub(crate) fn of(pool: &PoolFqdn) -> Self {
        let pool = pool.as_str().to_owned();
        let posts =
            |outcome| counter!("perch_posts_total", "pool" => pool.clone(), "outcome" => outcome);
        Self {
            stored: posts("stored"),
            repeated: posts("repeated"),
            failed: posts("failed"),
            deliveries: counter!("perch_deliveries_total", "pool" => pool.clone()),
            group: histogram!("perch_commit_group_posts", "pool" => pool.clone()),
            seconds: histogram!("perch_commit_seconds", "pool" => pool.clone()),
            waiting: gauge!("perch_commit_waiting", "pool" => pool),
        }
    }

    /// A group was taken; so much is still waiting behind it.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a queue is far shorter than 2^52"
    )]
    pub(crate) fn taken(&self, waiting: usize) {
        self.waiting.set(waiting as f64);
    }

    /// The store has answered for a group of so many posts.
    #[expect(clippy::cast_precision_loss, reason = "a group has at most 512 posts")]
    pub(crate) fn answered(&self, posts: usize, took: Duration) {
        self.group.record(posts as f64);
        self.seconds.record(took.as_secs_f64());
    }

    pub(crate) fn done(&self, tally: &Tally) {
        self.stored.increment(tally.stored);
        self.repeated.increment(tally.repeated);
        self.failed.increment(tally.failed);
        self.deliveries.increment(tally.deliveries);
    }
}

/// Live connections of this node.
pub(crate) fn connections() -> Gauge {
    gauge!("perch_connections")
}

/// Rooms that somebody has open on this node.
pub(crate) fn rooms_live() -> Gauge {
    gauge!("perch_rooms_live")
}
