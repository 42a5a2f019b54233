//! A full disk: posts are refused, what was acknowledged stays, reading goes on, and room made is room used.

use perch_testkit::Person;
use serde_json::json;

use crate::process::{PASSWORD, Serving, deployment};

const POOL: &str = "/pools/pchat01.contoso.com";
/// Enough for an empty pool and some messages.
const BYTES_MAX: &str = "400000";

async fn control(server: &Serving) -> Person {
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    control
}

#[tokio::test]
async fn a_full_disk_refuses_posts_loses_nothing_and_still_reads() {
    let folder = deployment();
    let server = Serving::start(folder.path(), &["--storage-bytes-max", BYTES_MAX]);
    let person = control(&server).await;
    let body = json!({ "name": "Floor", "allowed_members": ["control@contoso.com"] });
    person
        .post(&format!("{POOL}/categories"), body)
        .await
        .done();
    let body = json!({ "category": "Floor", "name": "Busy", "members": ["control@contoso.com"] });
    let room = person.post(&format!("{POOL}/rooms"), body).await.done();
    let messages = format!("/rooms/{}/messages", room["id"].as_str().unwrap());
    let post = |number: u32| json!({ "nonce": uuid(number), "text": "x".repeat(3_900) });
    let mut acknowledged = 0;
    let refusal = loop {
        let answer = person.post(&messages, post(acknowledged + 1)).await;
        if answer.status != 201 {
            break answer;
        }
        acknowledged += 1;
        assert_eq!(answer.body["seq"], acknowledged);
        assert!(acknowledged < 1_000, "the disk is never full");
    };
    let sentence = refusal.refused(503, "StorageFull");
    assert!(
        acknowledged > 10,
        "{acknowledged} messages, then: {sentence}"
    );
    let page = person.get(&format!("{messages}?limit=500")).await.done();
    assert_eq!(
        page["messages"].as_array().unwrap().len(),
        acknowledged as usize
    );
    assert!(server.terminate().success());

    // With room again, the refused message can be sent, and gets the next place.
    let server = Serving::start(folder.path(), &[]);
    let person = control(&server).await;
    let posted = person.post(&messages, post(acknowledged + 1)).await.done();
    assert_eq!(posted["seq"], acknowledged + 1);
}

fn uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}
