//! How long stores take to read: measured by the stores, shown to the operator.

use std::future::Future;
use std::time::Instant;

use tracing::Instrument;

/// Carries out a read, and records how long it took under the name of the operation (`perch_store_read_seconds`), and as a
/// span.
pub async fn timed<T>(operation: &'static str, read: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let read = read
        .instrument(tracing::debug_span!("read", operation))
        .await;
    metrics::histogram!("perch_store_read_seconds", "operation" => operation)
        .record(begun.elapsed());
    read
}
