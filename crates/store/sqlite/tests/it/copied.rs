//! Nothing that is stored is forgotten when a deployment is copied.

use std::collections::{BTreeMap, BTreeSet};

use perch_domain::pool::PoolFqdn;
use perch_store::Storage;
use perch_store::snapshot::{DERIVED, Part, tables};
use perch_store_sqlite::SqliteStorage;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

#[tokio::test]
async fn every_table_and_column_is_copied_or_said_to_be_derived() {
    let folder = tempfile::tempdir().unwrap();
    let storage = SqliteStorage::new(folder.path().to_owned());
    let fqdn = PoolFqdn::parse("pchat01.contoso.com").unwrap();
    storage.deployment().await.unwrap().close().await;
    storage.pool(&fqdn).await.unwrap().close().await;
    for (file, part) in [
        ("deployment.db".to_owned(), Part::Deployment),
        (format!("pools/{fqdn}.db"), Part::Pool(fqdn)),
    ] {
        let options = SqliteConnectOptions::new().filename(folder.path().join(file));
        let stored = schema(&mut options.connect().await.unwrap()).await;
        assert_eq!(
            copied(&part),
            stored,
            "describe it in crates/store/src/snapshot.rs"
        );
    }
}

/// The tables of a database that are not derived, with their columns.
async fn schema(database: &mut SqliteConnection) -> BTreeMap<String, BTreeSet<String>> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(database)
    .await
    .unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in columns {
        let derived = |name: &&str| table == **name || table.starts_with(&format!("{name}_"));
        if !DERIVED.iter().any(derived) {
            tables.entry(table).or_default().insert(column);
        }
    }
    tables
}

/// The tables that are copied, with their columns and the numbers that a database gives by itself.
fn copied(part: &Part) -> BTreeMap<String, BTreeSet<String>> {
    let columns = |table: &perch_store::snapshot::Table| {
        let named = table.columns.iter().map(|column| column.name);
        let number = match table.name {
            "room" => Some("no"),
            "audit" => Some("id"),
            _ => table.by_room.then_some("room"),
        };
        named.chain(number).map(str::to_owned).collect()
    };
    let tables = tables(part).iter();
    tables
        .map(|table| (table.name.to_owned(), columns(table)))
        .collect()
}
