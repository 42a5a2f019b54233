//! Why a deployment could not be copied.

use std::io;
use std::path::PathBuf;

use perch_store::StoreError;

/// Why a deployment could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A store failed.
    #[error("{}", innermost(.0))]
    Store(#[from] StoreError),
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The file is no backup.
    #[error("it is not a backup that `perch backup` has made")]
    NoBackup,
    /// The file was made by a later version of the program.
    #[error("it was made by a later version, {0}: use that one")]
    Later(String),
    /// The file is not what was written.
    #[error("it is damaged in {at}: {fault}")]
    Damaged {
        /// In which section.
        at: String,
        /// What is wrong.
        fault: String,
    },
    /// There is no deployment to copy.
    #[error("there is no deployment")]
    Absent,
    /// The database of a pool is not there.
    #[error("the database of the pool {0} is missing")]
    NoPool(String),
    /// The target has a deployment.
    #[error("there is a deployment already")]
    Exists,
    /// The target has something else, and no whole deployment.
    #[error("something else is there already, in {0}: empty it, or give another place")]
    Occupied(String),
    /// What was written is not what is read back.
    #[error("what was written is not what is read back, in {0}")]
    NotTheSame(String),
    /// The source has changed while it was copied.
    #[error(
        "the deployment was changed while it was copied, in {0}: stop every `perch serve` on it, empty the target, and begin again"
    )]
    Changed(String),
}

/// What the database says: the rest of the chain adds nothing for whoever reads it.
fn innermost(cause: &StoreError) -> String {
    let mut innermost: &dyn std::error::Error = cause;
    while let Some(next) = innermost.source() {
        innermost = next;
    }
    innermost.to_string()
}
