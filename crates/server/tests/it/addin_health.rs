//! Looking at the pages of add-ins. The server's own answers may not be framed by anybody: a page that is as broken as can be.

use perch_testkit::{POOL, Server};
use serde_json::json;

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
