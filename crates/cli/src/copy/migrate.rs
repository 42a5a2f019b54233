//! `perch migrate-storage`: a deployment from one kind of storage to another.

use clap::Args;
use perch_copy::{Filled, Moment, migrate};
use perch_domain::{Clock, SystemClock};

use super::{content, failed, progress};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::logging;
use crate::say::say;
use crate::storage::Place;

/// `perch migrate-storage`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  perch migrate-storage --to postgres://perch@db.contoso.com/perch\n  \
                  perch migrate-storage --storage-url postgres://perch@db.contoso.com/perch --to /var/lib/perch\n\n\
                  Stop `perch serve` first. The deployment of the configuration is copied, sessions and all, into a place without one, \
                  read back, and compared room by room. Interrupted, type the same line again: it goes on where it was. The old \
                  one stays as it is. Then set storage.url (or storage.folder) and start `perch serve`: nobody has to sign in again."
)]
pub(crate) struct MigrateCommand {
    /// Where to: a PostgreSQL database (postgres://…), or a folder for the embedded store
    #[arg(long, value_name = "URL or FOLDER")]
    to: String,
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch migrate-storage`.
///
/// # Errors
/// When there is no deployment, it is in use, or the target has another; or when either storage fails.
pub(crate) async fn run(command: MigrateCommand) -> Result<(), Error> {
    let mut config = Config::read(&command.flags)?;
    logging::start("warn");
    let from = config.place();
    if from.is_absent() {
        return Err(Error::Absent(from));
    }
    if command.to.starts_with("postgres") {
        let url = command.to.parse();
        config.database = Some(url.map_err(|fault| Error::Config(vec![format!("--to: {fault}")]))?);
    } else {
        config.database = None;
        config.folder = command.to.into();
    }
    let to = config.place();
    if from.to_string() == to.to_string() {
        let fault = format!("--to: {to} is where the deployment is; give another place.");
        return Err(Error::Config(vec![fault]));
    }
    let between = format!("Migrating {from} to {to}");
    let _owned = from.own()?;
    from.rest().await?;
    let source = from.copyable().await?;
    let mut moment = Moment::now(&*source, true).await.map_err(failed(&from))?;
    let about = moment
        .about(SystemClock.now())
        .await
        .map_err(failed(&from))?;
    drop(moment);
    // After the source is known to be there: nothing is made for nothing.
    let _filled = to.own()?;
    let target = to.copyable().await?;
    let mut progress = progress("Copying", about.rows_in_all());
    let filled = migrate(&*source, &*target, &mut progress)
        .await
        .map_err(failed(&between))?;
    let (did, seals) = match &filled {
        Filled::Now(seals) => ("Copied and compared", seals),
        Filled::Already(seals) => ("It is there already, the same to the last row", seals),
    };
    say(&format!("{did}: {}, {from} to {to}.", content(seals)));
    say(match to {
        Place::Folder { .. } => {
            "Set storage.folder to it and storage.url to embedded, then start `perch serve`."
        }
        Place::Database { .. } => "Set storage.url to it, then start `perch serve`.",
    });
    Ok(())
}
