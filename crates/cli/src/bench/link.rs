//! A connection of the load: bytes of any server's protocol, read no more closely than it takes to count and check what comes.

use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

use super::failed;
use crate::error::Error;

/// What a connection reads at once.
const READ_BYTES: usize = 16_384;
/// What people write, after the time and the number of a message.
const WORDS: &str = "anyone seen size in the front month? thin since the open, I have 20k to go";
/// Digits of a time, and of a number, at the start of a text.
const SENT_DIGITS: usize = 20;
const NUMBER_DIGITS: usize = 10;

/// What comes over a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A message: its place, one more than that of the message before, and when it was sent.
    Delivered {
        /// Its place.
        place: u64,
        /// What `post` was given.
        sent: u64,
        /// The server's way to acknowledge it.
        own: bool,
    },
    /// A message of this connection was accepted.
    Acknowledged,
    /// The room is open, and so many of its latest messages came with it.
    Joined {
        /// How many.
        messages: usize,
    },
    /// The server wants these bytes back.
    Asked(Vec<u8>),
    /// The server did not do what it was asked to.
    Refused(String),
    /// Of no matter.
    Other,
}

/// How a server's protocol looks.
pub(super) trait Protocol: Send + 'static {
    /// Adds a message to what is sent, with the time at which it is.
    fn post(&mut self, out: &mut Vec<u8>, sent: u64);

    /// What the bytes begin with, and how many of them it takes; nothing, when it is not all there yet.
    fn take(&mut self, bytes: &[u8]) -> Result<Option<(usize, Event)>, Error>;
}

/// The text of a message, the same for all servers.
pub(super) fn text(sent: u64, number: u64) -> String {
    format!("{sent:0SENT_DIGITS$} {number:0NUMBER_DIGITS$} {WORDS}")
}

/// When a message was sent, and its number, from its text.
pub(super) fn sent_and_number(text: &[u8]) -> Option<(u64, u64)> {
    let number = |from: usize, digits: usize| {
        let digits = text.get(from..from + digits)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    Some((
        number(0, SENT_DIGITS)?,
        number(SENT_DIGITS + 1, NUMBER_DIGITS)?,
    ))
}

/// Where a mark begins.
pub(super) fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let first = mark.first()?;
    let mut from = 0;
    loop {
        from += bytes.get(from..)?.iter().position(|byte| byte == first)?;
        if bytes.get(from..)?.starts_with(mark) {
            return Some(from);
        }
        from += 1;
    }
}

/// How often a mark is there.
pub(super) fn count(mut bytes: &[u8], mark: &[u8]) -> usize {
    let mut found = 0;
    while let Some(start) = find(bytes, mark) {
        found += 1;
        bytes = bytes.get(start + mark.len()..).unwrap_or_default();
    }
    found
}

/// A connection.
pub(super) struct Link<P> {
    stream: TcpStream,
    /// Its protocol.
    pub(super) protocol: P,
    came: Vec<u8>,
    taken: usize,
}

/// How a connection is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dial {
    /// The address from which it comes.
    pub(super) source: Option<IpAddr>,
    /// Bytes that the kernel keeps for whoever reads slowly; as the kernel likes, when absent.
    pub(super) receive_bytes: Option<u32>,
}

impl Dial {
    /// Connects.
    pub(super) async fn open(&self, address: &str) -> std::io::Result<TcpStream> {
        let unknown = || std::io::Error::other(format!("{address} is not known"));
        let target = lookup_host(address).await?.next().ok_or_else(unknown)?;
        let socket = if target.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }?;
        if let Some(bytes) = self.receive_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(source) = self.source {
            socket.bind((source, 0).into())?;
        }
        socket.set_nodelay(true)?;
        socket.connect(target).await
    }
}

impl<P: Protocol> Link<P> {
    /// Connects; whatever the protocol begins with is still to be said.
    pub(super) async fn open(dial: Dial, address: &str, protocol: P) -> Result<Self, Error> {
        Ok(Self {
            stream: dial.open(address).await.map_err(failed)?,
            protocol,
            came: Vec::new(),
            taken: 0,
        })
    }

    /// Sends bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).await.map_err(failed)
    }

    /// Posts, with the time.
    pub(super) async fn post(&mut self, sent: u64) -> Result<(), Error> {
        let mut out = Vec::new();
        self.protocol.post(&mut out, sent);
        self.send(&out).await
    }

    /// What comes next. Nothing is lost when it is not waited for to the end.
    pub(super) async fn next(&mut self) -> Result<Event, Error> {
        loop {
            let rest = self.came.get(self.taken..).unwrap_or_default();
            match self.protocol.take(rest)? {
                None => self.read().await?,
                Some((bytes, event)) => {
                    self.taken += bytes;
                    match event {
                        Event::Asked(answer) => self.send(&answer).await?,
                        Event::Refused(reason) => return Err(failed(reason)),
                        event => return Ok(event),
                    }
                }
            }
        }
    }

    /// Waits until the room is open, and gives how many of its latest messages came with it.
    pub(super) async fn joined(&mut self) -> Result<usize, Error> {
        loop {
            if let Event::Joined { messages } = self.next().await? {
                return Ok(messages);
            }
        }
    }

    /// What comes up to a mark, with it.
    pub(super) async fn until(&mut self, mark: &[u8]) -> Result<Vec<u8>, Error> {
        loop {
            let rest = self.came.get(self.taken..).unwrap_or_default();
            if let Some(start) = find(rest, mark) {
                let found = rest.get(..start + mark.len()).unwrap_or_default().to_vec();
                self.taken += found.len();
                return Ok(found);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), Error> {
        self.came.drain(..self.taken);
        self.taken = 0;
        self.came.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.came).await {
            Ok(0) => Err(failed("the server closed a connection")),
            Ok(_) => Ok(()),
            Err(cause) => Err(failed(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_when_it_was_sent_and_which_it_is() {
        let text = text(1_234, 56);
        assert!((100..=110).contains(&text.len()), "{}", text.len());
        assert_eq!(sent_and_number(text.as_bytes()), Some((1_234, 56)));
        assert_eq!(sent_and_number(b"hello"), None);
        assert_eq!(
            sent_and_number(super::text(u64::MAX, 1).as_bytes()),
            Some((u64::MAX, 1))
        );
    }

    #[test]
    fn a_mark_is_found_after_what_begins_like_it() {
        assert_eq!(find(b"<<<message", b"<message"), Some(2));
        assert_eq!(find(b"<mess", b"<message"), None);
    }
}
