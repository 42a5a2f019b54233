//! What somebody typed, taken apart.

use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// A part of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A word, or a phrase.
    Text(&'a str),
    /// `from:`.
    From(&'a str),
    /// `in:`.
    In(&'a str),
    /// `after:`.
    After(&'a str),
    /// `before:`.
    Before(&'a str),
}

/// The parts, in their order. Quotes keep words together; one that is not closed reaches to the end. A key without a value
/// is looked for as text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let key = KEYS.iter().find_map(|(name, part)| {
            let after = strip_prefix_ascii(rest, name)?;
            let (value, after) = value(after);
            (!value.trim().is_empty()).then_some((part(value), after))
        });
        let (part, after) = key.unwrap_or_else(|| {
            let (value, after) = value(rest);
            (Part::Text(value), after)
        });
        parts.push(part);
        rest = after.trim_start();
    }
    parts
}

type Key = (&'static str, for<'a> fn(&'a str) -> Part<'a>);

const KEYS: [Key; 4] = [
    ("from:", |value| Part::From(value)),
    ("in:", |value| Part::In(value)),
    ("after:", |value| Part::After(value)),
    ("before:", |value| Part::Before(value)),
];

fn strip_prefix_ascii<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// What is in quotes, or else up to white space or the next quote; and what comes after it.
fn value(text: &str) -> (&str, &str) {
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
    let mut chars = text.chars();
    if chars.next().is_some_and(is_quote) {
        let inside = chars.as_str();
        return inside.split_once(is_quote).unwrap_or((inside, ""));
    }
    let end = text
        .find(|c: char| c.is_whitespace() || is_quote(c))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A day, which begins at midnight UTC, or an RFC 3339 time.
pub(super) fn time(text: &str) -> Result<Timestamp, Refusal> {
    let midnight = || format!("{text}T00:00:00Z").parse::<Timestamp>();
    text.parse().or_else(|_| midnight()).map_err(|_| {
        Refusal::new(
            Code::InvalidArgument,
            "Write a date as year, month and day: 2026-01-31.",
        )
        .of("q")
    })
}
