//! Stopping and starting again.

use std::time::Duration;

use perch_testkit::{POOL, Server, Socket};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use uuid::Uuid;

#[tokio::test]
async fn a_restart_keeps_everything() {
    let mut server = Server::start().await;
    let (control, amelie) = (server.administrator().await, server.person("amelie").await);
    server.category("Trading", &[&amelie]).await;
    let addin = server
        .addin("Topic", "https://topics.contoso.example/")
        .await;
    let room = server
        .room_of(json!({
            "category": "Trading", "name": "FX", "members": [amelie.id], "addin": addin, "privacy": "secret",
            "type": "auditorium", "presenters": [amelie.id], "description": "Spot and forwards",
        }))
        .await;
    let post = json!({ "nonce": Uuid::new_v4(), "text": "$MSFT", "alert": true });
    amelie
        .post(&format!("/rooms/{room}/messages"), post)
        .await
        .done();
    let value = json!({ "value": { "topic": "rates" }, "version": 0 });
    amelie
        .put(&format!("/rooms/{room}/storage/topic"), value)
        .await
        .done();
    amelie
        .put(&format!("/rooms/{room}/follow"), json!({}))
        .await
        .done();
    let paths = [
        "/pools".to_owned(),
        "/principals".to_owned(),
        "/tokens".to_owned(),
        "/session".to_owned(),
        "/rooms".to_owned(),
        format!("/pools/{POOL}/addins"),
        format!("/pools/{POOL}/categories"),
        format!("/rooms/{room}/messages"),
        format!("/rooms/{room}/storage"),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(amelie.get(path).await.done());
    }
    let detail = control.get(&format!("/rooms/{room}/detail")).await.done();
    let audit = server.audit().await;

    server.restart().await;
    let (control, amelie) = (control.at(&server.url()), amelie.at(&server.url()));
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(amelie.get(path).await.done(), before, "{path}");
    }
    assert_eq!(
        control.get(&format!("/rooms/{room}/detail")).await.done(),
        detail
    );
    assert_eq!(server.audit().await, audit);
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    assert_eq!(socket.post(&room, "goes on").await["seq"], 2);
}

#[tokio::test]
async fn a_stop_says_goodbye_and_closes() {
    let mut server = Server::start().await;
    let amelie = server.person("amelie").await;
    let mut socket = Socket::connect(&amelie).await;
    server.stop().await;
    assert_eq!(socket.closed().await, Some(1012));
    let goodbye = socket.seen.last().unwrap();
    assert_eq!(
        (&goodbye["type"], &goodbye["code"]),
        (&json!("goodbye"), &json!("ShuttingDown"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_loses_nothing_that_was_acknowledged() {
    let mut server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    for n in 0..100_u64 {
        let nonce = Uuid::from_u128(u128::from(n));
        let post = json!({ "type": "post", "id": n, "room": room, "nonce": nonce, "text": "tick" });
        socket.send(post).await;
    }
    socket.expect("posted").await;
    server.stop().await;
    assert_eq!(socket.closed().await, Some(1012));
    let acknowledged: Vec<(u64, u64)> = socket
        .seen
        .iter()
        .filter(|frame| frame["type"] == "posted")
        .map(|frame| {
            (
                frame["id"].as_u64().unwrap(),
                frame["seq"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(!acknowledged.is_empty());

    server.restart().await;
    let amelie = amelie.at(&server.url());
    let page = amelie
        .get(&format!("/rooms/{room}/messages?limit=500"))
        .await
        .done();
    let stored = page["messages"].as_array().unwrap();
    let seqs: Vec<_> = stored
        .iter()
        .map(|message| message["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=stored.len() as u64).collect::<Vec<_>>());
    for (id, seq) in acknowledged {
        let nonce = json!(Uuid::from_u128(u128::from(id)));
        let found: Vec<&Value> = stored
            .iter()
            .filter(|message| message["nonce"] == nonce)
            .collect();
        assert_eq!(found.len(), 1, "post {id}");
        assert_eq!(found[0]["seq"], seq);
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_for_somebody_who_never_finishes_a_request() {
    let mut server = Server::start().await;
    let address = server.url().replace("http://", "");
    let mut head = TcpStream::connect(&address).await.unwrap();
    head.write_all(b"GET /api/v1/session HTTP/1.1\r\nHost: chat\r\n")
        .await
        .unwrap();
    let mut body = TcpStream::connect(&address).await.unwrap();
    let request = b"POST /api/v1/session HTTP/1.1\r\nHost: chat\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    body.write_all(request).await.unwrap();
    // Both have been read when somebody who came later is answered.
    server.administrator().await.get("/session").await.done();
    let stopped = timeout(Duration::from_secs(20), server.stop()).await;
    assert!(
        stopped.is_ok(),
        "the server waits for clients that never finish"
    );
}
