//! Our live protocol: JSON in WebSocket frames (RFC 6455), which the server does not mask.

use perch_wire::live::{ClientFrame, JoinRoom};
use uuid::Uuid;

use crate::bench::client::{kind_of, sent_of, seq_of};
use crate::bench::failed;
use crate::bench::link::{Dial, Event, Link, Protocol, count, text};
use crate::error::Error;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// A client.
pub(in crate::bench) struct Perch {
    room: Uuid,
    posted: u64,
}

impl Perch {
    /// Connects as whoever has the token; the room is not open yet.
    pub(in crate::bench) async fn connect(
        dial: Dial,
        address: &str,
        token: &str,
        room: Uuid,
    ) -> Result<Link<Self>, Error> {
        let mut link = Link::open(dial, address, Self { room, posted: 0 }).await?;
        // The key is the specification's; nothing depends on it.
        let request = format!(
            "GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        link.send(request.as_bytes()).await?;
        let answer = link.until(b"\r\n\r\n").await?;
        if !answer.starts_with(b"HTTP/1.1 101 ") {
            return Err(failed(String::from_utf8_lossy(&answer)));
        }
        Ok(link)
    }

    /// Asks for a room's latest messages and its live ones.
    pub(in crate::bench) async fn join(link: &mut Link<Self>, latest: u32) -> Result<(), Error> {
        let room = JoinRoom {
            room: link.protocol.room,
            after: None,
            latest: Some(latest),
        };
        let frame = ClientFrame::Join {
            id: 1,
            rooms: vec![room],
        };
        Self::tell(link, &frame).await
    }

    /// Closes the room.
    pub(in crate::bench) async fn leave(link: &mut Link<Self>) -> Result<(), Error> {
        let room = link.protocol.room;
        Self::tell(link, &ClientFrame::Leave { room }).await
    }

    async fn tell(link: &mut Link<Self>, frame: &ClientFrame) -> Result<(), Error> {
        let mut out = Vec::new();
        let json = serde_json::to_string(frame).map_err(failed)?;
        masked(&mut out, TEXT, json.as_bytes());
        link.send(&out).await
    }
}

impl Protocol for Perch {
    fn post(&mut self, out: &mut Vec<u8>, sent: u64) {
        self.posted += 1;
        let json = format!(
            r#"{{"type":"post","id":2,"room":"{}","nonce":"{}","text":"{}"}}"#,
            self.room,
            Uuid::now_v7(),
            text(sent, self.posted)
        );
        masked(out, TEXT, json.as_bytes());
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<(usize, Event)>, Error> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        let (extended, header) = match second {
            126 => (rest.get(..2), 4),
            127 => (rest.get(..8), 10),
            _ => (Some(std::slice::from_ref(second)), 2),
        };
        let Some(extended) = extended else {
            return Ok(None);
        };
        let length = extended
            .iter()
            .fold(0, |length: usize, byte| length << 8 | usize::from(*byte));
        let Some(payload) = bytes.get(header..header + length) else {
            return Ok(None);
        };
        let event = match first & 0x0F {
            PING => {
                let mut answer = Vec::new();
                masked(&mut answer, PONG, payload);
                Event::Asked(answer)
            }
            CLOSE => Event::Refused("the server closed a connection".to_owned()),
            TEXT => frame(std::str::from_utf8(payload).map_err(failed)?),
            _ => Event::Other,
        };
        Ok(Some((header + length, event)))
    }
}

fn frame(frame: &str) -> Event {
    match kind_of(frame) {
        "message" => match (seq_of(frame), sent_of(frame)) {
            (Some(place), Some(sent)) => Event::Delivered {
                place,
                sent,
                own: false,
            },
            _ => Event::Refused(format!("not a message of this measurement: {frame}")),
        },
        "posted" => Event::Acknowledged,
        "joined" => Event::Joined {
            messages: count(frame.as_bytes(), b"\"nonce\":"),
        },
        "error" => Event::Refused(frame.to_owned()),
        _ => Event::Other,
    }
}

/// A client's frame has to be masked; with zeros it stays as it is.
fn masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..=125), _) => out.push(0x80 | length),
        (_, Ok(length)) => {
            out.push(0x80 | 126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the server sends it.
    fn plain(opcode: u8, payload: &str) -> Vec<u8> {
        let mut out = Vec::new();
        masked(&mut out, opcode, payload.as_bytes());
        let mask = out.len() - payload.len() - 4;
        out.drain(mask..mask + 4);
        out[1] &= 0x7F;
        out
    }

    #[test]
    fn frames_of_any_length_are_taken_when_they_are_whole() {
        let mut perch = Perch {
            room: Uuid::nil(),
            posted: 0,
        };
        for more in [0, 200, 70_000] {
            let json = format!(
                r#"{{"type":"message","seq":9,"text":"{}{}"}}"#,
                text(5, 1),
                "x".repeat(more)
            );
            let bytes = plain(TEXT, &json);
            for cut in [0, 1, 2, 3, 5, bytes.len() - 1] {
                assert_eq!(perch.take(&bytes[..cut]).unwrap(), None);
            }
            let event = Event::Delivered {
                place: 9,
                sent: 5,
                own: false,
            };
            assert_eq!(perch.take(&bytes).unwrap(), Some((bytes.len(), event)));
        }
    }

    #[test]
    fn a_ping_is_answered() {
        let mut perch = Perch {
            room: Uuid::nil(),
            posted: 0,
        };
        let taken = perch.take(&plain(PING, "")).unwrap();
        let pong = vec![0x8A, 0x80, 0, 0, 0, 0];
        assert_eq!(taken, Some((2, Event::Asked(pong))));
    }
}
