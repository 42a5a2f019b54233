//! WebSockets through the isolating proxy: a page speaks with its own server, and no longer than its person may see it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async, client_async};

use crate::addin_proxy::{PAGE, Scene, Upstream};

/// What is withdrawn ends within these.
const BOUND: Duration = Duration::from_secs(5);

/// A page's own server, which says again what it hears and keeps how it was asked.
struct Echo {
    url: String,
    asked: Arc<Mutex<Vec<Request>>>,
    /// How many are open.
    open: watch::Receiver<usize>,
}

impl Echo {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Request>>>::default();
        let (count, open) = watch::channel(0);
        let heads = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (heads, count) = (Arc::clone(&heads), count.clone());
                tokio::spawn(async move {
                    #[expect(
                        clippy::result_large_err,
                        reason = "the form that tungstenite asks for"
                    )]
                    let keep = |request: &Request, mut answer: Response| {
                        heads.lock().unwrap().push(request.clone());
                        let head = answer.headers_mut();
                        if let Some(protocol) = request.headers().get("sec-websocket-protocol") {
                            head.insert("sec-websocket-protocol", protocol.clone());
                        }
                        head.append(
                            "set-cookie",
                            "theirs=1; Domain=contoso.com".parse().unwrap(),
                        );
                        head.append("set-cookie", "perch-addin=theirs".parse().unwrap());
                        Ok(answer)
                    };
                    let mut socket = accept_hdr_async(stream, keep).await.unwrap();
                    count.send_modify(|open| *open += 1);
                    while let Some(Ok(message)) = socket.next().await {
                        if (message.is_text() || message.is_binary())
                            && socket.send(message).await.is_err()
                        {
                            break;
                        }
                    }
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { url, asked, open }
    }

    /// Waits until so many are open.
    async fn until_open(&self, wanted: usize) {
        let mut open = self.open.clone();
        let open = open.wait_for(|open| *open == wanted);
        timeout(BOUND, open).await.unwrap().unwrap();
    }
}

type Socket = WebSocketStream<TcpStream>;

/// Opens one as a browser does.
async fn open(
    scene: &Scene,
    origin: &str,
    headers: &[(&'static str, &str)],
) -> Result<(Socket, tungstenite::handshake::client::Response), u16> {
    let url = format!("{}/live?a=b", origin.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let address = scene.server.url();
    let address = address.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Ok(opened) => Ok(opened),
        Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(cause) => panic!("neither a WebSocket nor an answer: {cause}"),
    }
}

/// What is said to it is said again.
async fn echoes(socket: &mut Socket, message: Message) {
    socket.send(message.clone()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), message);
}

#[tokio::test]
async fn a_page_speaks_with_its_own_server_over_a_websocket_and_with_nothing_of_the_chat() {
    let echo = Echo::start().await;
    let scene = Scene::at(&echo.url).await;
    let (origin, pass) = scene.pass().await;
    let cookies = format!("first=1; {pass}; mine=2");
    let headers = [
        ("origin", origin.as_str()),
        ("cookie", cookies.as_str()),
        ("sec-websocket-protocol", "prices"),
        ("x-forwarded-for", "10.0.0.1"),
    ];
    let (mut socket, answer) = open(&scene, &origin, &headers).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "prices");
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["theirs=1; Secure; SameSite=None; Partitioned"]);

    let asked = echo.asked.lock().unwrap().pop().unwrap();
    assert_eq!(asked.uri(), "/live?a=b");
    assert_eq!(asked.headers()["origin"], echo.url.as_str());
    assert_eq!(
        asked.headers()["host"],
        echo.url.strip_prefix("http://").unwrap()
    );
    assert_eq!(asked.headers()["cookie"], "first=1; mine=2");
    assert!(!asked.headers().contains_key("x-forwarded-for"));
    let all = format!("{:?}", asked.headers());
    assert!(
        !all.contains("perch") && !all.contains("localhost"),
        "{all}"
    );

    echoes(&mut socket, Message::text("bid")).await;
    echoes(&mut socket, Message::binary(vec![7; 1_024 * 1_024])).await;
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
    echo.until_open(0).await;
}

