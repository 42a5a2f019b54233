//! A live connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Person;
use crate::description::check_frame;

/// How long a test waits for something that must happen.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// A live connection whose every frame is compared with its description.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Everything received so far.
    pub seen: Vec<Value>,
}

impl Socket {
    /// Connects, and takes the `welcome`.
    pub async fn connect(person: &Person) -> Self {
        match Self::try_connect(person, &[]).await {
            Ok(socket) => socket,
            Err(answer) => panic!("no live connection: {answer:?}"),
        }
    }

    /// Connects with headers of its own, and takes the `welcome`.
    ///
    /// # Errors
    /// The status and the problem document of a server that does not want to.
    pub async fn try_connect(
        person: &Person,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, Value)> {
        let url = format!("{}/api/v1/live", person.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        let mut add = |name: &'static str, value: String| {
            let value = value.parse().expect("a header");
            request.headers_mut().insert(name, value);
        };
        if let Some(secret) = &person.secret {
            add("authorization", format!("Bearer {secret}"));
        }
        if let Some(cookie) = person.cookie() {
            add("cookie", cookie);
        }
        for (name, value) in headers {
            add(name, (*value).to_owned());
        }
        let stream = match connect_async(request).await {
            Ok((stream, _)) => stream,
            Err(tungstenite::Error::Http(answer)) => {
                let body = answer.body().as_deref().unwrap_or_default();
                return Err((
                    answer.status().as_u16(),
                    serde_json::from_slice(body).unwrap_or_default(),
                ));
            }
            Err(cause) => panic!("no live connection: {cause}"),
        };
        let mut socket = Self {
            stream,
            seen: Vec::new(),
        };
        socket.expect("welcome").await;
        Ok(socket)
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    /// Sends any WebSocket message. One that cannot be sent any more is what some tests are about.
    pub async fn send_message(&mut self, message: Message) {
        self.stream.send(message).await.ok();
    }

    /// Joins a room from its beginning, and gives `joined`.
    pub async fn join(&mut self, room: &str) -> Value {
        self.send(json!({ "type": "join", "id": 1, "rooms": [{ "room": room }] }))
            .await;
        self.expect("joined").await
    }

    /// Asks who has a joined room open, from now on, and gives `participants`.
    pub async fn watch(&mut self, room: &str) -> Value {
        self.send(json!({ "type": "watch", "room": room, "watching": true }))
            .await;
        self.expect("participants").await
    }

    /// Posts, and gives `posted` or `error`.
    pub async fn post(&mut self, room: &str, text: &str) -> Value {
        let nonce = uuid::Uuid::new_v4();
        self.send(json!({ "type": "post", "id": 2, "room": room, "nonce": nonce, "text": text }))
            .await;
        self.expect_where("the answer to a post", |frame| {
            frame["id"] == 2 && (frame["type"] == "posted" || frame["type"] == "error")
        })
        .await
    }

    /// Asks for a `pong` and reads up to it: whatever was sent to this connection before has been seen then.
    pub async fn settle(&mut self) {
        let id = self.seen.len();
        self.send(json!({ "type": "ping", "id": id })).await;
        self.expect_where("pong", |frame| frame["type"] == "pong" && frame["id"] == id)
            .await;
    }

    /// The next frame of a type; others that come before it are kept in `seen`.
    pub async fn expect(&mut self, kind: &str) -> Value {
        self.expect_where(kind, |frame| frame["type"] == kind).await
    }

    /// The next frame that is as wanted.
    pub async fn expect_where(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = timeout(WAIT_MAX, async {
            while let Some(frame) = self.next().await {
                if wanted(&frame) {
                    return Some(frame);
                }
            }
            None
        });
        match found.await {
            Ok(Some(frame)) => frame,
            Ok(None) => panic!(
                "the connection was closed before {what}; seen: {:?}",
                self.seen
            ),
            Err(_) => panic!("waited in vain for {what}; seen: {:?}", self.seen),
        }
    }

    /// Reads until the server closes, and gives its close code.
    pub async fn closed(&mut self) -> Option<u16> {
        let closed = timeout(WAIT_MAX, async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => self.keep(&text),
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        });
        closed
            .await
            .unwrap_or_else(|_| panic!("waited in vain for the close; seen: {:?}", self.seen))
    }

    /// The next frame; nothing when the connection is closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => {
                    self.keep(&text);
                    return self.seen.last().cloned();
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    fn keep(&mut self, text: &str) {
        let frame = serde_json::from_str(text).expect("JSON");
        check_frame(&frame);
        self.seen.push(frame);
    }
}
