//! A database, or a node, that says nothing any more, as when the network between them is cut: nothing is refused.

use std::process::Command;
use std::sync::Arc;

use perch_store::{Page, PoolStore, Storage};
use perch_store_postgres::PostgresStorage;
use perch_test_servers::Postgres;

use crate::nodes::{append, batch, fqdn, node, rooms};

/// What of the server works for programs of this name, other than the one that asks.
const PROCESSES: &str = "SELECT pid FROM pg_stat_activity WHERE application_name = 'perch'";

/// Stops processes, or lets them go on.
fn signal(signal: &str, processes: &str) {
    assert!(!processes.is_empty());
    let kill = Command::new("kill")
        .arg(signal)
        .args(processes.lines())
        .status();
    assert!(kill.unwrap().success());
}

/// The name at the end of a database's address.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// A pool with one connection only.
async fn only(url: &str) -> Arc<dyn PoolStore> {
    let storage = PostgresStorage::new(&url.parse().unwrap(), 1);
    storage.pool(&fqdn()).await.unwrap()
}

#[tokio::test]
async fn a_connection_that_has_gone_silent_is_given_up_for_a_new_one() {
    let server = Postgres::start(false);
    let url = server.database();
    let store = only(&url).await;
    let rooms = rooms(&*store, 1).await;
    let silent = server.run(name(&url), PROCESSES);
    signal("-STOP", &silent);
    let appended = store.append(&batch(vec![append(rooms[0], 1)])).await;
    signal("-CONT", &silent);
    appended.unwrap();
    let messages = store.messages(rooms[0], Page::After(perch_domain::Seq(0)), 10);
    assert_eq!(messages.await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_append_that_is_never_answered_fails_and_leaves_its_connection_to_others() {
    let server = Postgres::start(false);
    let url = server.database();
    let other = node(&url).await;
    let rooms = rooms(&*other, 1).await;
    let store = only(&url).await;
    // Every other writer of the table `change` waits, and so does an append for the room that is changed.
    let mut held = other.write().await.unwrap();
    held.delete_room(rooms[0]).await.unwrap();
    let first = batch(vec![append(rooms[0], 1)]);
    let appending = store.append(&first);
    tokio::pin!(appending);
    let waiting = format!("{PROCESSES} AND wait_event_type = 'Lock'");
    let mut silent = String::new();
    while silent.is_empty() {
        let pause = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(pause, &mut appending).await.is_err());
        silent = server.run(name(&url), &waiting);
    }
    signal("-STOP", &silent);
    assert!(appending.await.is_err());
    let read = store.messages(rooms[0], Page::After(perch_domain::Seq(0)), 10);
    let read = read.await;
    signal("-CONT", &silent);
    assert_eq!(read.unwrap(), []);
}

#[tokio::test]
async fn a_node_that_vanishes_in_the_middle_of_a_change_holds_up_others_for_a_moment_only() {
    let url = Postgres::shared().database();
    let [one, two] = [node(&url).await, node(&url).await];
    let vanished = one.write().await.unwrap();
    two.write().await.unwrap();
    assert!(vanished.commit().await.is_err());
}
