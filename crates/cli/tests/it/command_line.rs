//! What the program says and how it ends.

use std::fs;

use perch_testkit::Person;

use crate::process::{PASSWORD, Serving, deployment, perch, run};

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_second_init_is_refused_and_says_what_to_do() {
    let folder = deployment();
    let output = run(
        folder.path(),
        &[
            "init",
            "--administrator",
            "other@contoso.com",
            "--pool",
            "pchat02.contoso.com",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output.stderr).contains("There is a deployment in perch-data already."),
        "{output:?}"
    );
}

#[test]
fn an_init_that_failed_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &[
            "init",
            "--administrator",
            "control@contoso.com",
            "--pool",
            "not a name",
        ],
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = run(
        folder.path(),
        &[
            "init",
            "--administrator",
            "control@contoso.com",
            "--pool",
            "pchat01.contoso.com",
        ],
    );
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn serving_without_a_deployment_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = perch(folder.path(), &["serve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output.stderr).contains("Make one with `perch init`."),
        "{output:?}"
    );
    assert!(
        !folder.path().join("perch-data").exists(),
        "nothing was made"
    );
}

#[test]
fn config_check_says_where_each_value_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("perch.toml"),
        "[server]\npublic_url = \"https://chat.contoso.com\"\n",
    )
    .unwrap();
    let output = perch(folder.path(), &["config", "check", "--session-days", "7"])
        .env("PERCH_LOG_FILTER", "warn")
        .output()
        .unwrap();
    let lines: Vec<_> = said(&output.stdout)
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "server.listen 127.0.0.1:8400 default",
        "server.public_url https://chat.contoso.com perch.toml",
        "session.days 7 flag --session-days",
        "log.filter warn environment PERCH_LOG_FILTER",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
    }
}

#[test]
fn a_wrong_configuration_names_every_fault_and_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let output = perch(
        folder.path(),
        &[
            "config",
            "check",
            "--session-days",
            "0",
            "--server-listen",
            "here",
        ],
    )
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output.stderr);
    assert!(
        said.contains("session.days (flag --session-days): \"0\" is no number from 1 to 365."),
        "{said}"
    );
    assert!(
        said.contains("server.listen (flag --server-listen): \"here\" is no address"),
        "{said}"
    );
}

#[tokio::test]
async fn a_terminated_server_ends_well_and_its_administrator_can_sign_in_again() {
    let folder = deployment();
    for _ in 0..2 {
        let server = Serving::start(folder.path(), &[]);
        let mut control = Person::nobody(&server.url);
        control.sign_in("control@contoso.com", PASSWORD).await;
        assert_eq!(control.get("/session").await.done()["administrator"], true);
        assert!(server.terminate().success());
    }
}

#[tokio::test]
async fn documented_lines_run_as_they_are() {
    let folder = deployment();
    let server = Serving::start(folder.path(), &[]);
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    let token = control
        .post("/tokens", serde_json::json!({ "name": "shell" }))
        .await
        .done();
    let line = |arguments: &[&str]| {
        perch(folder.path(), arguments)
            .env("PERCH_URL", &server.url)
            .env("PERCH_TOKEN", token["secret"].as_str().unwrap())
            .output()
            .unwrap()
    };
    let output = line(&[
        "New-CsPersistentChatAddin",
        "-Name",
        "ITPersistentChatAddin",
        "-PersistentChatPoolFqdn",
        "pchat01.contoso.com",
        "-Url",
        "http://atl-cs-001.contoso.com/itchat",
    ]);
    assert!(output.status.success(), "{output:?}");
    let output = line(&["Get-CsPersistentChatAddin"]);
    assert!(
        said(&output.stdout).contains("\"Name\":\"ITPersistentChatAddin\""),
        "{output:?}"
    );
    let output = line(&[
        "New-CsPersistentChatAddin",
        "-Name",
        "Bad",
        "-Url",
        "ftp://atl-cs-001.contoso.com/",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output.stderr)
            .contains("Only absolute addresses that start with http:// or https://"),
        "{output:?}"
    );
}
