//! The isolating proxy: a page of another server on an origin of its own, for whoever may see it, with nothing of the chat.

use std::sync::{Arc, Mutex};

use perch_testkit::{POOL, Person, Server};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response, redirect};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A page's own server, which answers by hand and keeps what it was asked.
pub(crate) struct Upstream {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    pub(crate) async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heads = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let heads = Arc::clone(&heads);
                tokio::spawn(async move {
                    let mut head = vec![0; 16 * 1_024];
                    let read = stream.read(&mut head).await.unwrap_or_default();
                    let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
                    heads.lock().unwrap().push(head);
                    stream.write_all(answer.as_bytes()).await.ok();
                });
            }
        });
        Self { url, asked }
    }

    /// The last request, in lower case.
    fn last(&self) -> String {
        let asked = self.asked.lock().unwrap();
        asked.last().cloned().unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

pub(crate) const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Frame-Options: DENY\r\nContent-Security-Policy: default-src 'none'\r\n\
    Set-Cookie: theirs=1; Domain=contoso.com; Path=/; samesite=lax\r\nSet-Cookie: perch-addin=theirs\r\nClear-Site-Data: \"*\"\r\n\
    Cache-Control: public, max-age=60\r\nAccess-Control-Allow-Origin: *\r\nService-Worker-Allowed: /\r\nX-Hop: 1\r\n\
    Connection: close, X-Hop\r\n\r\n<h1>Prices</h1>";

/// Amelie's browser in a room with a proxied page, and its way to the page.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) control: Person,
    pub(crate) amelie: Person,
    addin: String,
    pub(crate) room: String,
    browser: Client,
}

impl Scene {
    pub(crate) async fn of(upstream: &Upstream) -> Self {
        Self::at(&upstream.url).await
    }

    pub(crate) async fn at(url: &str) -> Self {
        let server = Server::start().await;
        let (control, amelie) = (server.administrator().await, server.browser("amelie").await);
        server.category("Trading", &[&amelie]).await;
        let url = format!("{url}/board?room={{room.name}}#top");
        let new = json!({ "name": "Prices", "url": url, "proxied": true, "proxied_hosts": ["https://cdn.example/"] });
        let addin = control.post(&format!("/pools/{POOL}/addins"), new).await;
        let addin = addin.done();
        assert_eq!(addin["proxied_hosts"], json!(["https://cdn.example"]));
        let addin = addin["id"].as_str().unwrap().to_owned();
        let room =
            json!({ "category": "Trading", "name": "FX", "members": [amelie.id], "addin": addin });
        let room = server.room_of(room).await;
        let browser = Client::builder().redirect(redirect::Policy::none());
        Self {
            server,
            control,
            amelie,
            addin,
            room,
            browser: browser.build().unwrap(),
        }
    }

    /// Changes the add-in.
    pub(crate) async fn change(&self, patch: serde_json::Value) {
        let path = format!("/pools/{POOL}/addins/{}", self.addin);
        self.control.patch(&path, patch).await.done();
    }

    /// The origin of the page and the address at it where the frame begins, from the broker document.
    async fn entrance(&self) -> (String, String) {
        self.entrance_of("").await
    }

    async fn entrance_of(&self, query: &str) -> (String, String) {
        let path = format!("/addin-frame/{}{query}", self.room);
        let frame = self.amelie.fetch(Method::GET, &path, &[], None).await;
        let entrance = frame.text.split("data-entrance=\"").nth(1);
        let entrance = entrance.unwrap().split('"').next().unwrap();
        let (origin, path) = entrance.split_once("/.perch/").unwrap();
        assert!(
            frame
                .header("content-security-policy")
                .contains(&format!("frame-src {origin};"))
        );
        (origin.to_owned(), format!("/.perch/{path}"))
    }

