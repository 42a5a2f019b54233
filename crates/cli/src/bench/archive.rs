//! `perch bench archive`: posting, joining and searching with a long history behind it, beside the same with a short one.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use tokio::time::Instant;

use super::ours::Bed;
use super::report::{self, Figures, Repeat, float};
use super::scenario::{joining, posting, search};
use super::services::Services;
use crate::error::Error;
use crate::say::say;

/// The history that the long one is compared with.
const SHORT: usize = 10_000;

/// `perch bench archive`.
#[derive(Args)]
pub(crate) struct ArchiveCommand {
    /// Messages of the long history
    #[arg(long, default_value_t = 1_000_000)]
    history: usize,
    /// Keep them in a private PostgreSQL instead of the embedded store
    #[arg(long)]
    postgres: bool,
    #[command(flatten)]
    repeat: Repeat,
}

/// Runs `perch bench archive`.
///
/// # Errors
/// When something that is there is not found, or a delivery is missing.
pub(super) async fn run(command: ArchiveCommand) -> Result<(), Error> {
    let short = bed(&command, SHORT).await?;
    let start = Instant::now();
    let long = bed(&command, command.history).await?;
    let made = start.elapsed().as_secs_f64();
    // The index first, then its size: nothing of it is built while something is measured.
    let mut built = Figures::default();
    built.add("history made", float(command.history as u64) / made, "/s");
    {
        search::indexed(&short.start(1).await?, SHORT as u64).await?;
    }
    let before = bytes(&short)?;
    {
        let ours = long.start(1).await?;
        let seconds = search::indexed(&ours, command.history as u64).await?;
        built.add(
            "history indexed",
            float(command.history as u64) / seconds,
            "/s",
        );
    }
    let more = float(command.history.saturating_sub(SHORT).max(1) as u64);
    built.add(
        "bytes on disk a message",
        (bytes(&long)? - before) / more,
        "B",
    );
    report::tell("made", std::slice::from_ref(&built));
    command.repeat.keep.append("made", &[built])?;
    let load = Duration::from_secs(command.repeat.seconds);
    let title = format!(
        "history of {} beside one of {SHORT}, {}",
        command.history,
        if command.postgres {
            "PostgreSQL"
        } else {
            "embedded"
        }
    );
    report::repeat(&title, &command.repeat, async || {
        let mut figures = Figures::default();
        for (name, bed) in [("short", &short), ("long", &long)] {
            let ours = bed.start(1).await?;
            let mut of = Figures::default();
            of.extend(joining::measure(&ours).await?);
            of.extend(search::measure(&ours).await?);
            of.extend(posting::measure(&ours, load).await?);
            figures.add_of(name, of);
        }
        figures.add_ratios(("long", "short"));
        Ok(figures)
    })
    .await
}

async fn bed(command: &ArchiveCommand, history: usize) -> Result<Bed, Error> {
    say(&format!("making a history of {history}"));
    let services = command.postgres.then(Services::start).transpose()?;
    Bed::make(services, &[posting::MEMBERS], history).await
}

/// What a deployment takes on the disk.
fn bytes(bed: &Bed) -> Result<f64, Error> {
    match &bed.services {
        Some(services) => services.database_bytes(),
        None => folder_bytes(&bed.place.folder).map_err(super::failed),
    }
}

fn folder_bytes(folder: &Path) -> std::io::Result<f64> {
    let mut bytes = 0.0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            folder_bytes(&entry.path())?
        } else {
            float(metadata.len())
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_folders_of_a_folder_counts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pools")).unwrap();
        std::fs::write(folder.path().join("deployment.db"), [0; 30]).unwrap();
        std::fs::write(folder.path().join("pools/one.db"), [0; 12]).unwrap();
        assert!((folder_bytes(folder.path()).unwrap() - 42.0).abs() < f64::EPSILON);
    }
}
