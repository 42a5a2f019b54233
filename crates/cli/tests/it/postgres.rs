//! A deployment on PostgreSQL, and what is said when there is no database.

use perch_test_servers::Postgres;
use perch_testkit::Person;
use serde_json::json;
use uuid::Uuid;

use crate::process::{PASSWORD, Serving, run};

const POOL: &str = "pchat01.contoso.com";

/// Makes a deployment in a database.
fn init(folder: &std::path::Path, url: &str) -> std::process::Output {
    let arguments = ["init", "--administrator", "control@contoso.com"];
    run(
        folder,
        &[&arguments[..], &["--pool", POOL, "--storage-url", url]].concat(),
    )
}

#[tokio::test]
async fn a_deployment_on_postgresql_keeps_what_was_posted_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = Postgres::shared().database();
    let output = init(folder.path(), &url);
    assert!(output.status.success(), "{output:?}");
    let flags = ["--storage-url", url.as_str()];
    let server = Serving::start(folder.path(), &flags);
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    let body = json!({ "name": "Floor", "allowed_members": ["control@contoso.com"] });
    let categories = format!("/pools/{POOL}/categories");
    control.post(&categories, body).await.done();
    let body = json!({ "category": "Floor", "name": "Busy", "members": ["control@contoso.com"] });
    let room = control.post(&format!("/pools/{POOL}/rooms"), body).await;
    let messages = format!("/rooms/{}/messages", room.done()["id"].as_str().unwrap());
    let body = json!({ "nonce": Uuid::new_v4(), "text": "kept" });
    control.post(&messages, body).await.done();
    assert!(server.terminate().success());

    let server = Serving::start(folder.path(), &flags);
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    let page = control.get(&messages).await.done();
    assert_eq!(page["messages"][0]["text"], "kept");
    assert!(
        !folder.path().join("perch-data").exists(),
        "nothing is kept in a folder"
    );
    let output = init(folder.path(), &url);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("There is a deployment in postgres://"),
        "{said}"
    );
}

#[test]
fn serving_from_an_empty_database_says_how_to_make_a_deployment() {
    let folder = tempfile::tempdir().unwrap();
    let url = Postgres::shared().database();
    let output = run(folder.path(), &["serve", "--storage-url", &url]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Make one with `perch init`."), "{said}");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://perch:geheim@127.0.0.1:1/perch";
    let output = run(folder.path(), &["serve", "--storage-url", url]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("Cannot use the database at postgres://perch:***@127.0.0.1:1/perch: "),
        "{said}"
    );
    assert!(said.contains("Check that PostgreSQL runs there"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}

#[test]
fn config_check_shows_the_address_of_the_database_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://perch:geheim@db.contoso.com/perch";
    let output = run(folder.path(), &["config", "check", "--storage-url", url]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("postgres://perch:***@db.contoso.com/perch"),
        "{said}"
    );
    assert!(!said.contains("geheim"), "{said}");
    let output = run(
        folder.path(),
        &[
            "config",
            "check",
            "--storage-url",
            "postgres://a:geheim@b:c",
        ],
    );
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("storage.url (flag --storage-url): Give an address"),
        "{said}"
    );
    assert!(!said.contains("geheim"), "{said}");
}
