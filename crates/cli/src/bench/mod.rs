//! `perch bench`.

use clap::Args;

use crate::error::Error;

/// `perch bench`.
#[derive(Args)]
pub(crate) struct BenchCommand {}

/// Runs `perch bench`.
///
/// # Errors
/// When a measurement cannot be made.
pub(crate) async fn run(_: BenchCommand) -> Result<(), Error> {
    Err(Error::Bench(String::new()))
}
