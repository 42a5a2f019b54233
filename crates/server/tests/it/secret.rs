//! Who may not know of a room is answered, byte for byte, as if there were none.

use perch_testkit::{Person, Server, Socket};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// Everything that can be asked of a room.
fn questions() -> Vec<(Method, &'static str, Option<String>)> {
    let body = |value: serde_json::Value| Some(value.to_string());
    vec![
        (Method::GET, "/api/v1/rooms/{}", None),
        (Method::GET, "/api/v1/rooms/{}/detail", None),
        (Method::GET, "/api/v1/rooms/{}/participants", None),
        (Method::GET, "/api/v1/rooms/{}/messages", None),
        (Method::GET, "/api/v1/rooms/{}/storage", None),
        (Method::GET, "/api/v1/rooms/{}/storage/topic", None),
        (Method::GET, "/addin-frame/{}", None),
        (Method::GET, "/addin-frame/{}?locale=fr&theme=dark", None),
        (
            Method::PATCH,
            "/api/v1/rooms/{}",
            body(json!({ "name": "Mine" })),
        ),
        (
            Method::PATCH,
            "/api/v1/rooms/{}",
            body(json!({ "addin": "None", "revision": 1 })),
        ),
        (
            Method::PATCH,
            "/api/v1/rooms/{}",
            body(json!({ "colour": "red" })),
        ),
        (Method::DELETE, "/api/v1/rooms/{}", None),
        (Method::PUT, "/api/v1/rooms/{}/follow", None),
        (Method::DELETE, "/api/v1/rooms/{}/follow", None),
        (
            Method::PUT,
            "/api/v1/rooms/{}/read",
            body(json!({ "seq": 1 })),
        ),
        (
            Method::POST,
            "/api/v1/rooms/{}/messages",
            body(json!({ "nonce": Uuid::nil(), "text": "hello" })),
        ),
        (
            Method::POST,
            "/api/v1/rooms/{}/messages",
            body(json!({ "nonce": Uuid::nil(), "text": "" })),
        ),
        (
            Method::POST,
            "/api/v1/rooms/{}/import",
            body(json!({ "messages": [] })),
        ),
        (
            Method::PUT,
            "/api/v1/rooms/{}/storage/topic",
            body(json!({ "value": 1, "version": 0 })),
        ),
        (
            Method::PUT,
            "/api/v1/rooms/{}/storage/a%20b",
            body(json!({ "value": 1, "version": 0 })),
        ),
    ]
}

/// Status, headers and body, but for the time of day.
async fn all_of(person: &Person, room: &str, question: &(Method, &str, Option<String>)) -> String {
    let (method, path, body) = question;
    let path = path.replace("{}", room);
    let answer = person.fetch(method.clone(), &path, &[], body.clone()).await;
    let mut headers = answer.headers.clone();
    headers.remove("date");
    format!("{} {headers:?} {}", answer.status, answer.text)
}

/// What a connection is told, with the room's identifier left out.
async fn live(person: &Person, room: &str) -> String {
    let mut socket = Socket::connect(person).await;
    let nonce = Uuid::nil();
    socket
        .send(json!({ "type": "join", "id": 1, "rooms": [{ "room": room }] }))
        .await;
    socket
        .send(json!({ "type": "post", "id": 2, "room": room, "nonce": nonce, "text": "hello" }))
        .await;
    socket
        .send(json!({ "type": "read", "room": room, "seq": 1 }))
        .await;
    socket.send(json!({ "type": "leave", "room": room })).await;
    socket.settle().await;
    format!("{:?}", &socket.seen[1..]).replace(room, "{}")
}

#[tokio::test]
async fn a_secret_room_answers_outsiders_as_an_absent_one_does() {
    let server = Server::start().await;
    let [member, colleague, outsider] = [
        server.person("amelie").await,
        server.person("blake").await,
        server.person("zoe").await,
    ];
    server.category("Trading", &[&member, &colleague]).await;
    let addin = server
        .addin("Topic", "https://topics.contoso.example/")
        .await;
    let body = |name: &str, privacy: &str, disabled: bool| {
        json!({
            "category": "Trading", "name": name, "privacy": privacy, "disabled": disabled,
            "members": [member.id], "addin": addin,
        })
    };
    let secret = server.room_of(body("Hush", "secret", false)).await;
    let closed = server.room_of(body("FX", "closed", false)).await;
    let disabled = server.room_of(body("Old", "closed", true)).await;
    let absent = Uuid::new_v4().to_string();
    // It is there, for its member.
    member.get(&format!("/rooms/{secret}")).await.done();
    assert!(live(&member, &secret).await.contains("joined"));
    // In scope, a closed room may be known of; out of scope, none.
    for (person, hidden) in [
        (&colleague, vec![&secret, &disabled]),
        (&outsider, vec![&secret, &disabled, &closed]),
    ] {
        for question in questions() {
            let expected = all_of(person, &absent, &question).await;
            for room in &hidden {
                assert_eq!(
                    all_of(person, room, &question).await,
                    expected,
                    "{question:?}"
                );
            }
        }
        let expected = live(person, &absent).await;
        for room in &hidden {
            assert_eq!(live(person, room).await, expected);
        }
        let listed = person.get("/rooms").await.text;
        let all = [&secret, &disabled, &closed];
        for room in all {
            assert_eq!(
                listed.contains(room.as_str()),
                !hidden.contains(&room),
                "{listed}"
            );
        }
    }
}

#[tokio::test]
async fn outsiders_hear_nothing_of_what_happens_to_a_secret_room() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [member, colleague] = [server.person("amelie").await, server.person("blake").await];
    let scope = [&member.id, &colleague.id];
    server
        .category_of(json!({ "name": "Trading", "allowed_members": scope }))
        .await;
    let lobby = server.room("Trading", "Lobby", &[&colleague]).await;
    let mut inside = Socket::connect(&member).await;
    let mut outside = Socket::connect(&colleague).await;

    let body = json!({ "category": "Trading", "name": "Hush", "privacy": "secret", "members": [member.id] });
    let path = format!("/rooms/{}", server.room_of(body).await);
    inside.expect("rooms_changed").await;
    control
        .patch(&path, json!({ "name": "Hush hush" }))
        .await
        .done();
    inside.expect("rooms_changed").await;
    control.delete(&path).await.done();
    inside.expect("rooms_changed").await;
    // What comes of this is the first that reaches the colleague at all.
    colleague
        .put(&format!("/rooms/{lobby}/follow"), json!({}))
        .await
        .done();
    outside.expect("rooms_changed").await;
    outside.settle().await;
    let kinds: Vec<_> = outside
        .seen
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["welcome", "rooms_changed", "pong"]);
}
