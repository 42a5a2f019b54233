//! What reaches the log and the collector of traces, and what never does: what people write, and what they sign in with.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use perch_testkit::{Person, Socket};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::process::{PASSWORD, Serving, deployment};

const POOL: &str = "/pools/pchat01.contoso.com";

/// Written in every way there is, each with this in it.
const WRITTEN: &str = "quarterly-figures";
const WRONG_PASSWORD: &str = "mistyped-battery-staple";

/// Does what people do, well and badly, and gives every secret that travelled.
async fn busy(server: &Serving) -> Vec<String> {
    let mut secrets: Vec<_> = [PASSWORD, WRONG_PASSWORD, WRITTEN]
        .map(str::to_owned)
        .into();
    let mut control = Person::nobody(&server.url);
    let name = "control@contoso.com";
    let wrong = json!({ "name": name, "password": WRONG_PASSWORD });
    control
        .post("/session", wrong.clone())
        .await
        .refused(401, "SignInFailed");
    control
        .post("/session", json!(wrong.to_string()))
        .await
        .refused(422, "InvalidArgument");
    control.sign_in(name, PASSWORD).await;
    secrets.extend(control.secret().map(str::to_owned));
    secrets.extend(
        control
            .cookie()
            .and_then(|cookie| Some(cookie.split_once('=')?.1.to_owned())),
    );

    let body = json!({ "name": "Floor", "allowed_members": [name] });
    control
        .post(&format!("{POOL}/categories"), body)
        .await
        .done();
    let body =
        json!({ "category": "Floor", "name": "Busy", "description": WRITTEN, "members": [name] });
    let room = control.post(&format!("{POOL}/rooms"), body).await.done();
    let room = room["id"].as_str().unwrap();
    let new = json!({ "nonce": room, "text": WRITTEN, "title": WRITTEN });
    control
        .post(&format!("/rooms/{room}/messages"), new.clone())
        .await
        .done();
    control
        .post(&format!("/rooms/{room}/messages"), new)
        .await
        .done();
    let empty = json!({ "nonce": WRITTEN, "text": WRITTEN });
    control
        .post(&format!("/rooms/{room}/messages"), empty)
        .await
        .refused(422, "InvalidArgument");
    control
        .get(&format!("/rooms/{room}/messages?limit={WRITTEN}"))
        .await
        .refused(422, "InvalidArgument");

    let mut socket = Socket::connect(&control).await;
    socket.join(room).await;
    socket.post(room, WRITTEN).await;
    let malformed = json!({ "type": "post", "id": WRITTEN, "text": WRITTEN });
    socket.send(malformed).await;
    assert_eq!(socket.closed().await, Some(1007));
    let mut socket = Socket::connect(&control).await;
    socket
        .send_message(Message::binary(WRITTEN.as_bytes().to_vec()))
        .await;
    assert_eq!(socket.closed().await, Some(1007));
    secrets
}

fn assert_none(secrets: &[String], lines: &[String]) {
    for line in lines {
        for secret in secrets {
            assert!(!line.contains(secret.as_str()), "{secret:?} is in: {line}");
        }
    }
}

#[tokio::test]
async fn neither_what_people_write_nor_what_they_sign_in_with_is_logged_at_any_level() {
    for format in ["text", "json"] {
        let folder = deployment();
        // A library that was named is held down all the same.
        let filter = "trace,tungstenite=trace";
        let flags = ["--log-filter", filter, "--log-format", format];
        let mut server = Serving::start(folder.path(), &flags);
        let secrets = busy(&server).await;
        assert!(server.stop().success());
        let log = server.log();
        assert!(log.len() > 30, "{format}: the log has {} lines", log.len());
        assert_none(&secrets, &log);
    }
}

#[tokio::test]
async fn a_log_in_json_has_an_object_on_every_line() {
    let folder = deployment();
    let mut server = Serving::start(folder.path(), &["--log-format", "json"]);
    assert!(server.stop().success());
    let log = server.log();
    for line in &log {
        let line: Value = serde_json::from_str(line).expect(line);
        for field in ["timestamp", "level", "target", "message"] {
            assert!(line[field].is_string(), "no {field} in {line}");
        }
    }
    assert!(
        log.iter()
            .any(|line| line.contains(r#""message":"listening""#)),
        "{log:?}"
    );
}

#[tokio::test]
async fn traces_reach_the_collector_when_there_is_one_and_say_nothing_of_what_is_written() {
    let received = Arc::new(Mutex::new(Vec::<u8>::new()));
    let kept = Arc::clone(&received);
    let receive = post(move |body: Bytes| {
        kept.lock().unwrap().extend(&body);
        std::future::ready("")
    });
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    let collecting = tokio::spawn(async {
        axum::serve(collector, Router::new().route("/v1/traces", receive)).await
    });

    let folder = deployment();
    let mut server = Serving::start(folder.path(), &["--trace-otlp-url", &url]);
    let secrets = busy(&server).await;
    // What has not been sent is sent before the process ends; the collector must go on meanwhile.
    let ended = tokio::task::spawn_blocking(move || server.stop())
        .await
        .unwrap();
    assert!(ended.success());
    collecting.abort();
    let received = received.lock().unwrap();
    // Texts are themselves in the binary form.
    let shown = String::from_utf8_lossy(&received).into_owned();
    for expected in [
        "service.name",
        "POST /api/v1/rooms/{room}/messages",
        "http.response.status_code",
        "join",
        "commit",
        "read",
    ] {
        assert!(
            shown.contains(expected),
            "no {expected} in {} bytes",
            received.len()
        );
    }
    assert_none(&secrets, &[shown]);
}
