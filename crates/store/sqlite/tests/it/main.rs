//! The embedded store against the suite of all stores, and against what only SQLite can do wrong.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod copied;
mod full_disk;
mod migrations;

use std::future::{Ready, ready};

use perch_store_sqlite::SqliteStorage;
use tempfile::TempDir;

fn empty_folder() -> Ready<(SqliteStorage, TempDir)> {
    let folder = TempDir::new().unwrap();
    ready((SqliteStorage::new(folder.path().to_owned()), folder))
}

perch_store_conformance::suite!(empty_folder);
