//! A client of the live protocol that counts.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use uuid::Uuid;

use super::failed;
use crate::error::Error;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The half that sends.
pub(super) struct Sender(SplitSink<Stream, Message>);
/// The half that receives.
pub(super) struct Receiver(SplitStream<Stream>);

/// Connects, and takes the `welcome`.
pub(super) async fn connect(address: &str, token: &str) -> Result<(Sender, Receiver), Error> {
    let mut request = format!("ws://{address}/api/v1/live")
        .into_client_request()
        .map_err(failed)?;
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(failed)?;
    request.headers_mut().insert("authorization", bearer);
    let (stream, _) = connect_async_with_config(request, None, true)
        .await
        .map_err(failed)?;
    let (sender, receiver) = stream.split();
    let mut receiver = Receiver(receiver);
    receiver.expect("welcome").await?;
    Ok((Sender(sender), receiver))
}

impl Sender {
    async fn send(&mut self, frame: &Value) -> Result<(), Error> {
        self.0
            .send(Message::text(frame.to_string()))
            .await
            .map_err(failed)
    }

    /// Asks for a room's latest messages and its live ones.
    pub(super) async fn join(&mut self, room: Uuid, latest: u32) -> Result<(), Error> {
        self.send(
            &json!({ "type": "join", "id": 1, "rooms": [{ "room": room, "latest": latest }] }),
        )
        .await
    }

    /// Posts. The text begins with when it was sent, in microseconds of the measurement.
    pub(super) async fn post(&mut self, room: Uuid, sent_micros: u64) -> Result<(), Error> {
        let text = format!(
            "{sent_micros:020} {}",
            "anyone seen size in the front month? thin since the open, I have 20k to go"
        );
        self.send(&json!({ "type": "post", "id": 2, "room": room, "nonce": Uuid::new_v4(), "text": text })).await
    }
}

impl Receiver {
    /// The next frame's text.
    pub(super) async fn next(&mut self) -> Result<String, Error> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                Some(Ok(Message::Close(_))) | None => {
                    return Err(failed("the server closed a connection"));
                }
                Some(Ok(_)) => {}
                Some(Err(cause)) => return Err(failed(cause)),
            }
        }
    }

    /// The next frame of a type.
    pub(super) async fn expect(&mut self, kind: &str) -> Result<String, Error> {
        loop {
            let text = self.next().await?;
            match kind_of(&text) {
                found if found == kind => return Ok(text),
                "error" => return Err(failed(text)),
                _ => {}
            }
        }
    }
}

/// The type of a frame. Not by parsing all of it: the load must not be slower than the server.
pub(super) fn kind_of(frame: &str) -> &str {
    after(frame, "\"type\":\"")
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
}

/// The place of a message.
pub(super) fn seq_of(frame: &str) -> Option<u64> {
    after(frame, "\"seq\":").and_then(|rest| rest.split([',', '}']).next()?.parse().ok())
}

/// When a message was sent.
pub(super) fn sent_of(frame: &str) -> Option<u64> {
    after(frame, "\"text\":\"").and_then(|rest| rest.get(..20)?.parse().ok())
}

fn after<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.find(mark)
        .and_then(|start| text.get(start + mark.len()..))
}