    /// Asks at an origin of the proxy.
    pub(crate) async fn ask(
        &self,
        origin: &str,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Response {
        let mut all = HeaderMap::new();
        let host = origin.strip_prefix("http://").unwrap();
        all.insert("host", HeaderValue::from_str(host).unwrap());
        for (name, value) in headers {
            all.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let url = format!("{}{path}", self.server.url());
        let request = self.browser.request(method, url).headers(all);
        request.send().await.unwrap()
    }

    /// The page's origin and the cookie with a pass.
    pub(crate) async fn pass(&self) -> (String, String) {
        self.pass_to("/board?room=FX#top").await
    }

    /// The same, of a page at another address.
    pub(crate) async fn pass_to(&self, page: &str) -> (String, String) {
        let (origin, entrance) = self.entrance().await;
        let answer = self.ask(&origin, Method::GET, &entrance, &[]).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        assert_eq!(answer.headers()["location"], page);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let wanted = [
            "HttpOnly",
            "Secure",
            "SameSite=None",
            "Partitioned",
            "Path=/",
        ];
        for part in wanted {
            assert!(cookie.contains(part), "{cookie}");
        }
        (origin, cookie.split(';').next().unwrap().to_owned())
    }

    /// How the page is answered to the bearer of a pass.
    async fn board(&self, origin: &str, pass: &str) -> u16 {
        let headers = [("cookie", pass)];
        let answer = self.ask(origin, Method::GET, "/board", &headers).await;
        answer.status().as_u16()
    }
}

#[tokio::test]
async fn a_page_is_shown_on_an_origin_of_its_own_with_our_policy_and_nothing_of_the_chat() {
    let upstream = Upstream::start(PAGE).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    let cookies = format!("first=1; {pass}; mine=2");
    let headers = [
        ("cookie", cookies.as_str()),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("referer", "http://chat/"),
        ("x-hop", "secret"),
        ("connection", "x-hop"),
        ("x-theirs", "kept"),
    ];
    let answer = scene
        .ask(&origin, Method::GET, "/board?room=FX", &headers)
        .await;
    let head = answer.headers().clone();
    assert_eq!(answer.status(), 200);
    let policy = head["content-security-policy"].to_str().unwrap();
    let sockets = origin.replacen("http", "ws", 1);
    let (begins, ends) = (
        format!(
            "default-src 'self' {sockets} 'unsafe-inline' 'unsafe-eval' data: blob: https://cdn.example;"
        ),
        format!("frame-ancestors {}", scene.server.url()),
    );
    assert!(
        policy.starts_with(&begins) && policy.ends_with(&ends),
        "{policy}"
    );
    assert_eq!(
        head["connection-allowlist"],
        format!(
            "(response-origin \"{sockets}\" \"https://cdn.example\"); webrtc=block; redirects=allow"
        )
    );
    for name in [
        "x-frame-options",
        "clear-site-data",
        "access-control-allow-origin",
        "service-worker-allowed",
        "x-hop",
    ] {
        assert!(!head.contains_key(name), "{name}");
    }
    // Its cookies are its own, in a frame of the chat; ours is not its to set.
    let cookies: Vec<_> = head.get_all("set-cookie").iter().collect();
    assert_eq!(
        cookies,
        ["theirs=1; Path=/; Secure; SameSite=None; Partitioned"]
    );
    // What may be shown is asked each time.
    assert_eq!(head["cache-control"], "private, no-cache");
    assert_eq!(answer.text().await.unwrap(), "<h1>Prices</h1>");

    let asked = upstream.last();
    for part in [
        "get /board?room=fx http/1.1\r\n",
        "cookie: first=1; mine=2\r\n",
        "x-theirs: kept\r\n",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    for never in [
        "perch",
        "x-forwarded-for",
        "x-real-ip",
        "referer",
        "localhost",
        "secret",
    ] {
        assert!(!asked.contains(never), "{never} in {asked}");
    }
}

#[tokio::test]
async fn nothing_of_the_chat_is_below_the_proxys_host() {
    let upstream = Upstream::start(PAGE).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    let headers = [("cookie", pass.as_str())];
    // The page's own server is asked for what is the API elsewhere.
    let answer = scene
        .ask(&origin, Method::GET, "/api/v1/session", &headers)
        .await;
    assert_eq!(answer.text().await.unwrap(), "<h1>Prices</h1>");

    let cookie = scene.amelie.cookie().unwrap();
    let ours = [("cookie", cookie.as_str())];
    let chat = scene.server.url();
    let session = scene
        .ask(&chat, Method::GET, "/api/v1/session", &ours)
        .await;
    assert_eq!(session.status(), 200);
    let (_, above) = origin.split_once('.').unwrap();
    for host in [
        above.to_owned(),
        format!("other.{above}"),
        format!("x{}", origin.strip_prefix("http://").unwrap()),
    ] {
        let other = format!("http://{host}");
        let answer = scene
            .ask(&other, Method::GET, "/api/v1/session", &ours)
            .await;
        assert_eq!(answer.status(), 404, "{host}");
    }
    let two = [("cookie", cookie.as_str()), ("host", above)];
    let answer = scene.ask(&chat, Method::GET, "/api/v1/session", &two).await;
    assert_ne!(answer.status(), 200);
}

#[tokio::test]
async fn a_page_is_for_those_only_who_may_see_it_now() {
    let upstream = Upstream::start(PAGE).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    assert_eq!(scene.board(&origin, "").await, 403);
    assert_eq!(scene.board(&origin, "perch-addin=forged").await, 403);
    assert_eq!(scene.board(&origin, &pass).await, 200);

    // A ticket is no pass, and is good for a minute and for one add-in.
    let (_, entrance) = scene.entrance().await;
    let ticket = entrance.split("ticket=").nth(1).unwrap();
    let ticket = format!("perch-addin={ticket}");
    assert_eq!(scene.board(&origin, &ticket).await, 403);
    let other =
        json!({ "name": "Other", "url": format!("{}/other", upstream.url), "proxied": true });
    let path = format!("/pools/{POOL}/addins");
    let other = scene.control.post(&path, other).await.done();
    let query = format!("?addin={}", other["id"].as_str().unwrap());
    let (elsewhere, beside) = scene.entrance_of(&query).await;
    let refused = scene.ask(&elsewhere, Method::GET, &entrance, &[]).await;
    assert_eq!(refused.status(), 403);
    // The other one is shown beside the room by its own.
    let shown = scene.ask(&elsewhere, Method::GET, &beside, &[]).await;
    assert_eq!(shown.headers()["location"], "/other");
    scene.server.clock().advance_seconds(61);
    let late = scene.ask(&origin, Method::GET, &entrance, &[]).await;
    assert_eq!(late.status(), 403);

    for (gone, back) in [
        (json!({ "disabled": true }), json!({ "disabled": false })),
        (json!({ "proxied": false }), json!({ "proxied": true })),
        (
            json!({ "url": "https://vendor.example/" }),
            json!({ "url": upstream.url }),
        ),
    ] {
        let asked = upstream.count();
        scene.change(gone.clone()).await;
        assert_eq!(scene.board(&origin, &pass).await, 403, "{gone}");
        assert_eq!(upstream.count(), asked, "{gone}");
        scene.change(back).await;
        assert_eq!(scene.board(&origin, &pass).await, 200, "{gone}");
    }
    let room = format!("/rooms/{}", scene.room);
    for (members, status) in [(json!([]), 403), (json!([scene.amelie.id]), 200)] {
        let patch = json!({ "members": members });
        scene.control.patch(&room, patch).await.done();
        assert_eq!(scene.board(&origin, &pass).await, status);
    }
    scene.amelie.delete("/session").await.done();
    assert_eq!(scene.board(&origin, &pass).await, 403);
}

#[tokio::test]
async fn requests_of_other_sites_and_redirects_elsewhere_are_refused() {
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let upstream = Upstream::start(elsewhere).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    let cookie = ("cookie", pass.as_str());
    let away = scene.ask(&origin, Method::GET, "/board", &[cookie]).await;
    assert_eq!(away.status(), 502);
    assert!(!away.headers().contains_key("location"));
    let asked = upstream.count();
    for foreign in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "null"),
        ("service-worker", "script"),
    ] {
        let headers = [cookie, foreign];
        let answer = scene.ask(&origin, Method::POST, "/order", &headers).await;
        assert_eq!(answer.status(), 403, "{foreign:?}");
    }
    let trace = scene.ask(&origin, Method::TRACE, "/board", &[cookie]).await;
    assert_eq!(trace.status(), 403);
    assert_eq!(upstream.count(), asked);
    // What it asks itself goes to its server as from itself.
    let headers = [cookie, ("origin", origin.as_str())];
    scene.ask(&origin, Method::POST, "/order", &headers).await;
    let own = format!("origin: {}\r\n", upstream.url);
    assert!(upstream.last().contains(&own));
}

#[tokio::test]
async fn a_redirect_within_the_page_stays_on_the_proxy_and_a_request_is_bounded() {
    let within = "HTTP/1.1 302 Found\r\nLocation: board/2?a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let upstream = Upstream::start(within).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    let cookie = ("cookie", pass.as_str());
    let answer = scene
        .ask(&origin, Method::GET, "/prices/board", &[cookie])
        .await;
    assert_eq!(answer.headers()["location"], "/prices/board/2?a=b");

    let asked = upstream.count();
    let url = format!("{}/order", scene.server.url());
    let request = scene
        .browser
        .post(url)
        .header("host", origin.strip_prefix("http://").unwrap())
        .header("cookie", &pass)
        .body("x".repeat(1_024 * 1_024 + 1));
    assert_eq!(request.send().await.unwrap().status(), 413);
    assert_eq!(upstream.count(), asked);
}

/// Sends bytes to the chat's server as they are, and reads the answer to its end.
async fn raw(scene: &Scene, request: &str) -> String {
    let address = scene.server.url();
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).to_lowercase()
}

