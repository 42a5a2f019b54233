//! What is measured, one load after the other, at our server and, where it can do the same, at a peer's.

pub(super) mod fan_out;
pub(super) mod idle;
pub(super) mod joining;
pub(super) mod posting;
pub(super) mod search;
pub(super) mod slow_reader;
pub(super) mod store_alone;

use super::link::{Link, Protocol};
use super::report::Figures;
use crate::error::Error;

/// A running server in which rooms of several sizes are ready.
pub(super) trait Subject {
    /// What it speaks.
    type Protocol: Protocol;

    /// Connects so many members, and lets them into the room of that many.
    ///
    /// # Errors
    /// When there is no such room, or the server refuses.
    async fn enter(&self, members: usize) -> Result<Vec<Link<Self::Protocol>>, Error>;

    /// Seconds of processor time that each of its processes, and of what it keeps its messages in, has used.
    fn cpu(&self) -> Result<Vec<(String, f64)>, Error>;
}

/// Processor time from one moment to another.
struct Used(Vec<(String, f64)>);

impl Used {
    fn now(subject: &impl Subject) -> Result<Self, Error> {
        Ok(Self(subject.cpu()?))
    }

    /// What was used since, in all.
    fn since(&self, subject: &impl Subject) -> Result<Self, Error> {
        let mut used = subject.cpu()?;
        for ((_, now), (_, then)) in used.iter_mut().zip(&self.0) {
            *now -= then;
        }
        Ok(Self(used))
    }

    fn seconds(&self) -> f64 {
        self.0.iter().map(|(_, seconds)| seconds).sum()
    }

    /// Adds the share of each of so many things: of all processes and, where there are several, of each kind of them.
    fn add(&self, figures: &mut Figures, name: &str, things: f64) {
        figures.add(name, self.seconds() * 1e6 / things, "µs");
        if self.0.len() > 1 {
            for (part, seconds) in &self.0 {
                figures.add(format!("{name}, {part}"), seconds * 1e6 / things, "µs");
            }
        }
    }
}