#[tokio::test]
async fn a_websocket_is_for_the_page_itself_and_whoever_may_see_it_and_so_many_at_once() {
    let echo = Echo::start().await;
    let scene = Scene::at(&echo.url).await;
    let (origin, pass) = scene.pass().await;
    let (own, cookie) = (("origin", origin.as_str()), ("cookie", pass.as_str()));
    let chat = scene.server.url();
    for refused in [
        &[own][..],
        &[own, ("cookie", "perch-addin=forged")],
        &[cookie],
        &[cookie, ("origin", "https://evil.example")],
        &[cookie, ("origin", &chat)],
        &[cookie, ("origin", "null")],
    ] {
        let status = open(&scene, &origin, refused).await.unwrap_err();
        assert_eq!(status, 403, "{refused:?}");
    }
    assert!(echo.asked.lock().unwrap().is_empty());

    let mut sockets = Vec::new();
    for _ in 0..8 {
        sockets.push(open(&scene, &origin, &[own, cookie]).await.unwrap());
    }
    let more = open(&scene, &origin, &[own, cookie]).await.unwrap_err();
    assert_eq!(more, 429);
    // A page that is closed makes room.
    sockets.clear();
    let room = async { while open(&scene, &origin, &[own, cookie]).await.is_err() {} };
    timeout(BOUND, room).await.unwrap();

    let upstream = Upstream::start(PAGE).await;
    scene.change(json!({ "url": upstream.url })).await;
    let (origin, pass) = scene.pass_to("/").await;
    let headers = [("origin", origin.as_str()), ("cookie", pass.as_str())];
    let no_socket = open(&scene, &origin, &headers).await.unwrap_err();
    assert_eq!(no_socket, 502);
}

/// Amelie's page has a WebSocket open.
async fn opened() -> (Echo, Scene, Socket) {
    let echo = Echo::start().await;
    let scene = Scene::at(&echo.url).await;
    let (origin, pass) = scene.pass().await;
    let headers = [("origin", origin.as_str()), ("cookie", pass.as_str())];
    let (mut socket, _) = open(&scene, &origin, &headers).await.unwrap();
    echoes(&mut socket, Message::text("bid")).await;
    (echo, scene, socket)
}

/// It has ended for the page and for its server.
async fn ends(echo: &Echo, mut socket: Socket) {
    let end = timeout(BOUND, socket.next()).await.unwrap();
    assert!(!matches!(end, Some(Ok(_))), "{end:?}");
    echo.until_open(0).await;
}

#[tokio::test]
async fn a_websocket_ends_within_seconds_once_its_page_may_not_be_seen_any_more() {
    let withdrawals = [
        Some(json!({ "disabled": true })),
        Some(json!({ "proxied": false })),
        Some(json!({ "url": "https://vendor.example/" })),
        None,
    ];
    join_all(withdrawals.map(|withdrawal| async move {
        let (echo, scene, socket) = opened().await;
        if let Some(change) = withdrawal {
            scene.change(change).await;
        } else {
            let path = format!("/rooms/{}", scene.room);
            let nobody = json!({ "members": [] });
            scene.control.patch(&path, nobody).await.done();
        }
        ends(&echo, socket).await;
    }))
    .await;
}

#[tokio::test]
async fn a_websocket_ends_with_the_session_and_lasts_while_nothing_is_withdrawn() {
    let (echo, scene, mut socket) = opened().await;
    // A change that withdraws nothing; asked for again meanwhile, it goes on.
    scene.change(json!({ "name": "Quotes" })).await;
    let longer = timeout(BOUND, socket.next()).await;
    assert!(longer.is_err(), "{longer:?}");
    echoes(&mut socket, Message::text("ask")).await;
    scene.amelie.delete("/session").await.done();
    ends(&echo, socket).await;
}

#[tokio::test]
async fn a_websocket_holds_up_no_stop() {
    let (echo, mut scene, socket) = opened().await;
    let stopped = timeout(BOUND, scene.server.stop()).await;
    stopped.unwrap();
    ends(&echo, socket).await;
}
