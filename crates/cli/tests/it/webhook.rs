//! Webhooks on several nodes, on PostgreSQL and NATS.

use perch_testkit::Person;
use serde_json::json;
use uuid::Uuid;

use crate::nodes::{Deployment, POOL, furnish, sign_in};
use crate::receiver::Receiver;

#[tokio::test]
async fn one_node_tells_a_webhook_and_another_goes_on_when_that_one_is_lost() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let [at_one, at_two] = [
        sign_in(&one, "control").await,
        sign_in(&two, "control").await,
    ];
    let room = furnish(&at_one, &[]).await;
    let (receiver, url) = Receiver::listen();
    let addins = format!("/pools/{POOL}/addins");
    let body = json!({ "name": "Bot", "url": "https://bot.contoso.example/", "granted": ["messages.live"] });
    let addin = at_one.post(&addins, body).await.done();
    let change = json!({ "addin": addin["id"] });
    at_one.patch(&format!("/rooms/{room}"), change).await.done();
    let webhook = format!("{addins}/{}/webhook", addin["id"].as_str().unwrap());
    at_one.put(&webhook, json!({ "url": url })).await.done();
    let messages = format!("/rooms/{room}/messages");
    let say = async |person: &Person| {
        let message = json!({ "nonce": Uuid::new_v4(), "text": "hello" });
        person.post(&messages, message).await.done();
    };
    for _ in 0..5 {
        say(&at_one).await;
        say(&at_two).await;
    }
    // Once each: both would have told all of it.
    let told = receiver.wait(|told| told.len() >= 10);
    assert_eq!(places(&told), (1..=10).collect::<Vec<_>>());

    // After the first loss the second node tells, which is lost then.
    one.kill();
    say(&at_two).await;
    receiver.wait(|told| told.iter().any(|(_, seq)| *seq == 11));
    let one = deployment.node("one");
    let at_one = sign_in(&one, "control").await;
    two.kill();
    say(&at_one).await;
    let told = receiver.wait(|told| told.iter().any(|(_, seq)| *seq == 12));
    // What a node had told and not written down when it was lost is told again.
    let mut first = Vec::new();
    for seq in places(&told) {
        if !first.contains(&seq) {
            first.push(seq);
        }
    }
    assert_eq!(first, (1..=12).collect::<Vec<_>>());
}

fn places(told: &[(String, u64)]) -> Vec<u64> {
    told.iter().map(|(_, seq)| *seq).collect()
}
