//! What authors of add-ins load from the chat, and the frame of the simulator.

use perch_testkit::Server;
use reqwest::Method;

async fn fetched(server: &Server, path: &str) -> perch_testkit::Answer {
    server.nobody().fetch(Method::GET, path, &[], None).await
}

#[tokio::test]
async fn pages_of_any_origin_load_the_sdk_and_nobody_has_to_sign_in() {
    let server = Server::start().await;
    for path in ["/sdk/perch-addin.js", "/sdk/1/perch-addin.js"] {
        let answer = fetched(&server, path).await;
        assert_eq!(answer.status, 200, "build it with `make web`");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(
            answer.headers["cross-origin-resource-policy"],
            "cross-origin"
        );
        assert_eq!(
            answer.headers["content-type"],
            "text/javascript; charset=utf-8"
        );
        assert!(answer.text.contains("perch/1"));
    }
    assert_eq!(
        fetched(&server, "/sdk/2/perch-addin.js").await.status,
        200,
        "the page of the client"
    );
    let package = server
        .nobody()
        .fetch(Method::GET, "/sdk/perch-addin.tgz", &[], None)
        .await;
    assert_eq!(package.headers["content-type"], "application/gzip");
}

#[tokio::test]
async fn examples_are_files_to_keep_and_no_pages_of_the_chat() {
    let server = Server::start().await;
    for name in [
        "stock-history",
        "topic-of-the-day",
        "alert-board",
        "conformance",
    ] {
        let answer = fetched(&server, &format!("/sdk/examples/{name}.html")).await;
        assert!(answer.text.starts_with("<!doctype html>"), "{name}");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let kept = answer.headers["content-disposition"].to_str().unwrap();
        assert!(kept.starts_with("attachment;"), "{kept}");
    }
    for absent in ["none.html", "..%2Fpackage.json"] {
        let answer = fetched(&server, &format!("/sdk/examples/{absent}")).await;
        answer.refused(404, "NoSuchNode");
    }
}

#[tokio::test]
async fn the_simulator_frames_a_page_inside_itself_only_and_not_the_chat() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let ours = [
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-site", "same-origin"),
    ];
    let path = "/sdk/frame?url=http%3A%2F%2F127.0.0.1%3A3000%2Fpage%3Froom%3D%7Broom.id%7D";
    let ask = |headers: Vec<(&'static str, &'static str)>, path: String| {
        let amelie = amelie.clone();
        async move { amelie.fetch(Method::GET, &path, &headers, None).await }
    };
    let shown = ask(ours.to_vec(), path.to_owned()).await;
    assert_eq!(shown.status, 200);
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("frame-src http://127.0.0.1:3000;"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    for foreign in [
        vec![],
        vec![("sec-fetch-dest", "document"), ("sec-fetch-site", "none")],
        vec![
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-site", "cross-site"),
        ],
    ] {
        ask(foreign, path.to_owned())
            .await
            .refused(403, "ForeignOrigin");
    }
    let own = format!(
        "/sdk/frame?url={}%2Fadmin",
        server.url().replace(':', "%3A").replace('/', "%2F")
    );
    ask(ours.to_vec(), own).await.refused(422, "InvalidUrl");
    let nobody = server.nobody().fetch(Method::GET, path, &ours, None).await;
    nobody.refused(401, "NotSignedIn");
}
