//! What is no frame of the protocol: an error frame, the close code for it, and nobody else notices. What is no body of a
//! request: a problem document.

use std::num::NonZeroU32;

use perch_server::SocketLimits;
use perch_testkit::{Server, Socket};
use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// Sends something, and checks the error frame and the close code; a bystander is served all the while.
async fn is_refused(message: Message, code: Option<&str>, close: u16) {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let mut bystander = Socket::connect(&blake).await;
    bystander.join(&room).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;

    let shown = format!("{message:?}").chars().take(120).collect::<String>();
    socket.send_message(message).await;
    assert_eq!(
        socket.closed().await,
        Some(close),
        "{shown}; seen: {:?}",
        socket.seen
    );
    let error = socket.seen.iter().find(|frame| frame["type"] == "error");
    assert_eq!(
        error.and_then(|error| error["code"].as_str()),
        code,
        "{shown}"
    );

    assert_eq!(bystander.post(&room, "still here").await["type"], "posted");
    let mut again = Socket::connect(&amelie).await;
    assert_eq!(again.join(&room).await["messages"][0]["text"], "still here");
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    is_refused(Message::text("hello"), Some("InvalidArgument"), 1007).await;
}

#[tokio::test]
async fn json_nested_without_end_is_refused() {
    is_refused(
        Message::text("[".repeat(100_000)),
        Some("InvalidArgument"),
        1007,
    )
    .await;
}

#[tokio::test]
async fn an_unknown_type_is_refused() {
    let frame = json!({ "type": "shout", "id": 1 }).to_string();
    is_refused(Message::text(frame), Some("InvalidArgument"), 1007).await;
}

#[tokio::test]
async fn an_unknown_field_is_refused() {
    let frame = json!({ "type": "ping", "id": 1, "loud": true }).to_string();
    is_refused(Message::text(frame), Some("InvalidArgument"), 1007).await;
}

#[tokio::test]
async fn a_missing_field_is_refused() {
    is_refused(
        Message::text(json!({ "type": "ping" }).to_string()),
        Some("InvalidArgument"),
        1007,
    )
    .await;
}

#[tokio::test]
async fn a_number_out_of_range_is_refused() {
    let frame = r#"{"type":"ping","id":18446744073709551616}"#;
    is_refused(Message::text(frame), Some("InvalidArgument"), 1007).await;
}

#[tokio::test]
async fn a_binary_frame_is_refused() {
    is_refused(
        Message::binary(vec![0_u8; 16]),
        Some("InvalidArgument"),
        1007,
    )
    .await;
}

#[tokio::test]
async fn an_oversized_frame_is_refused() {
    let frame = json!({ "type": "ping", "id": 1, "pad": "x".repeat(600_000) }).to_string();
    is_refused(Message::text(frame), Some("MessageTooLong"), 1009).await;
}

#[tokio::test]
async fn text_that_is_no_utf_8_is_refused() {
    let frame = Frame::message(vec![b'"', 0xFF, b'"'], OpCode::Data(Data::Text), true);
    is_refused(Message::Frame(frame), Some("InvalidArgument"), 1007).await;
}

#[tokio::test]
async fn a_frame_that_breaks_the_rules_of_websockets_is_refused() {
    // A continuation of nothing.
    let frame = Frame::message(vec![b'x'], OpCode::Data(Data::Continue), true);
    is_refused(Message::Frame(frame), None, 1002).await;
}

fn few() -> SocketLimits {
    SocketLimits {
        frames_per_second: NonZeroU32::MIN,
        frames_burst: NonZeroU32::new(20).unwrap(),
    }
}

#[tokio::test]
async fn too_many_frames_end_the_connection_of_whoever_sends_them() {
    let server = Server::start_with(few()).await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let mut bystander = Socket::connect(&blake).await;
    let mut socket = Socket::connect(&amelie).await;
    for id in 0..50 {
        socket.send(json!({ "type": "ping", "id": id })).await;
    }
    assert_eq!(socket.closed().await, Some(1008));
    let pongs = socket
        .seen
        .iter()
        .filter(|frame| frame["type"] == "pong")
        .count();
    assert!((20..50).contains(&pongs), "{pongs} pongs");
    assert_eq!(socket.seen.last().unwrap()["code"], "LimitExceeded");
    bystander.settle().await;
}

#[tokio::test]
async fn pings_of_websockets_count_as_frames() {
    let server = Server::start_with(few()).await;
    let amelie = server.person("amelie").await;
    let mut socket = Socket::connect(&amelie).await;
    for _ in 0..50 {
        socket.send_message(Message::Ping("hello".into())).await;
    }
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(socket.seen.last().unwrap()["code"], "LimitExceeded");
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_with_a_problem_document() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let path = "/api/v1/tokens";
    let large = json!({ "name": "x".repeat(3_000_000) }).to_string();
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"name\"",
        "{\"name\":1}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"\\ud800\"}",
        &"[".repeat(100_000),
        &large,
    ] {
        let answer = amelie
            .fetch(Method::POST, path, &[], Some(body.to_owned()))
            .await;
        answer.refused(422, "InvalidArgument");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = amelie.fetch(Method::POST, path, &form, None).await;
    answer.refused(422, "InvalidArgument");
    assert_eq!(
        amelie.get("/tokens").await.done().as_array().unwrap().len(),
        1
    );
    amelie
        .post("/tokens", json!({ "name": "good" }))
        .await
        .done();
}
