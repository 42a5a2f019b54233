//! XMPP, as much of it as it takes to sign in (RFC 6120), be in a room (XEP-0045) and read its archive (XEP-0313).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::bench::failed;
use crate::bench::link::{Dial, Event, Link, Protocol, count, find, sent_and_number, text};
use crate::error::Error;

/// The service of the rooms.
const ROOMS: &str = "conference.localhost";
const STREAM: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                      to='localhost' version='1.0'>";
const FEATURES: &[u8] = b"</stream:features>";

/// A client.
pub(in crate::bench) struct Xmpp {
    room: String,
    /// How messages of its own say who sent them.
    own: Vec<u8>,
    posted: u64,
}

impl Xmpp {
    /// Connects and signs in as a user of that name.
    pub(in crate::bench) async fn connect(
        address: &str,
        user: &str,
        password: &str,
        room: &str,
    ) -> Result<Link<Self>, Error> {
        let protocol = Self {
            room: room.to_owned(),
            own: format!("@{ROOMS}/{user}' ").into_bytes(),
            posted: 0,
        };
        let mut link = Link::open(Dial::default(), address, protocol).await?;
        link.send(STREAM.as_bytes()).await?;
        link.until(FEATURES).await?;
        let plain = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        let auth = format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"
        );
        link.send(auth.as_bytes()).await?;
        let answer = link.until(b">").await?;
        if !answer.starts_with(b"<success") {
            return Err(failed(String::from_utf8_lossy(&answer)));
        }
        link.send(STREAM.as_bytes()).await?;
        link.until(FEATURES).await?;
        let bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                    <resource>bench</resource></bind></iq>";
        link.send(bind.as_bytes()).await?;
        link.until(b"</iq>").await?;
        Ok(link)
    }

    /// Enters the room under the user's name, without messages of before.
    pub(in crate::bench) async fn enter(link: &mut Link<Self>, user: &str) -> Result<(), Error> {
        let presence = format!(
            "<presence to='{}@{ROOMS}/{user}'><x xmlns='http://jabber.org/protocol/muc'>\
             <history maxstanzas='0'/></x></presence>",
            link.protocol.room
        );
        link.send(presence.as_bytes()).await?;
        // The last thing that comes after all presence.
        link.until(b"<subject/></message>").await?;
        Ok(())
    }

    /// Leaves the room.
    pub(in crate::bench) async fn leave(link: &mut Link<Self>, user: &str) -> Result<(), Error> {
        let presence = format!(
            "<presence type='unavailable' to='{}@{ROOMS}/{user}'/>",
            link.protocol.room
        );
        link.send(presence.as_bytes()).await?;
        link.until(b"</presence>").await?;
        Ok(())
    }

    /// Asks for the latest messages of the archive, and gives how many came.
    pub(in crate::bench) async fn latest(
        link: &mut Link<Self>,
        limit: u32,
    ) -> Result<usize, Error> {
        let query = format!(
            "<iq type='set' to='{}@{ROOMS}' id='archive'><query xmlns='urn:xmpp:mam:2'>\
             <set xmlns='http://jabber.org/protocol/rsm'><max>{limit}</max><before/></set></query></iq>",
            link.protocol.room
        );
        link.send(query.as_bytes()).await?;
        let answer = link.until(b"</iq>").await?;
        Ok(count(&answer, b"<result "))
    }
}

impl Protocol for Xmpp {
    fn post(&mut self, out: &mut Vec<u8>, sent: u64) {
        self.posted += 1;
        let message = format!(
            "<message to='{}@{ROOMS}' type='groupchat'><body>{}</body></message>",
            self.room,
            text(sent, self.posted)
        );
        out.extend_from_slice(message.as_bytes());
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<(usize, Event)>, Error> {
        let close: &[u8] = if bytes.starts_with(b"<message") {
            b"</message>"
        } else if bytes.starts_with(b"<presence") {
            b"</presence>"
        } else if bytes.starts_with(b"<iq") {
            b"</iq>"
        } else if bytes.len() < b"<presence".len() {
            return Ok(None);
        } else {
            return Err(failed(String::from_utf8_lossy(bytes)));
        };
        let Some(end) = find(bytes, close) else {
            return Ok(None);
        };
        let taken = end + close.len();
        let stanza = bytes.get(..end).unwrap_or_default();
        if find(stanza, b"type='error'").is_some() {
            let reason = String::from_utf8_lossy(stanza).into_owned();
            return Ok(Some((taken, Event::Refused(reason))));
        }
        let body = find(stanza, b"<body>").and_then(|body| stanza.get(body + 6..));
        let event = match body.map(sent_and_number) {
            None => Event::Other,
            Some(None) => Event::Refused("not a message of this measurement".to_owned()),
            Some(Some((sent, place))) => Event::Delivered {
                place,
                sent,
                own: self.posted > 0 && find(stanza, &self.own).is_some(),
            },
        };
        Ok(Some((taken, event)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_ones_own_acknowledges_and_others_do_not() {
        let mut xmpp = Xmpp {
            room: "room50".to_owned(),
            own: b"@conference.localhost/user1' ".to_vec(),
            posted: 1,
        };
        for (user, own) in [("user1", true), ("user10", false)] {
            let stanza = format!(
                "<message to='user1@localhost/bench' from='room50@conference.localhost/{user}' type='groupchat'>\
                 <stanza-id id='1'/><body>{}</body></message>",
                text(5, 2)
            );
            let event = Event::Delivered {
                place: 2,
                sent: 5,
                own,
            };
            let taken = xmpp.take(stanza.as_bytes()).unwrap();
            assert_eq!(taken, Some((stanza.len(), event)));
            assert_eq!(
                xmpp.take(&stanza.as_bytes()[..stanza.len() - 1]).unwrap(),
                None
            );
        }
    }
}
