//! `perch backup`: a deployment into a file.

use std::path::PathBuf;

use clap::Args;
use perch_copy::{BackupWriter, Moment, Seals, Source, Tee};
use perch_domain::{Clock, SystemClock};

use super::{content, failed, failed_file, progress};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::logging;
use crate::say::say;

/// `perch backup`.
#[derive(Args)]
#[command(
    after_help = "Example:\n  perch backup /backup/perch-2026-11-25.zst\n  perch verify /backup/perch-2026-11-25.zst\n\n\
                  It may run while `perch serve` does, and copies one moment. Everything is in the file but the sessions of browsers: \
                  restored, people sign in again. Keep it as safe as the deployment: it has all messages, and the hashes of passwords."
)]
pub(crate) struct BackupCommand {
    /// File to write; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch backup`.
///
/// # Errors
/// When there is no deployment, or the file exists or cannot be written. There is no file of that name then.
pub(crate) async fn run(command: BackupCommand) -> Result<(), Error> {
    let config = Config::read(&command.flags)?;
    logging::start("warn");
    let place = config.place();
    if place.is_absent() {
        return Err(Error::Absent(place));
    }
    let storage = place.copyable().await?;
    let mut moment = Moment::now(&*storage, false)
        .await
        .map_err(failed(&place))?;
    let about = moment
        .about(SystemClock.now())
        .await
        .map_err(failed(&place))?;
    let mut writer =
        BackupWriter::create(&command.file, &about).map_err(failed_file(&command.file))?;
    let mut seals = Seals::default();
    let mut tee = Tee(&mut writer, &mut seals);
    let mut progress = progress("Copying", about.rows_in_all());
    moment
        .copy(&mut tee, &mut progress)
        .await
        .map_err(failed(&place))?;
    writer.finish().map_err(failed_file(&command.file))?;
    say(&format!(
        "Wrote {}: {} of {place}, as it was at {}.",
        command.file.display(),
        content(&seals),
        about.taken_at
    ));
    Ok(())
}
