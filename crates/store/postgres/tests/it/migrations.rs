//! A migration that was released is never changed: a deployment that has run it would not notice.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

const WHAT_TO_DO: &str = "A released migration is never changed: put the old file back and add a migration with the \
     next number. Only for one that no release contains yet, write its line anew: \
     cd crates/store/postgres/migrations && sha256sum */*.sql > ../migrations.lock";

/// The migration files and their digests.
fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files = BTreeMap::new();
    for series in ["deployment", "pool", "search"] {
        for entry in std::fs::read_dir(root.join(series)).unwrap() {
            let entry = entry.unwrap();
            let mut digest = String::new();
            for byte in Sha256::digest(std::fs::read(entry.path()).unwrap()) {
                write!(digest, "{byte:02x}").unwrap();
            }
            files.insert(
                format!("{series}/{}", entry.file_name().into_string().unwrap()),
                digest,
            );
        }
    }
    files
}

#[test]
fn migrations_are_those_of_the_lock_file() {
    let locked: BTreeMap<String, String> = include_str!("../../migrations.lock")
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(digest, file)| (file.to_owned(), digest.to_owned()))
        .collect();
    assert_eq!(files(), locked, "{WHAT_TO_DO}");
}

#[test]
fn every_migration_is_part_of_the_program() {
    let program = include_str!("../../src/lib.rs");
    for file in files().into_keys() {
        assert!(
            program.contains(&format!("../migrations/{file}")),
            "src/lib.rs does not include migrations/{file}"
        );
    }
}

#[test]
fn migrations_are_numbered_from_1_in_each_series() {
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for file in files().into_keys() {
        let (series, name) = file.split_once('/').unwrap();
        let number: u32 = name[..4].parse().unwrap();
        let last = last.entry(series.to_owned()).or_default();
        assert_eq!(number, *last + 1, "{file} does not follow its series");
        *last = number;
    }
}

/// The tables that the migrations of a store make, with their columns.
fn tables(store: &str) -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(store);
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Each store indexes messages in its own way.
    let files = files().into_keys();
    for file in files.filter(|file| !file.starts_with("search/")) {
        let sql = std::fs::read_to_string(root.join("migrations").join(&file)).unwrap();
        let series = file.split_once('/').unwrap().0;
        let mut columns = None;
        for line in sql.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                let table = rest.split(' ').next().unwrap();
                columns = Some(tables.entry(format!("{series}.{table}")).or_default());
            } else if line.starts_with(')') {
                columns = None;
            } else if let (Some(columns), Some(name)) =
                (&mut columns, line.split_whitespace().next())
                && name.starts_with(|first: char| first.is_ascii_lowercase())
            {
                columns.push(name.to_owned());
            }
        }
    }
    tables
}

#[test]
fn both_stores_have_the_same_migrations_tables_and_columns() {
    assert!(tables("postgres").contains_key("pool.message"));
    assert_eq!(tables("postgres"), tables("sqlite"));
}
