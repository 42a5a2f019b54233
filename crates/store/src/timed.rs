//! How long stores take to read: measured by the stores, shown to the operator.

use std::future::Future;
use std::time::Instant;

/// Carries out a read, and records how long it took under the name of the operation (`perch_store_read_seconds`).
pub async fn timed<T>(operation: &'static str, read: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let read = read.await;
    metrics::histogram!("perch_store_read_seconds", "operation" => operation)
        .record(begun.elapsed());
    read
}
