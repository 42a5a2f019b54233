//! NATS: a subject of a stream, read by subscribers, posted to with an acknowledgement of the stream.
//! <https://docs.nats.io/reference/reference-protocols/nats-protocol>

use crate::bench::failed;
use crate::bench::link::{Dial, Event, Link, Protocol, find, sent_and_number, text};
use crate::error::Error;

/// Where whoever posts is told that the stream has it.
const INBOX: &str = "_INBOX.bench";
/// The longest header line.
const LINE_MAX: usize = 4_096;

/// A client.
pub(in crate::bench) struct Nats {
    subject: String,
    posted: u64,
}

impl Nats {
    /// Connects and subscribes to a subject, and to the acknowledgements of its own posts.
    pub(in crate::bench) async fn connect(
        address: &str,
        (user, password): (&str, &str),
        subject: &str,
        number: usize,
    ) -> Result<Link<Self>, Error> {
        let protocol = Self {
            subject: subject.to_owned(),
            posted: 0,
        };
        let mut link = Link::open(Dial::default(), address, protocol).await?;
        link.until(b"\r\n").await?;
        let hello = format!(
            "CONNECT {{\"verbose\":false,\"pedantic\":false,\"user\":\"{user}\",\"pass\":\"{password}\",\"protocol\":1}}\r\n\
             SUB {subject} 1\r\nSUB {INBOX}{number} 2\r\nPING\r\n"
        );
        link.send(hello.as_bytes()).await?;
        link.until(b"PONG\r\n").await?;
        link.protocol.subject = format!("{subject} {INBOX}{number}");
        Ok(link)
    }

    /// Asks for something of the server's interface, and gives its answer.
    pub(in crate::bench) async fn ask(
        link: &mut Link<Self>,
        subject: &str,
        request: &str,
    ) -> Result<String, Error> {
        let inbox = link.protocol.subject.split(' ').nth(1).unwrap_or_default();
        let frame = format!("PUB {subject} {inbox} {}\r\n{request}\r\n", request.len());
        link.send(frame.as_bytes()).await?;
        link.until(b"MSG ").await?;
        link.until(b"\r\n").await?;
        let answer = link.until(b"\r\n").await?;
        String::from_utf8(answer).map_err(failed)
    }
}

impl Protocol for Nats {
    fn post(&mut self, out: &mut Vec<u8>, sent: u64) {
        self.posted += 1;
        let text = text(sent, self.posted);
        out.extend_from_slice(
            format!("PUB {} {}\r\n{text}\r\n", self.subject, text.len()).as_bytes(),
        );
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<(usize, Event)>, Error> {
        let Some(end) = find(bytes.get(..LINE_MAX).unwrap_or(bytes), b"\r\n") else {
            return Ok(None);
        };
        let (line, after) = (bytes.get(..end).unwrap_or_default(), end + 2);
        if line == b"PING" {
            return Ok(Some((after, Event::Asked(b"PONG\r\n".to_vec()))));
        }
        if line.starts_with(b"-ERR") {
            let reason = String::from_utf8_lossy(line).into_owned();
            return Ok(Some((after, Event::Refused(reason))));
        }
        let Some(header) = line.strip_prefix(b"MSG ") else {
            return Ok(Some((after, Event::Other)));
        };
        let length = header.rsplit(|byte| *byte == b' ').next();
        let length = length.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        let length: usize = length.ok_or_else(|| failed("a NATS message without a length"))?;
        let Some(payload) = bytes.get(after..after + length) else {
            return Ok(None);
        };
        let taken = after + length + 2;
        if bytes.len() < taken {
            return Ok(None);
        }
        let event = if header.starts_with(INBOX.as_bytes()) {
            if find(payload, b"\"error\"").is_some() {
                Event::Refused(String::from_utf8_lossy(payload).into_owned())
            } else {
                Event::Acknowledged
            }
        } else {
            match sent_and_number(payload) {
                Some((sent, place)) => Event::Delivered {
                    place,
                    sent,
                    own: false,
                },
                None => Event::Refused("not a message of this measurement".to_owned()),
            }
        };
        Ok(Some((taken, event)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_acknowledgements_and_pings_are_told_apart_however_they_are_cut() {
        let mut nats = Nats {
            subject: "room _INBOX.bench0".to_owned(),
            posted: 0,
        };
        let text = text(7, 3);
        let whole = format!(
            "MSG room 1 _INBOX.bench0 {}\r\n{text}\r\nMSG _INBOX.bench0 2 9\r\n{{\"seq\":3}}\r\nPING\r\n",
            text.len()
        );
        for cut in 0..whole.len() {
            let mut came = whole.as_bytes()[..cut].to_vec();
            let mut events = Vec::new();
            for rest in [&whole.as_bytes()[cut..], &[]] {
                while let Some((taken, event)) = nats.take(&came).unwrap() {
                    came.drain(..taken);
                    events.push(event);
                }
                came.extend_from_slice(rest);
            }
            assert_eq!(
                events,
                [
                    Event::Delivered {
                        place: 3,
                        sent: 7,
                        own: false
                    },
                    Event::Acknowledged,
                    Event::Asked(b"PONG\r\n".to_vec()),
                ]
            );
        }
    }
}
