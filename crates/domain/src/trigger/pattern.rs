//! A trigger's regular expression: what may be written, and how it is put together with the text that must surround it.
//!
//! The engine never goes back in the text (crate `regex`), so no pattern makes a text slow; how much a pattern may grow when it
//! is compiled is bounded as well.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use super::id_field;
use crate::limits::{TRIGGER_COMPILED_BYTES_MAX, TRIGGER_PATTERN_CHARS_MAX};
use crate::refusal::{Code, Refusal};

/// How deep groups may be nested.
const NEST_MAX: u32 = 32;

/// A regular expression, and the field to which its value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What is found. The value is the group named `value`, else the first group, else the whole.
    pub pattern: String,
    /// Where the value goes, such as `ticker`.
    pub id_field: String,
    /// Whether capitals and small letters differ.
    pub match_case: bool,
    /// Whether neither a letter nor a digit may touch what is found.
    pub whole_words: bool,
    /// What must stand immediately before; empty for anything. It is no part of what is found.
    pub before: String,
    /// What must stand immediately after; empty for anything.
    pub after: String,
}

/// A pattern that is ready to be used.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) regex: Regex,
    /// The group that is marked in the text.
    pub(super) whole: usize,
    /// The group that has the value.
    pub(super) value: usize,
}

impl Pattern {
    /// Checks a pattern.
    ///
    /// # Errors
    /// `InvalidPattern` with the place of the mistake, and when it would find the empty text, has more than 500 characters, or
    /// grows too large. `InvalidArgument` for a field that is none.
    pub fn parse(self) -> Result<Self, Refusal> {
        let field = id_field(&self.id_field).ok_or_else(|| {
            Refusal::new(
                Code::InvalidArgument,
                "Give the field that the value goes to, such as ticker: a letter, then letters, digits, _ and -.",
            )
            .of("id_field")
        })?;
        let parsed = Self {
            id_field: field,
            ..self
        };
        parsed.compile()?;
        Ok(parsed)
    }

    /// An expression that is found wherever the pattern is, and perhaps elsewhere. Without the edges of words, whose test takes
    /// the engine's slow way as soon as a text has a letter beyond ASCII.
    pub(super) fn loose(&self) -> String {
        let anywhere = Self {
            whole_words: false,
            ..self.clone()
        };
        anywhere.expression()
    }

    /// The whole expression.
    fn expression(&self) -> String {
        let Self {
            pattern,
            before,
            after,
            ..
        } = self;
        let (start, end) = if self.whole_words {
            (r"\b{start-half}", r"\b{end-half}")
        } else {
            ("", "")
        };
        let case = if self.match_case { "" } else { "(?i)" };
        format!("{case}(?:{before}){start}({pattern}){end}(?:{after})")
    }

    pub(super) fn compile(&self) -> Result<Compiled, Refusal> {
        let groups_before = part("before", &self.before)?
            .properties()
            .explicit_captures_len();
        part("after", &self.after)?;
        let pattern = part("pattern", &self.pattern)?;
        if pattern.properties().minimum_len().unwrap_or(0) == 0 {
            return Err(invalid(
                "pattern",
                "empty",
                "The pattern is found in an empty text; let it ask for at least one character.",
            ));
        }
        let regex = RegexBuilder::new(&self.expression())
            .size_limit(TRIGGER_COMPILED_BYTES_MAX)
            .dfa_size_limit(TRIGGER_COMPILED_BYTES_MAX)
            .build()
            .map_err(|cause| match cause {
                regex::Error::CompiledTooBig(_) => too_large(),
                _ => invalid(
                    "pattern",
                    "together",
                    "The pattern and what must stand before and after do not fit together; check their groups and flags.",
                ),
            })?;
        let whole = groups_before + 1;
        let named = regex.capture_names().position(|name| name == Some("value"));
        let first = (pattern.properties().explicit_captures_len() > 0).then_some(whole + 1);
        Ok(Compiled {
            value: named.or(first).unwrap_or(whole),
            regex,
            whole,
        })
    }
}

/// Reads one part of a pattern, so that a mistake has its place in what was typed.
fn part(field: &'static str, text: &str) -> Result<Hir, Refusal> {
    let length = text.chars().count();
    if length > TRIGGER_PATTERN_CHARS_MAX {
        let detail = format!(
            "The pattern has {length} characters; shorten it to {TRIGGER_PATTERN_CHARS_MAX} or fewer."
        );
        return Err(invalid(field, "long", detail).with("max", TRIGGER_PATTERN_CHARS_MAX));
    }
    let parsed = regex_syntax::ParserBuilder::new()
        .nest_limit(NEST_MAX)
        .build()
        .parse(text);
    parsed.map_err(|cause| {
        let (reason, start) = match &cause {
            regex_syntax::Error::Parse(cause) => {
                (cause.kind().to_string(), cause.span().start.offset)
            }
            regex_syntax::Error::Translate(cause) => {
                (cause.kind().to_string(), cause.span().start.offset)
            }
            _ => ("it cannot be read".to_owned(), 0),
        };
        let place = text.get(..start).unwrap_or_default().chars().count() + 1;
        let detail = format!("This is no regular expression, from character {place} on: {reason}.");
        invalid(field, "syntax", detail)
            .with("place", place)
            .with("cause", reason)
    })
}

pub(super) fn too_large() -> Refusal {
    invalid(
        "pattern",
        "large",
        "The pattern is too large when it is compiled; repeat fewer characters, or write [0-9] and [A-Z] for \\d and \\w.",
    )
}

fn invalid(field: &'static str, reason: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::InvalidPattern, detail)
        .of(field)
        .with("reason", reason)
}
