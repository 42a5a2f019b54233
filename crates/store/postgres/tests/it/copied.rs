//! Nothing that is stored is forgotten when a deployment is copied.

use std::collections::{BTreeMap, BTreeSet};

use perch_domain::pool::PoolFqdn;
use perch_store::Storage;
use perch_store::snapshot::{DERIVED, Part, tables};
use perch_test_servers::Postgres;
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn every_table_and_column_is_copied_or_said_to_be_derived() {
    let url = Postgres::shared().database();
    let storage = crate::storage(&url);
    let fqdn = PoolFqdn::parse("pchat01.contoso.com").unwrap();
    storage.deployment().await.unwrap();
    storage.pool(&fqdn).await.unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    for (schemas, part) in [
        ("deployment", Part::Deployment),
        ("pool_%", Part::Pool(fqdn)),
    ] {
        let stored = schema(&mut database, schemas).await;
        assert_eq!(
            copied(&part),
            stored,
            "describe it in crates/store/src/snapshot.rs"
        );
    }
}

/// The tables of a schema that are not derived, with their columns.
async fn schema(database: &mut PgConnection, like: &str) -> BTreeMap<String, BTreeSet<String>> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema LIKE $1",
    )
    .bind(like)
    .fetch_all(database)
    .await
    .unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in columns {
        if !DERIVED.contains(&table.as_str()) {
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
