//! Logs of IRC as history.

use std::path::PathBuf;

use perch_shell::Exit;
use perch_wire::message::MessagePage;
use serde_json::json;

use crate::support::World;

fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "irc", name]
        .iter()
        .collect();
    path.to_str().unwrap().to_owned()
}

async fn with_room() -> World {
    let world = World::start().await;
    world
        .run(&["New-CsPersistentChatCategory", "Archive"])
        .await
        .object();
    world
        .run(&[
            "New-CsPersistentChatRoom",
            "Allotments",
            "-Category",
            "Archive",
        ])
        .await
        .object();
    world
}

async fn history(world: &World) -> MessagePage {
    let room = world
        .run(&["Get-CsPersistentChatRoom", "Allotments"])
        .await
        .object();
    let credentials = world.sources.find().unwrap();
    let url = format!(
        "{}/api/v1/rooms/{}/messages?limit=500",
        credentials.url.trim_end_matches('/'),
        room["Id"].as_str().unwrap()
    );
    let request = reqwest::Client::new()
        .get(url)
        .bearer_auth(credentials.token);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn logs_become_history_once() {
    let world = with_room().await;
    let (first, second) = (fixture("2006-03-11.log"), fixture("2006-03-14_21.log"));
    let line = [
        "import",
        "irc",
        &first,
        &second,
        "--room",
        "atl-cs-001.contoso.com\\Allotments",
    ];
    let counts = world.plain(&line).await.object();
    let expected = json!({
        "Lines": 27, "Messages": 17, "Added": 17, "AlreadyThere": 0, "PassedOver": 10,
        "Joins": 3, "Parts": 2, "Renames": 1, "Topics": 1, "Notices": 1, "Actions": 1, "Empty": 1
    });
    assert_eq!(counts, expected);
    let page = history(&world).await;
    assert_eq!(page.messages.len(), 17);
    let (first, last) = (&page.messages[0], &page.messages[16]);
    assert_eq!(
        (first.author.display_name.as_str(), first.at.as_str()),
        ("marrow", "2006-03-11T09:12:00.000000Z")
    );
    assert_eq!(
        first.text,
        "morning all, has the frost got anybody's broad beans?"
    );
    assert_eq!(last.at, "2006-03-15T00:04:00.000000Z");
    let again = world.plain(&line).await.object();
    assert_eq!(
        (&again["Added"], &again["AlreadyThere"]),
        (&json!(0), &json!(17))
    );
    assert_eq!(history(&world).await, page);
}

#[tokio::test]
async fn more_than_one_batch_is_loaded_in_order() {
    use std::fmt::Write;

    let world = with_room().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("2010-01-01.log");
    let mut log = String::new();
    for n in 0..2_500 {
        writeln!(
            log,
            "[{:02}:{:02}] <speaker> number {n}",
            n / 60 % 24,
            n % 60
        )
        .unwrap();
    }
    std::fs::write(&path, log).unwrap();
    let counts = world
        .plain(&[
            "import",
            "irc",
            path.to_str().unwrap(),
            "--room",
            "Allotments",
        ])
        .await
        .object();
    assert_eq!(counts["Added"], 2_500);
    let page = history(&world).await;
    assert_eq!(page.head, 2_500);
    assert_eq!(page.messages.last().unwrap().text, "number 2499");
    assert_eq!(
        page.messages.last().unwrap().at,
        "2010-01-02T17:39:00.000000Z"
    );
}

#[tokio::test]
async fn nothing_is_sent_when_the_line_is_wrong() {
    let world = with_room().await;
    let log = fixture("2006-03-11.log");
    let lines: [(&[&str], Exit); 4] = [
        (
            &[&log, "--room", "Allotments", "--time-zone", "Mars/Olympus"],
            Exit::Usage,
        ),
        (
            &[&log, "--room", "Allotments", "--date", "yesterday"],
            Exit::Usage,
        ),
        (
            &[&log, "/nowhere/2006-03-12.log", "--room", "Allotments"],
            Exit::Refused,
        ),
        (&[&log, "--room", "Elsewhere"], Exit::Refused),
    ];
    for (line, exit) in lines {
        assert_eq!(
            world.plain(&[&["import", "irc"], line].concat()).await.exit,
            exit,
            "{line:?}"
        );
    }
    assert!(history(&world).await.messages.is_empty());
}
