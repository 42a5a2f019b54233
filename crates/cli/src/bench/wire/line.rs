//! No protocol: a line is a message, and goes to everybody.

use crate::bench::link::{Event, Protocol, sent_and_number, text};
use crate::error::Error;

/// The floor's lines.
#[derive(Default)]
pub(in crate::bench) struct Line {
    posted: u64,
}

impl Protocol for Line {
    fn post(&mut self, out: &mut Vec<u8>, sent: u64) {
        self.posted += 1;
        out.extend_from_slice(text(sent, self.posted).as_bytes());
        out.push(b'\n');
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<(usize, Event)>, Error> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let event = match bytes.get(..end).and_then(sent_and_number) {
            Some((sent, place)) => Event::Delivered {
                place,
                sent,
                own: self.posted > 0,
            },
            None => Event::Refused("not a message of this measurement".to_owned()),
        };
        Ok(Some((end + 1, event)))
    }
}
