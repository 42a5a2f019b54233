//! A frame of the live protocol as it is sent.

use bytes::Bytes;
use perch_wire::live::ServerFrame;
use serde_json::value::RawValue;

/// Bytes before the text, at most.
const HEADER_MAX: usize = 10;
/// Bytes for which there is room before a frame is encoded: a room with what is known of it has a little less.
const EXPECTED: usize = 1_024;
/// First byte of a text that is not continued.
const WHOLE_TEXT: u8 = 0x81;
/// Second byte when the length has two bytes of its own; up to 125 it is the length.
const LENGTH_IN_2: u8 = 126;
/// Second byte when the length has eight bytes of its own.
const LENGTH_IN_8: u8 = 127;

/// An encoded frame of the live protocol: one JSON text, as the WebSocket message that is sent to all who receive it. It is
/// made once and shared.
///
/// A server's message is a frame without a mask (RFC 6455, 5.2), the same for every connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// Encodes a frame.
    #[must_use]
    pub fn encode(frame: &ServerFrame) -> Self {
        let mut message = Vec::with_capacity(EXPECTED);
        message.resize(HEADER_MAX, 0);
        // Serialising our own types cannot fail: no map has keys other than texts, no number is out of range.
        serde_json::to_writer(&mut message, frame).ok();
        Self::of(message)
    }

    /// A message of which all but its header is there, after [`HEADER_MAX`] bytes.
    fn of(mut message: Vec<u8>) -> Self {
        let length = message.len().saturating_sub(HEADER_MAX);
        let mut header = vec![WHOLE_TEXT];
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short), _) if short < LENGTH_IN_2 => header.push(short),
            (_, Ok(medium)) => {
                header.push(LENGTH_IN_2);
                header.extend(medium.to_be_bytes());
            }
            _ => {
                header.push(LENGTH_IN_8);
                header.extend((length as u64).to_be_bytes());
            }
        }
        let begin = HEADER_MAX - header.len();
        message.splice(begin..HEADER_MAX, header);
        message.shrink_to_fit();
        Self(Bytes::from(message).slice(begin..))
    }

    /// The whole message, to be written to a connection.
    #[must_use]
    pub const fn message(&self) -> &Bytes {
        &self.0
    }

    /// The JSON text, in UTF-8.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        let header = match self.0.get(1) {
            Some(&LENGTH_IN_2) => 4,
            Some(&LENGTH_IN_8) => HEADER_MAX,
            _ => 2,
        };
        self.0.get(header..).unwrap_or_default()
    }

    /// As part of a larger JSON text.
    #[must_use]
    pub fn raw(&self) -> Option<Box<RawValue>> {
        // What `encode` made is JSON.
        serde_json::from_slice(self.text()).ok()
    }
}

impl From<&RawValue> for Frame {
    fn from(text: &RawValue) -> Self {
        let mut message = vec![0; HEADER_MAX];
        message.extend_from_slice(text.get().as_bytes());
        Self::of(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a message whose text has so many bytes.
    fn header(length: usize) -> Vec<u8> {
        let text = format!("\"{}\"", "x".repeat(length - 2));
        let frame = Frame::from(&*RawValue::from_string(text.clone()).unwrap());
        assert_eq!(frame.text(), text.as_bytes());
        frame.message()[..frame.message().len() - length].to_vec()
    }

    #[test]
    fn a_message_says_its_length_in_as_few_bytes_as_the_protocol_asks() {
        assert_eq!(header(125), [0x81, 125]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(0xffff), [0x81, 126, 0xff, 0xff]);
        assert_eq!(header(0x1_0000), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_frame_is_the_same_after_it_was_part_of_another_text() {
        let frame = Frame::encode(&ServerFrame::Pong { id: 7 });
        assert_eq!(Frame::from(&*frame.raw().unwrap()), frame);
    }
}
