//! A client of the live protocol: a connection, and just enough reading of frames to count them.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};

use perch_wire::live::ClientFrame;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use uuid::Uuid;

use super::failed;
use super::link::{Dial, text};
use crate::error::Error;

type Stream = WebSocketStream<TcpStream>;

/// What a connection reads at once. Many thousand of them must fit into the memory of one generator.
const READ_BUFFER_BYTES: usize = 4_096;
/// The half that sends.
pub(super) struct Sender(SplitSink<Stream, Message>);
/// The half that receives.
pub(super) struct Receiver(SplitStream<Stream>);

impl Dial {
    /// Connects, and takes the `welcome`.
    pub(super) async fn connect(
        &self,
        address: &str,
        token: &str,
    ) -> Result<(Sender, Receiver), Error> {
        let mut request = format!("ws://{address}/api/v1/live")
            .into_client_request()
            .map_err(failed)?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(failed)?;
        request.headers_mut().insert("authorization", bearer);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        let stream = self.open(address).await.map_err(failed)?;
        let (stream, _) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(failed)?;
        let (sender, receiver) = stream.split();
        let mut receiver = Receiver(receiver);
        receiver.expect("welcome").await?;
        Ok((Sender(sender), receiver))
    }
}

impl Sender {
    /// Sends a frame.
    pub(super) async fn send(&mut self, frame: &ClientFrame) -> Result<(), Error> {
        let text = serde_json::to_string(frame).map_err(failed)?;
        self.0.send(Message::text(text)).await.map_err(failed)
    }

    /// Posts. The text begins with when it was sent, in microseconds of the measurement.
    pub(super) async fn post(&mut self, room: Uuid, sent_micros: u64) -> Result<(), Error> {
        self.post_saying(room, sent_micros, "").await
    }

    /// The same, with more words at the end.
    pub(super) async fn post_saying(
        &mut self,
        room: Uuid,
        sent_micros: u64,
        more: &str,
    ) -> Result<(), Error> {
        let frame = ClientFrame::Post {
            id: 2,
            room,
            nonce: Uuid::now_v7(),
            text: format!("{} {more}", text(sent_micros, 0))
                .trim_end()
                .to_owned(),
            alert: false,
            title: None,
            pane: None,
            original: None,
            card: None,
            updates: None,
        };
        self.send(&frame).await
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

/// The room that a frame is about.
pub(super) fn room_of(frame: &str) -> Option<Uuid> {
    after(frame, "\"room\":\"").and_then(|rest| rest.get(..36)?.parse().ok())
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
