//! `perch backup`, `verify`, `restore` and `migrate-storage`: whole deployments, copied and compared by `perch-copy`.

pub(crate) mod backup;
pub(crate) mod migrate;
pub(crate) mod restore;
pub(crate) mod verify;

use std::fmt;
use std::path::Path;

use perch_copy::{About, Seals};

use crate::error::Error;
use crate::say::mention;

/// How many parts of a hundred are told at once.
const STEP: u64 = 5;
/// Fewer rows are copied before anybody asks.
const FEW: u64 = 10_000;

/// Tells on standard error how far a copy is: a line every twentieth.
pub(super) fn progress(doing: &'static str, rows: u64) -> impl FnMut(u64) + Send {
    let mut told = 0;
    move |done| {
        let percent = (done.saturating_mul(100) / rows.max(1)).min(100);
        if rows >= FEW && percent >= told + STEP {
            told = percent - percent % STEP;
            mention(&format!("{doing}: {told} %, {done} of {rows} rows"));
        }
    }
}

/// What went wrong, and where.
pub(super) fn failed(place: &dyn fmt::Display) -> impl FnOnce(perch_copy::Error) -> Error + use<> {
    let place = place.to_string();
    move |cause| Error::Copy { place, cause }
}

/// The same about a file.
pub(super) fn failed_file(file: &Path) -> impl FnOnce(perch_copy::Error) -> Error {
    failed(&file.display())
}

/// What is in a copy, for people.
pub(super) fn content(seals: &Seals) -> String {
    let (messages, rooms) = seals.messages();
    format!("{messages} messages in {rooms} rooms")
}

/// Which deployment a backup is of, for people.
pub(super) fn origin(about: &About) -> String {
    format!(
        "deployment {} ({}), taken at {}",
        about.deployment,
        about.pools.join(", "),
        about.taken_at
    )
}
