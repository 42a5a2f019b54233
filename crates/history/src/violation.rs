//! What is proved, and how a fault is told.

use std::fmt;

/// What is proved of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The record is complete and speaks of things that it introduced; without that it proves nothing.
    Record,
    /// What was acknowledged or seen is in the final log, at its place.
    Durability,
    /// A place in a room is the same message for everybody.
    Order,
    /// The places of a room are 1, 2, 3 …, in the log and for each client.
    Gap,
    /// Every client that is in a room at the end has seen everything up to its last message.
    Loss,
    /// A message is there once, is shown once, and a repeated post has the first one's result.
    Duplicate,
    /// Nothing is there that nobody posted, or whose post was refused.
    Invention,
    /// A client that resumes is sent exactly what it missed.
    Resume,
    /// Nothing is seen, joined or posted after a removal was acknowledged, and nothing is withheld from whoever may see it.
    Permission,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Record => "record",
            Self::Durability => "durability",
            Self::Order => "order",
            Self::Gap => "gap",
            Self::Loss => "loss",
            Self::Duplicate => "duplicate",
            Self::Invention => "invention",
            Self::Resume => "resume",
            Self::Permission => "permission",
        })
    }
}

/// A rule that a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// How, as a sentence.
    pub sentence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.sentence)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Violations(pub(crate) Vec<Violation>);

impl Violations {
    pub(crate) fn add(&mut self, rule: Rule, sentence: String) {
        self.0.push(Violation { rule, sentence });
    }
}
