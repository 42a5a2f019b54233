//! Searching messages from the command line.

use std::time::{Duration, Instant};

use perch_shell::Exit;
use serde_json::json;
use uuid::Uuid;

use crate::support::{PERSON, SCRIPT, World, plain};

#[tokio::test]
async fn messages_are_found_by_words_and_phrases_newest_first() {
    let world = World::start().await;
    let amelie = world.server.person("amelie").await;
    world.server.category("Desk", &[&amelie]).await;
    let room = world.server.room("Desk", "FX Spot", &[&amelie]).await;
    for text in ["the brown fox", "a fox that is brown", "no animal"] {
        let body = json!({ "nonce": Uuid::new_v4(), "text": text });
        amelie
            .post(&format!("/rooms/{room}/messages"), body)
            .await
            .done();
    }
    let mut sources = world.sources.clone();
    let token = amelie
        .post("/tokens", json!({ "name": "shell" }))
        .await
        .done();
    sources.token = token["secret"].as_str().map(str::to_owned);
    let deadline = Instant::now() + Duration::from_secs(20);
    let found = loop {
        let found = plain(&sources, SCRIPT, "", &["search", "FOX", "brown"])
            .await
            .objects();
        if found.len() == 2 {
            break found;
        }
        assert!(Instant::now() < deadline, "{found:?}");
    };
    assert_eq!(found[0]["Text"], "a fox that is brown");
    assert_eq!(
        (&found[1]["Room"], &found[1]["Seq"]),
        (&json!("FX Spot"), &json!(1))
    );
    let line = ["search", "\"brown fox\"", "in:\"fx spot\"", "from:amelie"];
    let ran = plain(&sources, PERSON, "", &line).await;
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(
        ran.out.contains("the brown fox") && !ran.out.contains("a fox that"),
        "{ran:?}"
    );
    let one = plain(&sources, SCRIPT, "", &["search", "fox", "--limit", "1"]).await;
    assert_eq!(one.object()["Seq"], 2);
    plain(&sources, SCRIPT, "", &["search", "…"])
        .await
        .refused("InvalidArgument");
}
