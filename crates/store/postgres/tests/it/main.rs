//! The store on PostgreSQL against the suite of all stores, and against what only several nodes can do wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copied;
mod faults;
mod hold;
mod migrations;
mod nodes;
mod silent;

use std::future::{Ready, ready};

use perch_store_postgres::PostgresStorage;
use perch_test_servers::Postgres;

fn empty_database() -> Ready<(PostgresStorage, ())> {
    let url = Postgres::shared().database();
    ready((storage(&url), ()))
}

/// A database as a node of its own sees it.
fn storage(url: &str) -> PostgresStorage {
    PostgresStorage::new(&url.parse().unwrap(), 8)
}

perch_store_conformance::suite!(empty_database);
