//! `perch restore`: a file into a deployment.

use std::path::PathBuf;

use clap::Args;
use perch_copy::{Backup, Seals, has_deployment, restore};

use super::{content, failed, failed_file, origin, progress};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::logging;
use crate::say::say;

/// `perch restore`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  perch restore /backup/perch-2026-11-25.zst --storage-folder /var/lib/perch\n  \
                  perch restore /backup/perch-2026-11-25.zst --storage-url postgres://perch@db.contoso.com/perch\n\n\
                  There must be no deployment yet; the file may come from another machine and from either kind of storage. The file is verified before \
                  anything is written, and what was written is compared with it. Interrupted, type the same line again. Restore an old \
                  one with care: passwords, roles and tokens are those of its day."
)]
pub(crate) struct RestoreCommand {
    /// File to read
    file: PathBuf,
    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch restore`.
///
/// # Errors
/// When the file is not whole, there is a deployment already, or it cannot be written.
pub(crate) async fn run(command: RestoreCommand) -> Result<(), Error> {
    let config = Config::read(&command.flags)?;
    logging::start("warn");
    let place = config.place();
    let mut backup = Backup::open(&command.file).map_err(failed_file(&command.file))?;
    let about = backup.about().clone();
    let seals = Seals::of(&mut backup, &mut progress("Verifying", about.rows_in_all()))
        .await
        .map_err(failed_file(&command.file))?;
    let there = !place.is_absent()
        && has_deployment(&*place.copyable().await?)
            .await
            .map_err(failed(&place))?;
    if there {
        return Err(Error::Exists(place));
    }
    if command.dry_run {
        say(&format!(
            "{} is whole: {}, {}.",
            command.file.display(),
            content(&seals),
            origin(&about)
        ));
        say(&format!(
            "It would be restored into {place}, which has no deployment. Nothing was written."
        ));
        return Ok(());
    }
    let _owned = place.own()?;
    let storage = place.copyable().await?;
    let mut progress = progress("Restoring", about.rows_in_all());
    restore(&mut backup, &seals, &*storage, &mut progress)
        .await
        .map_err(failed(&place))?;
    say(&format!(
        "Restored {} into {place}, and compared: {}.",
        origin(&about),
        content(&seals)
    ));
    say("Run it with `perch serve`. Everybody signs in again.");
    Ok(())
}
