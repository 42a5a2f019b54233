//! Looking at the pages of add-ins. The server's own answers may not be framed by anybody: a page that is as broken as can be.

use perch_testkit::{POOL, Server};
use serde_json::json;
use uuid::Uuid;

async fn broken(server: &Server) -> String {
    let url = server.url().replace("127.0.0.1", "localhost");
    server.addin("Broken", &format!("{url}/health/live")).await
}

#[tokio::test]
async fn an_administrator_has_a_page_looked_at_and_is_told_which_header_to_change() {
    let server = Server::start().await;
    let (control, amelie) = (server.administrator().await, server.person("amelie").await);
    server.category("Trading", &[&amelie]).await;
    let addin = broken(&server).await;
    let health = format!("/pools/{POOL}/addins/{addin}/health");
    assert_eq!(control.get(&health).await.done()["state"], "unchecked");

    let seen = control.post(&health, json!(null)).await.done();
    assert_eq!(seen["state"], "fault", "{seen}");
    assert_eq!(seen["findings"][0]["code"], "FrameAncestorsNone");
    assert_eq!(seen["findings"][0]["params"]["origin"], server.url());
    assert_eq!(seen["page"]["status"], 200);
    control
        .post(&health, json!(null))
        .await
        .refused(429, "TooManyRequests");

    // Whoever may choose it sees what is wrong, but not the way to it.
    amelie
        .post(&health, json!(null))
        .await
        .refused(403, "ErrorPermission");
    let seen = amelie.get(&health).await.done();
    assert_eq!(
        (seen["state"].clone(), seen["page"].clone()),
        (json!("fault"), json!(null))
    );
    let list = amelie
        .get(&format!("/pools/{POOL}/addin-health"))
        .await
        .done();
    assert_eq!(
        (list[0]["addin"].clone(), list[0]["state"].clone()),
        (json!(addin), json!("fault"))
    );

    // Another page is another matter.
    let moved = json!({ "url": "https://prices.invalid/" });
    let path = format!("/pools/{POOL}/addins/{addin}");
    control.patch(&path, moved).await.done();
    assert_eq!(control.get(&health).await.done()["state"], "unchecked");
}

#[tokio::test]
async fn of_each_person_who_opened_a_page_the_last_time_counts_for_a_day() {
    let server = Server::start().await;
    let (control, amelie) = (server.administrator().await, server.person("amelie").await);
    let jo = server.person("jo").await;
    server.category("Trading", &[&amelie, &jo]).await;
    let addin = broken(&server).await;
    let room = json!({ "category": "Trading", "name": "FX", "privacy": "open", "addin": addin });
    let room = server.room_of(room).await;
    let report = |handshake: &str| json!({ "addin": addin, "handshake": handshake });
    let handshakes = format!("/rooms/{room}/handshakes");
    let health = format!("/pools/{POOL}/addins/{addin}/health");
    let said = async || control.get(&health).await.done()["handshakes"].clone();

    amelie.post(&handshakes, report("ok")).await.done();
    jo.post(&handshakes, report("blocked")).await.done();
    jo.post(&handshakes, report("silent")).await.done();
    let counts = json!({ "ok": 1, "silent": 1, "blocked": 0, "speaks": true });
    assert_eq!(said().await, counts);
    amelie.post(&handshakes, report("silent")).await.done();
    let counts = json!({ "ok": 0, "silent": 2, "blocked": 0, "speaks": true });
    assert_eq!(said().await, counts);

    server.clock().advance_seconds(25 * 3_600);
    let counts = json!({ "ok": 0, "silent": 0, "blocked": 0, "speaks": true });
    assert_eq!(said().await, counts);
    jo.post(&handshakes, report("ok")).await.done();
    let moved = json!({ "url": "https://prices.invalid/" });
    let path = format!("/pools/{POOL}/addins/{addin}");
    control.patch(&path, moved).await.done();
    let counts = json!({ "ok": 0, "silent": 0, "blocked": 0, "speaks": false });
    assert_eq!(said().await, counts);

    // Of another page there is nothing to say here.
    let other = server.addin("Other", "https://other.invalid/").await;
    let other = json!({ "addin": other, "handshake": "ok" });
    amelie
        .post(&handshakes, other.clone())
        .await
        .refused(422, "NoSuchAddin");

    // Unless it was opened beside.
    let beside = json!({ "addin": other["addin"], "handshake": "silent", "beside": true });
    amelie.post(&handshakes, beside).await.done();
    let path = format!(
        "/rooms/{room}/addin-health?beside={}",
        other["addin"].as_str().unwrap()
    );
    server.app().check_due_addins().await.unwrap();
    let health = amelie.get(&path).await.done();
    assert_eq!(
        (&health["addin"], &health["page"]),
        (&other["addin"], &json!(null))
    );
    let nothing = json!({ "addin": Uuid::new_v4(), "handshake": "ok", "beside": true });
    amelie
        .post(&handshakes, nothing)
        .await
        .refused(404, "NoSuchNode");
}

#[tokio::test]
async fn whoever_looks_at_a_page_is_told_why_it_is_not_shown() {
    let server = Server::start().await;
    let (control, amelie) = (server.administrator().await, server.person("amelie").await);
    server.category("Trading", &[&amelie]).await;
    let addin = broken(&server).await;
    let room = json!({ "category": "Trading", "name": "FX", "privacy": "open", "addin": addin });
    let room = server.room_of(room).await;
    control
        .post(&format!("/pools/{POOL}/addins/{addin}/health"), json!(null))
        .await
        .done();
    let health = amelie.get(&format!("/rooms/{room}/addin-health")).await;
    let health = health.done();
    assert_eq!(health["findings"][0]["code"], "FrameAncestorsNone");
    assert_eq!(health["page"], json!(null));
}
