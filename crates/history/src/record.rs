//! A record as a text: one event a line, as JSON.

use std::io::{self, BufRead, Write};

use crate::Event;

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file itself.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line of it.
    #[error("Line {line} is no event: {cause}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        cause: serde_json::Error,
    },
}

/// Reads a record.
///
/// # Errors
/// When it cannot be read, or a line is no event.
pub fn read(from: impl BufRead) -> Result<Vec<Event>, RecordError> {
    from.lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(&line?).map_err(|cause| RecordError::Line {
                line: index + 1,
                cause,
            })
        })
        .collect()
}

/// Writes one event as a line.
///
/// # Errors
/// When it cannot be written.
pub fn write(mut to: impl Write, event: &Event) -> io::Result<()> {
    serde_json::to_writer(&mut to, event)?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Entry, Outcome, What};

    #[test]
    fn a_record_survives_its_text() {
        let (room, nonce) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let entry = Entry {
            seq: 1,
            author: Uuid::from_u128(3),
            nonce,
            digest: u64::MAX,
        };
        let events: Vec<_> = [
            What::Began { resume_max: 500 },
            What::Joined {
                client: 0,
                room,
                asked: true,
                messages: vec![entry],
                head: 1,
                reload: false,
            },
            What::Refused {
                client: 0,
                room,
                nonce,
                outcome: Outcome::NotStored,
            },
            What::Ended {},
        ]
        .into_iter()
        .map(|what| Event { at: 7, what })
        .collect();
        let mut text = Vec::new();
        for event in &events {
            write(&mut text, event).unwrap();
        }
        assert_eq!(read(text.as_slice()).unwrap(), events);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = read("{\"at\":1,\"what\":\"ended\"}\n{\"at\":2,\n".as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("Line 2 is no event"));
    }
}
