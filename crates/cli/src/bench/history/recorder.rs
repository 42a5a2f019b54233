//! The record while it is written.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use perch_history::{Entry, Event, What};
use perch_wire::message::Message;
use tokio::time::Instant;

use crate::bench::failed;
use crate::error::Error;

/// Writes events with the time at which they were handed over, in that order.
pub(super) struct Recorder {
    start: Instant,
    written: Mutex<Written>,
}

struct Written {
    file: BufWriter<File>,
    counts: Counts,
    /// The first error; what comes after it is lost as well.
    outcome: std::io::Result<()>,
}

/// How often the most important things happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) posted: u64,
    pub(super) saw: u64,
    pub(super) joined: u64,
    pub(super) closed: u64,
    pub(super) changed: u64,
}

impl Recorder {
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let file = File::create(path).map_err(|cause| Error::File {
            path: path.to_owned(),
            cause,
        })?;
        Ok(Self {
            start: Instant::now(),
            written: Mutex::new(Written {
                file: BufWriter::new(file),
                counts: Counts::default(),
                outcome: Ok(()),
            }),
        })
    }

    pub(super) fn record(&self, what: What) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken with the lock held: the order of the lines is that of their times.
        let at = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Counts {
            posted,
            saw,
            joined,
            closed,
            changed,
        } = &mut written.counts;
        match what {
            What::Posted { .. } => *posted += 1,
            What::Saw { .. } => *saw += 1,
            What::Joined { .. } => *joined += 1,
            What::Closed { .. } => *closed += 1,
            What::Changed { .. } => *changed += 1,
            _ => {}
        }
        if written.outcome.is_ok() {
            written.outcome = perch_history::write(&mut written.file, &Event { at, what });
        }
    }

    pub(super) fn flush(&self) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.outcome.is_ok() {
            written.outcome = written.file.flush();
        }
    }

    /// Writes the rest.
    pub(super) fn finish(&self) -> Result<Counts, Error> {
        self.flush();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut written.outcome, Ok(())).map_err(failed)?;
        Ok(written.counts)
    }
}

/// A message as the record has it.
pub(super) fn entry(message: &Message) -> Entry {
    Entry {
        seq: message.seq,
        author: message.author.id,
        nonce: message.nonce,
        digest: digest(&message.text),
    }
}

/// Stands for a text, within one record.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
