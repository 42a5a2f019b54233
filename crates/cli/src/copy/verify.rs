//! `perch verify`: a backup, alone or against a deployment.

use std::path::PathBuf;

use clap::Args;
use perch_copy::{Backup, Difference, Found, Seals, compare};

use super::{content, failed, failed_file, origin, progress};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::logging;
use crate::say::say;

/// Differences that are named; more are counted.
const NAMED_MAX: usize = 50;

/// `perch verify`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  perch verify /backup/perch-2026-11-25.zst\n  perch verify /backup/perch-2026-11-25.zst --against\n\n\
                  Alone, every section of the file is compared with its SHA-256, and what is torn off or altered is named. Against \
                  the deployment of the configuration, every message is compared too: it must be there as it is in the file. What was \
                  posted or changed since is mentioned; with --exact it is a fault."
)]
pub(crate) struct VerifyCommand {
    /// File to read
    file: PathBuf,
    /// Compare it with the deployment, which may be in use
    #[arg(long)]
    against: bool,
    /// Whatever differs from the deployment is a fault
    #[arg(long, requires = "against")]
    exact: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch verify`.
///
/// # Errors
/// When the file is not what was written, or the deployment lacks something of it.
pub(crate) async fn run(command: VerifyCommand) -> Result<(), Error> {
    let config = Config::read(&command.flags)?;
    logging::start("warn");
    let mut backup = Backup::open(&command.file).map_err(failed_file(&command.file))?;
    let about = backup.about().clone();
    let mut progress = progress("Reading", about.rows_in_all());
    let seals = Seals::of(&mut backup, &mut progress)
        .await
        .map_err(failed_file(&command.file))?;
    say(&format!(
        "{} is whole: {}, {}.",
        command.file.display(),
        content(&seals),
        origin(&about)
    ));
    if !command.against {
        return Ok(());
    }
    let place = config.place();
    if place.is_absent() {
        return Err(Error::Absent(place));
    }
    let storage = place.copyable().await?;
    let differences = compare(&mut backup, &*storage)
        .await
        .map_err(failed(&place))?;
    for difference in differences.iter().take(NAMED_MAX) {
        say(&sentence(difference));
    }
    if let Some(more) = differences.len().checked_sub(NAMED_MAX + 1) {
        say(&format!("  and {} more", more + 1));
    }
    let lost = differences
        .iter()
        .filter(|difference| command.exact || is_loss(difference))
        .count();
    if lost > 0 {
        return Err(Error::Differs {
            place,
            sections: lost,
        });
    }
    say(&match differences.is_empty() {
        true => format!("{place} is the same to the last row."),
        false => format!("Every message of it is in {place} as it is in the file."),
    });
    Ok(())
}

/// Messages are never changed but by an administrator; all else changes every day.
const fn is_loss(difference: &Difference) -> bool {
    match difference.found {
        Found::More(_) | Found::New(_) => false,
        Found::Missing | Found::Fewer(_) | Found::From(_) => difference.messages,
    }
}

fn sentence(difference: &Difference) -> String {
    let what = match &difference.found {
        Found::More(rows) => format!("{rows} more since"),
        Found::New(rows) => format!("new since, {rows} rows"),
        Found::Missing => "is missing".to_owned(),
        Found::Fewer(rows) => format!("the last {rows} are missing"),
        Found::From(row) => format!("differs, first from {row}"),
    };
    format!("  {}: {what}", difference.section)
}
