//! Searching messages: what the words of a text are, what somebody asks for, and whether a message is it.
//!
//! The one invariant: an index only narrows down. What it holds are the [`words`] found here, and whether a message is an
//! answer is decided by [`Query::matches`] on its text, so that every store gives the same answers.

use std::collections::BTreeSet;

use crate::limits::{SEARCH_CHARS_MAX, SEARCH_TERMS_MAX};
use crate::message::Message;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

mod query;
mod token;

pub use token::{Token, tokens};

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
    from: Vec<String>,
    rooms: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// Words that stand one after another in a message: a single one, or a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term(Vec<String>);

/// A place in a text, in UTF-16 code units, as a browser counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Where it starts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// The distinct words of a message, as an index holds them: those of its text and of a story's title.
#[must_use]
pub fn words(message: &Message) -> BTreeSet<String> {
    let texts = [message.title.as_deref().unwrap_or_default(), &message.text];
    texts
        .into_iter()
        .flat_map(tokens)
        .flat_map(|token| token.ticker().into_iter().chain([token.word]))
        .collect()
}

/// Whether a name has every word of what was typed: how `from:` and `in:` find people and rooms.
#[must_use]
pub fn names(name: &str, typed: &str) -> bool {
    let known: Vec<String> = tokens(name).into_iter().map(|token| token.word).collect();
    let mut wanted = tokens(typed).into_iter().peekable();
    wanted.peek().is_some() && wanted.all(|token| known.contains(&token.word))
}

impl Query {
    /// Reads what somebody typed: words that a message must all have, `"a phrase"`, `from:person`, `in:room`,
    /// `after:2026-01-31` (that day included) and `before:2026-02-28` (that day not included), days in UTC or RFC 3339 times.
    ///
    /// # Errors
    /// `InvalidArgument` without a word or a `from:`, above 256 characters or 16 words and phrases, or when a date is none.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.chars().count() > SEARCH_CHARS_MAX {
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!("Shorten the search to {SEARCH_CHARS_MAX} characters or fewer."),
            )
            .of("q")
            .with("max", SEARCH_CHARS_MAX));
        }
        let mut query = Self::default();
        for part in query::parts(text) {
            query.add(part)?;
        }
        if query.terms.is_empty() && query.from.is_empty() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "Write at least one word to look for.",
            )
            .of("q"));
        }
        if query.terms.len() + query.from.len() + query.rooms.len() > SEARCH_TERMS_MAX {
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!("Look for at most {SEARCH_TERMS_MAX} words and phrases at a time."),
            )
            .of("q")
            .with("max", SEARCH_TERMS_MAX));
        }
        Ok(query)
    }

    fn add(&mut self, part: query::Part<'_>) -> Result<(), Refusal> {
        match part {
            query::Part::Text(text) => {
                let words: Vec<_> = tokens(text)
                    .into_iter()
                    .map(|token| token.ticker().unwrap_or(token.word))
                    .collect();
                let term = Term(words);
                if !term.0.is_empty() && !self.terms.contains(&term) {
                    self.terms.push(term);
                }
            }
            query::Part::From(name) => self.from.push(name.to_owned()),
            query::Part::In(name) => self.rooms.push(name.to_owned()),
            query::Part::After(time) => self.after = Some(query::time(time)?),
            query::Part::Before(time) => self.before = Some(query::time(time)?),
        }
        Ok(())
    }

    /// The distinct words that an answer has, for an index to look up.
    #[must_use]
    pub fn words(&self) -> BTreeSet<&str> {
        self.terms
            .iter()
            .flat_map(|term| &term.0)
            .map(String::as_str)
            .collect()
    }

    /// Names of authors, as typed; an answer is by somebody whom all of them name.
    #[must_use]
    pub fn from(&self) -> &[String] {
        &self.from
    }

    /// Names of rooms, as typed; an answer is in a room that all of them name.
    #[must_use]
    pub fn rooms(&self) -> &[String] {
        &self.rooms
    }

    /// Answers were received at this time or later.
    #[must_use]
    pub const fn after(&self) -> Option<Timestamp> {
        self.after
    }

    /// Answers were received before this time.
    #[must_use]
    pub const fn before(&self) -> Option<Timestamp> {
        self.before
    }

    /// Whether a message has all the words and phrases, in its text or a story's title, and is of the time asked for. Who
    /// wrote it and where is for the caller, who knows the names.
    #[must_use]
    pub fn matches(&self, message: &Message) -> bool {
        if self.after.is_some_and(|after| message.at < after)
            || self.before.is_some_and(|before| message.at >= before)
        {
            return false;
        }
        let text = tokens(&message.text);
        let title = message.title.as_deref().map(tokens).unwrap_or_default();
        self.terms
            .iter()
            .all(|term| term.is_in(&text) || term.is_in(&title))
    }

    /// Where the words and phrases stand in a text, in its order and without overlap.
    #[must_use]
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let tokens = tokens(text);
        let mut found: Vec<Span> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let here = tokens.get(at..).unwrap_or_default();
            let longest = self
                .terms
                .iter()
                .filter(|term| term.begins(here))
                .map(|term| term.0.len())
                .max();
            let last = longest.and_then(|length| here.get(length - 1));
            if let Some(last) = last {
                match found.last_mut() {
                    Some(before) if before.end > token.start => {
                        before.end = before.end.max(last.end);
                    }
                    _ => found.push(Span {
                        start: token.start,
                        end: last.end,
                    }),
                }
            }
        }
        found
    }
}

impl Term {
    fn begins(&self, tokens: &[Token]) -> bool {
        tokens.len() >= self.0.len()
            && self
                .0
                .iter()
                .zip(tokens)
                .all(|(word, token)| token.is(word))
    }

    fn is_in(&self, tokens: &[Token]) -> bool {
        tokens
            .windows(self.0.len().max(1))
            .any(|window| self.begins(window))
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
