//! `perch addin webhook …`.

use perch_shell::Exit;
use serde_json::{Value, json};

use crate::addin::{used, with_addin};
use crate::support::{Ran, World};

const ADDIN: &str = "ITPersistentChatAddin";
/// Nobody listens there.
const RECEIVER: &str = "http://127.0.0.1:9/events";

async fn run(world: &World, verb: &str, rest: &[&str]) -> Ran {
    world
        .plain(&[&["addin", "webhook", verb, ADDIN], rest].concat())
        .await
}

#[tokio::test]
async fn a_webhook_is_set_shown_told_again_given_another_secret_and_removed() {
    let world = with_addin().await;
    used(&world).await;
    run(&world, "show", &[]).await.refused("NoSuchNode");
    run(&world, "set", &["ftp://bot.example/"])
        .await
        .refused("InvalidUrl");
    let set = run(&world, "set", &[RECEIVER]).await.object();
    assert_eq!(
        (&set["Url"], &set["State"]),
        (&json!(RECEIVER), &json!("untried"))
    );
    let secret = set["Secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));

    let shown = run(&world, "show", &[]).await.object();
    assert_eq!(shown["Secret"], Value::Null);
    assert_eq!(shown["Rooms"][0]["name"], "R");
    let renewed = run(&world, "new-secret", &[]).await.object();
    assert_ne!(renewed["Secret"].as_str().unwrap(), secret);
    assert!(renewed["PreviousSecretUntil"].is_string());

    let again = run(&world, "replay", &["--room", "r", "--from", "1"]).await;
    assert_eq!(again.object()["Waiting"], 0);
    let nowhere = run(&world, "replay", &["--room", "S", "--from", "1"]).await;
    nowhere.refused("NoSuchNode");
    run(&world, "remove", &[]).await.silently();
    run(&world, "show", &[]).await.refused("NoSuchNode");
}

#[tokio::test]
async fn what_was_given_up_is_told_once_more_and_stays_when_it_is_refused_until_it_is_discarded() {
    let world = with_addin().await;
    used(&world).await;
    let set = run(&world, "set", &[RECEIVER]).await.object();
    let room = set["Rooms"][0]["room"].as_str().unwrap();
    let control = world.server.administrator().await;
    let message = json!({ "nonce": uuid::Uuid::new_v4(), "text": "$MSFT is moving" });
    let path = format!("/rooms/{room}/messages");
    control.post(&path, message).await.done();
    let addins = world.client().addins(perch_testkit::POOL).await.unwrap();
    world
        .server
        .give_up(&addins[0].id.to_string(), room, 1)
        .await;
    let ran = run(&world, "retry", &[]).await;
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let letter = &ran.object()["DeadLetters"][0];
    assert_eq!(letter["attempts"], 13);
    assert_eq!(letter["failure"]["code"], "Unreachable");
    let discarded = run(&world, "discard", &[]).await.object();
    assert_eq!(discarded["DeadLetters"], json!([]));
    let again = run(&world, "discard", &[]).await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
}
