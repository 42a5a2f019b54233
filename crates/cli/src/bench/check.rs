//! `perch bench check`: whether a record of `perch bench history` is right.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;

use crate::error::Error;
use crate::say::say;

/// Violations that are printed; one fault may break a rule very often.
const PRINTED_MAX: usize = 100;

/// `perch bench check`.
#[derive(Args)]
#[command(after_help = "The rules: docs/testing.md")]
pub(crate) struct CheckCommand {
    /// The record
    file: PathBuf,
}

/// Runs `perch bench check`.
///
/// # Errors
/// When the record cannot be read, or breaks a rule.
pub(super) fn run(command: &CheckCommand) -> Result<(), Error> {
    let failed = |cause: String| Error::History(format!("{}: {cause}", command.file.display()));
    let file = File::open(&command.file).map_err(|cause| failed(cause.to_string()))?;
    let events =
        perch_history::read(BufReader::new(file)).map_err(|cause| failed(cause.to_string()))?;
    let violations = perch_history::check(&events);
    if violations.is_empty() {
        say(&format!("{} events, no rule is broken", events.len()));
        return Ok(());
    }
    for violation in violations.iter().take(PRINTED_MAX) {
        say(&violation.to_string());
    }
    Err(failed(format!(
        "{} violations in {} events",
        violations.len(),
        events.len()
    )))
}