#[tokio::test]
async fn one_request_stays_one_and_one_answer_too() {
    // Two lengths: what is behind the chunks is of no answer.
    let two = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n\
        HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
    let upstream = Upstream::start(two).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    let host = origin.strip_prefix("http://").unwrap();
    let head = format!("Host: {host}\r\nCookie: {pass}\r\nConnection: close\r\n");
    let answer = raw(&scene, &format!("GET /board HTTP/1.1\r\n{head}\r\n")).await;
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("whole"), "{answer}");
    assert!(!answer.contains("content-length: 3"), "{answer}");
    assert!(!answer.contains("forged"), "{answer}");

    // Of two lengths of a request the chunks count, and the other one is not passed on.
    let asked = upstream.count();
    let chunks = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
    raw(&scene, &format!("POST /order HTTP/1.1\r\n{head}{chunks}")).await;
    assert!(upstream.count() <= asked + 1);
    assert!(!upstream.last().contains("content-length: 4"));
    assert!(!upstream.last().contains("/secret"));
    // An address that looks like another server is a path of the page's own.
    let path = format!("GET //evil.example/x HTTP/1.1\r\n{head}\r\n");
    assert!(raw(&scene, &path).await.contains("whole"));
    assert!(upstream.last().starts_with("get //evil.example/x http/1.1"));
    let whole = format!("GET http://evil.example/y HTTP/1.1\r\n{head}\r\n");
    raw(&scene, &whole).await;
    assert!(upstream.last().starts_with("get /y http/1.1"));
}

#[tokio::test]
async fn a_server_that_changes_the_protocol_or_may_not_be_reached_gives_no_answer() {
    let upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nbytes";
    let upstream = Upstream::start(upgrade).await;
    let scene = Scene::of(&upstream).await;
    let (origin, pass) = scene.pass().await;
    for wanted in ["upgrade", "h2c", "websocket"] {
        let headers = [
            ("cookie", pass.as_str()),
            ("origin", origin.as_str()),
            ("connection", "upgrade"),
            ("upgrade", wanted),
        ];
        let answer = scene.ask(&origin, Method::POST, "/live", &headers).await;
        assert_eq!(answer.status(), 502, "{wanted}");
        assert!(!upstream.last().contains("upgrade"), "{}", upstream.last());
    }

    // The address at which clouds give away secrets.
    let scene = Scene::at("http://169.254.169.254").await;
    let (origin, pass) = scene.pass().await;
    assert_eq!(scene.board(&origin, &pass).await, 502);
}
