//! The server is killed while it tells a webhook's receiver what is posted: before the answer, so that it cannot know whether the
//! event was taken. Every message that was acknowledged is told, in order, and what is told twice is known again.

use perch_testkit::Person;
use serde_json::json;
use uuid::Uuid;

use super::{Site, rounds};
use crate::process::PASSWORD;
use crate::receiver::Receiver;

async fn control_at(url: &str) -> Person {
    let mut control = Person::nobody(url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    control
}

#[tokio::test]
async fn a_webhook_is_told_every_message_when_the_server_is_killed() {
    let site = Site::new();
    let mut server = site.serve(&[]);
    let control = control_at(&server.url).await;
    let (receiver, url) = Receiver::listen();
    let pool = "/pools/pchat01.contoso.com";
    let category = json!({ "name": "Floor", "allowed_members": ["control@contoso.com"] });
    control
        .post(&format!("{pool}/categories"), category)
        .await
        .done();
    let addin = json!({ "name": "Bot", "url": "https://bot.contoso.example/", "granted": ["messages.live"] });
    let addin = control.post(&format!("{pool}/addins"), addin).await.done();
    let room = json!({ "category": "Floor", "name": "Busy", "addin": addin["id"], "members": ["control@contoso.com"] });
    let room = control.post(&format!("{pool}/rooms"), room).await.done();
    let webhook = format!("{pool}/addins/{}/webhook", addin["id"].as_str().unwrap());
    control.put(&webhook, json!({ "url": url })).await.done();
    let messages = format!("/rooms/{}/messages", room["id"].as_str().unwrap());
    let say = async |control: &Person, count: u64| {
        let mut seq = 0;
        for _ in 0..count {
            let message = json!({ "nonce": Uuid::new_v4(), "text": "hello" });
            seq = control.post(&messages, message).await.done()["seq"]
                .as_u64()
                .unwrap();
        }
        seq
    };

    let (mut control, mut kills) = (control, 0);
    for _ in rounds(3) {
        say(&control, 20).await;
        receiver.be_silent(true);
        let before = receiver.wait(|_| true).len();
        say(&control, 20).await;
        receiver.wait(|told| told.len() > before);
        server.kill();
        kills += 1;
        receiver.be_silent(false);
        server = site.serve(&[]);
        // Whose connections are not those that broke.
        control = control_at(&server.url).await;
    }
    let last = say(&control, 20).await;
    let told = receiver.wait(|told| told.iter().any(|(_, seq)| *seq == last));

    let mut first = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (id, seq) in &told {
        let same = known.entry(seq).or_insert_with(|| {
            first.push(*seq);
            id
        });
        assert_eq!(*same, id, "message {seq} was told by another name");
    }
    assert_eq!(first, (1..=last).collect::<Vec<_>>());
    assert!(
        told.len() >= first.len() + kills,
        "what was not answered was not told again"
    );
    assert!(server.terminate().success());
}
