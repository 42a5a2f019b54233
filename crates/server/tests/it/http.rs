//! How requests are taken: not too fast, not too slowly, by methods and with queries that exist; and what a balancer is told.

use std::num::NonZeroU32;
use std::time::Duration;

use perch_server::HttpSettings;
use perch_testkit::Server;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits for something that must happen.
const WAIT_MAX: Duration = Duration::from_secs(10);

fn few(burst: u32) -> HttpSettings {
    HttpSettings {
        requests_per_second: NonZeroU32::MIN,
        requests_burst: NonZeroU32::new(burst).unwrap(),
        proxies: vec!["127.0.0.1/32".parse().unwrap()],
        ..HttpSettings::default()
    }
}

fn hasty() -> HttpSettings {
    HttpSettings {
        head: Duration::from_millis(200),
        body: Duration::from_millis(200),
        ..HttpSettings::default()
    }
}

/// Sends what is no whole request, and reads what the server says until it hangs up.
async fn unfinished(server: &Server, sent: &str) -> String {
    let mut stream = TcpStream::connect(server.url().replace("http://", ""))
        .await
        .unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(WAIT_MAX, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn whoever_asks_too_often_is_refused_and_nobody_else() {
    let server = Server::start_http(few(20)).await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    for _ in 0..20 {
        amelie.get("/session").await.done();
    }
    let refused = amelie.get("/session").await;
    refused.refused(429, "TooManyRequests");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    blake.get("/session").await.done();
    let page = amelie.fetch(Method::GET, "/health/live", &[], None).await;
    assert_eq!(page.status, 200, "only the API is limited");
}

#[tokio::test]
async fn strangers_are_counted_by_the_address_that_a_trusted_proxy_says() {
    let server = Server::start_http(few(5)).await;
    let stranger = server.nobody();
    let ask = async |from: &str, secret: &str| {
        let headers = [("x-forwarded-for", from), ("authorization", secret)];
        let path = "/api/v1/session";
        stranger.fetch(Method::GET, path, &headers, None).await
    };
    for number in 0..5 {
        // Another secret each time does not make another stranger.
        let answer = ask("203.0.113.9", &format!("Bearer {number}")).await;
        answer.refused(401, "NotSignedIn");
    }
    ask("203.0.113.9", "").await.refused(429, "TooManyRequests");
    ask("203.0.113.10", "").await.refused(401, "NotSignedIn");
    let amelie = server.person("amelie").await;
    let headers = [("x-forwarded-for", "203.0.113.9")];
    let path = "/api/v1/session";
    let answer = amelie.fetch(Method::GET, path, &headers, None).await;
    assert_eq!(answer.status, 200, "who is signed in is counted alone");
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_is_not_waited_for() {
    let server = Server::start_http(hasty()).await;
    unfinished(
        &server,
        "GET /api/v1/session HTTP/1.1\r\nHost: chat\r\nX-A: ",
    )
    .await;
    unfinished(&server, "").await;
}

#[tokio::test]
async fn a_body_that_does_not_come_to_its_end_is_refused() {
    let server = Server::start_http(hasty()).await;
    let head = "POST /api/v1/session HTTP/1.1\r\nHost: chat\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let answer = unfinished(&server, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("RequestTimeout"), "{answer}");
}

#[tokio::test]
async fn a_live_connection_is_not_hurried() {
    let server = Server::start_http(hasty()).await;
    let amelie = server.person("amelie").await;
    let mut socket = perch_testkit::Socket::connect(&amelie).await;
    // When the server has hung up on somebody who came later, the time of this one is over too.
    unfinished(&server, "GET / HTTP/1.1\r\n").await;
    socket.settle().await;
}

#[tokio::test]
async fn a_method_that_an_address_does_not_know_is_refused_with_those_that_it_does() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    for (path, allowed) in [
        ("/api/v1/session", "DELETE,GET,HEAD,POST"),
        ("/api/v1/openapi.json", "GET,HEAD"),
        ("/health/ready", "GET,HEAD"),
    ] {
        let answer = amelie
            .fetch(Method::PATCH, path, &[], Some("{}".to_owned()))
            .await;
        let sentence = answer.refused(405, "MethodNotAllowed");
        assert!(
            sentence.starts_with("PATCH is not possible here."),
            "{sentence}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let mut methods: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{path}");
    }
}

#[tokio::test]
async fn a_malformed_query_is_answered_in_words_for_people() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    for (path, named) in [
        (
            format!("/rooms/{room}/messages?limit=many"),
            "The parameter limit ",
        ),
        (
            format!("/rooms/{room}/messages?lmit=5"),
            "The parameter lmit ",
        ),
        (
            format!("/rooms/{room}/messages?limit=1&limit=2"),
            "One of the parameters ",
        ),
        ("/principals?%ff=1".to_owned(), "The parameter "),
    ] {
        let answer = amelie.get(&path).await;
        let sentence = answer.refused(422, "InvalidArgument");
        assert!(sentence.starts_with(named), "{path}: {sentence}");
        for word in ["deserialize", "expected", "string", "digit"] {
            assert!(!sentence.contains(word), "{path}: {sentence}");
        }
    }
}

#[tokio::test]
async fn a_balancer_is_told_whether_the_node_is_ready_and_why_not() {
    let mut server = Server::start().await;
    let nobody = server.nobody();
    let ask = async |path: &str| nobody.fetch(Method::GET, path, &[], None).await;
    let answer = ask("/health/ready").await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({ "ready": true, "because": [] }))
    );
    let readiness = server.readiness();
    readiness.withhold("inactive node");
    let answer = ask("/health/ready").await;
    let because = json!({ "ready": false, "because": ["inactive node"] });
    assert_eq!((answer.status, answer.body), (503, because));
    assert_eq!(ask("/health/live").await.status, 200);
    readiness.restore("inactive node");
    assert_eq!(ask("/health/ready").await.status, 200);
    server.stop().await;
    assert_eq!(readiness.withheld(), ["stopping"]);
}
