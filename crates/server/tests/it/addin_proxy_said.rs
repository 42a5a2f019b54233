//! What the isolating proxy itself says instead of a page.

use reqwest::Method;
use serde_json::json;

use crate::addin_proxy::{PAGE, Scene, Upstream};

#[tokio::test]
async fn what_is_said_instead_of_a_page_is_in_the_language_of_whoever_looks() {
    let upstream = Upstream::start(PAGE).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    scene.change(json!({ "disabled": true })).await;
    let looks = [
        ("cookie", pass.as_str()),
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ];
    for (accepted, language, words) in [
        (
            "fr-CH, fr;q=0.9, en;q=0.8",
            "fr",
            "Un administrateur a désactivé ce complément.",
        ),
        (
            "en-GB, fr;q=0.8",
            "en",
            "An administrator has disabled this add-in.",
        ),
    ] {
        let headers = [looks[0], looks[1], ("accept-language", accepted)];
        let answer = scene.ask(&origin, Method::GET, "/board", &headers).await;
        assert_eq!(answer.status(), 403);
        let head = answer.headers().clone();
        assert_eq!(head["content-type"], "text/html; charset=utf-8");
        assert_eq!(head["content-language"], language);
        let policy = head["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'unsafe-inline';"),
            "{policy}"
        );
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(&format!("<html lang=\"{language}\">")),
            "{page}"
        );
        assert!(page.contains(words), "{page}");
        // A script of the page reads the same as text.
        let headers = [looks[0], ("accept", "*/*"), ("accept-language", accepted)];
        let answer = scene.ask(&origin, Method::GET, "/data", &headers).await;
        assert_eq!(
            answer.headers()["content-type"],
            "text/plain; charset=utf-8"
        );
        assert_eq!(answer.text().await.unwrap(), words);
    }
}
