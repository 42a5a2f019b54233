//! What authors had typed where the room's add-in replaced it: kept, and read by administrators alone.

use perch_testkit::{POOL, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pane::pane;

fn replaced(posted: &str, typed: &str) -> Value {
    json!({ "nonce": Uuid::new_v4(), "text": posted, "original": { "text": typed } })
}

/// The same, as a frame.
fn frame(room: &str, pane: &str, mut body: Value) -> Value {
    body["type"] = json!("post");
    body["id"] = json!(7);
    body["room"] = json!(room);
    body["pane"] = json!(pane);
    body
}

/// An add-in that may filter.
async fn filter(server: &Server) -> String {
    let addin = server
        .addin("Words", "https://words.contoso.example/")
        .await;
    let path = format!("/pools/{POOL}/addins/{addin}");
    let grant = json!({ "granted": ["messages.filter"] });
    server
        .person("control")
        .await
        .patch(&path, grant)
        .await
        .done();
    addin
}

#[tokio::test]
async fn what_was_typed_is_read_by_administrators_and_travels_to_nobody_else() {
    let server = Server::start().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    let control = server.person("control").await;
    server.category("Trading", &[&amelie, &idris]).await;
    let addin = filter(&server).await;
    let body = json!({
        "category": "Trading", "name": "FX", "addin": addin,
        "members": [amelie.id, idris.id], "managers": [amelie.id],
    });
    let room = server.room_of(body).await;
    let token = pane(&amelie, &room).await;
    let mut sockets = [
        Socket::connect(&amelie).await,
        Socket::connect(&idris).await,
    ];
    for socket in &mut sockets {
        socket.join(&room).await;
    }
    let mut story = replaced("the changed body", "the typed body");
    story["title"] = json!("Changed");
    story["original"]["title"] = json!("Typed");
    for post in [story, replaced("buy", "bye")] {
        let posted = post["text"].as_str().unwrap().to_owned();
        sockets[0].send(frame(&room, &token, post)).await;
        for socket in &mut sockets {
            let shown = socket.expect("message").await.to_string();
            assert!(shown.contains(&posted), "{shown}");
            assert!(!shown.contains("yped") && !shown.contains("bye"), "{shown}");
        }
    }
    let originals = format!("/rooms/{room}/originals");
    let messages = format!("/rooms/{room}/messages");
    for person in [&amelie, &idris] {
        let read = person.get(&messages).await.done().to_string();
        assert!(read.contains("buy") && !read.contains("bye"), "{read}");
        person.get(&originals).await.refused(403, "ErrorPermission");
    }
    let page = control.get(&messages).await.done();
    let all = control.get(&originals).await.done();
    let both = all.as_array().unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0]["message"], page["messages"][0]);
    assert_eq!(
        (&both[0]["text"], &both[0]["title"]),
        (&json!("the typed body"), &json!("Typed"))
    );
    assert_eq!(both[1]["text"], "bye");
    assert_eq!(both[1]["message"]["via"]["name"], "Words");
    let next = format!("{originals}?after=1&limit=1");
    assert_eq!(control.get(&next).await.done(), json!([both[1]]));
}

#[tokio::test]
async fn only_a_pane_that_may_filter_replaces_a_text_and_both_texts_are_bound_by_the_rules() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let control = server.person("control").await;
    server.category("Trading", &[&amelie]).await;
    let addin = filter(&server).await;
    let body =
        json!({ "category": "Trading", "name": "FX", "addin": addin, "members": [amelie.id] });
    let room = server.room_of(body).await;
    let token = pane(&amelie, &room).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    let long = "x".repeat(4_001);
    for (body, code) in [
        (replaced("buy", " "), "EmptyMessage"),
        (replaced("buy", &long), "MessageTooLong"),
        (replaced(&long, "bye"), "MessageTooLong"),
        (replaced("", "bye"), "EmptyMessage"),
        (replaced("a\u{0}b", "bye"), "InvalidArgument"),
    ] {
        socket.send(frame(&room, &token, body)).await;
        assert_eq!(socket.expect("error").await["code"], code);
    }
    let messages = format!("/rooms/{room}/messages");
    let alone = amelie.post(&messages, replaced("buy", "bye")).await;
    alone.refused(422, "InvalidArgument");
    let mut post = frame(&room, &token, replaced("buy", "bye"));
    socket.send(post.clone()).await;
    socket.expect("posted").await;
    // The same again is the first one's result, whatever it says now.
    post["original"]["text"] = json!("by");
    socket.send(post).await;
    assert_eq!(socket.expect("posted").await["seq"], 1);
    let path = format!("/pools/{POOL}/addins/{addin}");
    control.patch(&path, json!({ "granted": [] })).await.done();
    socket
        .send(frame(&room, &token, replaced("buy", "bye")))
        .await;
    assert_eq!(socket.expect("error").await["code"], "ActionNotGranted");
    control.delete(&format!("{path}?force=true")).await.done();
    let originals = control.get(&format!("/rooms/{room}/originals")).await;
    let originals = originals.done();
    assert_eq!(
        (originals.as_array().unwrap().len(), &originals[0]["text"]),
        (1, &json!("bye")),
        "it outlives its add-in"
    );
}
