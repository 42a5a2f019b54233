//! Who holds a database.

use perch_store::Storage;
use perch_test_servers::Postgres;

use crate::storage;

#[tokio::test]
async fn a_database_is_held_by_one_alone_or_by_several_who_share_it() {
    let url = Postgres::shared().database();
    let [one, two] = [storage(&url), storage(&url)];
    let mut alone = one.hold_alone().await.unwrap().unwrap();
    assert!(two.hold_alone().await.unwrap().is_none());
    assert!(two.hold_shared().await.unwrap().is_none());
    alone.check().await.unwrap();
    drop(alone);
    // The database notices by itself that the connection has ended.
    let shared = loop {
        if let Some(held) = two.hold_shared().await.unwrap() {
            break held;
        }
    };
    assert!(one.hold_alone().await.unwrap().is_none());
    let other = one.hold_shared().await.unwrap();
    assert!(other.is_some());
    let deployment = two.deployment().await.unwrap();
    assert_eq!(deployment.nodes().await.unwrap(), 2);
    drop((shared, other));
    while deployment.nodes().await.unwrap() > 0 {}
    let elsewhere = storage(&Postgres::shared().database());
    assert!(elsewhere.hold_alone().await.unwrap().is_some());
}

#[tokio::test]
async fn a_hold_ends_with_the_database_and_can_be_taken_again() {
    let mut server = Postgres::start(false);
    let storage = storage(&server.database());
    let mut held = storage.hold_alone().await.unwrap().unwrap();
    server.kill();
    assert!(held.check().await.is_err());
    assert!(storage.hold_alone().await.is_err());
    server.start_again();
    assert!(storage.hold_alone().await.unwrap().is_some());
}
