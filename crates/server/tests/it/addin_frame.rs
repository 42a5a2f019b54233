//! The document inside which an add-in's page runs, and the headers that protect every answer.

use perch_testkit::{Answer, Person, Server};
use reqwest::Method;
use serde_json::json;

async fn page(person: &Person, path: &str) -> Answer {
    person.fetch(Method::GET, path, &[], None).await
}

/// What the policy says under a name.
fn directive(answer: &Answer, name: &str) -> Option<String> {
    answer
        .header("content-security-policy")
        .split(';')
        .filter_map(|part| part.trim().split_once(' '))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

#[tokio::test]
async fn the_frame_admits_the_origin_of_its_add_in_alone() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    for (number, (url, origin)) in [
        (
            "https://topics.contoso.example/{room.id}?l={locale}&t={theme}#{room.name}",
            "https://topics.contoso.example",
        ),
        (
            "HTTP://Prices.contoso.example:8080/a",
            "http://prices.contoso.example:8080",
        ),
        (
            "https://prices.contoso.example:443/",
            "https://prices.contoso.example",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let addin = server.addin(&format!("Add-in {number}"), url).await;
        let body = json!({ "category": "Trading", "name": format!("A&B {number}"), "members": [amelie.id], "addin": addin });
        let room = server.room_of(body).await;
        let answer = page(
            &amelie,
            &format!("/addin-frame/{room}?locale=fr&theme=dark"),
        )
        .await;
        assert_eq!(answer.status, 200);
        assert_eq!(directive(&answer, "frame-src").as_deref(), Some(origin));
        assert_eq!(directive(&answer, "default-src").as_deref(), Some("'none'"));
        assert_eq!(
            directive(&answer, "frame-ancestors").as_deref(),
            Some("'self'")
        );
        assert!(!answer.header("content-security-policy").contains("unsafe"));
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(answer.text.contains(&format!("data-origin=\"{origin}\"")));
        if number == 0 {
            let filled = format!("https://topics.contoso.example/{room}?l=fr&amp;t=dark#A%26B%200");
            assert!(answer.text.contains(&filled), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_name_or_a_look_cannot_become_markup() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let name = "\"><script>alert(1)</script>";
    let addin = server
        .addin(name, "https://topics.contoso.example/?l={locale}")
        .await;
    let body =
        json!({ "category": "Trading", "name": "FX", "members": [amelie.id], "addin": addin });
    let room = server.room_of(body).await;
    let answer = page(
        &amelie,
        &format!("/addin-frame/{room}?locale=%22%3E%3Cscript%3E"),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("<script>"), "{}", answer.text);
    let answer = page(&amelie, &format!("/addin-frame/{room}?locale=fr&locale=en")).await;
    answer.refused(422, "InvalidArgument");
}

#[tokio::test]
async fn the_frame_is_shown_to_whoever_may_see_the_add_in() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake, zoe] = [
        server.person("amelie").await,
        server.person("blake").await,
        server.person("zoe").await,
    ];
    server.category("Trading", &[&amelie, &blake]).await;
    let addin = server
        .addin("Topic", "https://topics.contoso.example/")
        .await;
    let body =
        json!({ "category": "Trading", "name": "FX", "members": [amelie.id], "addin": addin });
    let room = server.room_of(body).await;
    let path = format!("/addin-frame/{room}");
    assert_eq!(page(&amelie, &path).await.status, 200);
    page(&blake, &path).await.refused(403, "ErrorPermission");
    page(&zoe, &path).await.refused(404, "NoSuchNode");
    page(&server.nobody(), &path)
        .await
        .refused(401, "NotSignedIn");
    page(&amelie, "/addin-frame/nowhere")
        .await
        .refused(404, "NoSuchNode");
    control
        .patch(&format!("/rooms/{room}"), json!({ "addin": null }))
        .await
        .done();
    page(&amelie, &path).await.refused(422, "NoSuchAddin");
    let patch = json!({ "addin": addin, "disabled": true });
    control.patch(&format!("/rooms/{room}"), patch).await.done();
    page(&amelie, &path).await.refused(403, "NodeDisabled");
}

#[tokio::test]
async fn only_administrators_preview_and_only_what_can_be_registered() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    let path = "/addin-preview?url=https%3A%2F%2Ftopics.contoso.example%2F%7Broom.name%7D";
    let answer = page(&control, path).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        directive(&answer, "frame-src").as_deref(),
        Some("https://topics.contoso.example")
    );
    page(&amelie, path).await.refused(403, "ErrorPermission");
    page(&server.nobody(), path)
        .await
        .refused(401, "NotSignedIn");
    for url in ["javascript%3Aalert(1)", "https%3A%2F%2F*%2F", ""] {
        let answer = page(&control, &format!("/addin-preview?url={url}")).await;
        answer.refused(422, "InvalidUrl");
    }
    page(&control, "/addin-preview")
        .await
        .refused(422, "InvalidArgument");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let foreign = [("origin", "https://evil.example")];
    let plain: [(&str, &str); 0] = [];
    for (method, path, headers, status) in [
        (Method::GET, "/api/v1/session", &plain[..], 200),
        (Method::GET, "/api/v1/openapi.json", &plain[..], 200),
        (Method::GET, "/api/v1/nowhere", &plain[..], 404),
        (Method::GET, "/api/v1/rooms/nowhere", &plain[..], 404),
        (Method::DELETE, "/api/v1/pools", &plain[..], 405),
        (Method::POST, "/api/v1/tokens", &foreign[..], 403),
        (Method::POST, "/api/v1/tokens", &plain[..], 422),
        (Method::GET, "/api/v1/live", &plain[..], 422),
        (Method::GET, "/addin-frame/nowhere", &plain[..], 404),
    ] {
        let answer = amelie.fetch(method.clone(), path, headers, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
        protected(&answer, &format!("{method} {path}"));
    }
    // With the web client in the program or without, whatever the path.
    for path in [
        "/",
        "/rooms/somewhere",
        "/assets/none.js",
        "/..%2f..%2fetc/passwd",
        "/index.html",
    ] {
        let answer = page(&server.nobody(), path).await;
        protected(&answer, path);
        assert!(!answer.text.contains("root:"), "{path}");
        assert!(!answer.text.contains("__CSP_NONCE__"), "{path}");
    }
}

#[track_caller]
fn protected(answer: &Answer, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {what}");
    }
    assert!(!answer.header("cache-control").is_empty(), "{what}");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'"),
        "{policy} of {what}"
    );
    assert!(
        !policy.contains("unsafe") && policy.contains("frame-ancestors"),
        "{policy} of {what}"
    );
    assert_eq!(answer.header("server"), "", "{what}");
}
