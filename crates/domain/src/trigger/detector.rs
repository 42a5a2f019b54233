//! All triggers of a pool, ready to be used: one pass finds out which patterns match at all, and one which words stand there.
//!
//! Linear in the length of the text: each pass is, and so is each search that follows, of which there are never more than
//! [`CONTEXTS_MAX`] for a trigger.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{RegexSet, RegexSetBuilder};

use super::pattern::{Compiled, too_large};
use super::words::{Marked, normal};
use super::{Context, Ids, Pattern, Rule, Trigger, Word};
use crate::limits::{
    CONTEXT_VALUE_CHARS_MAX, CONTEXTS_MAX, TRIGGERS_COMPILED_BYTES_MAX, TRIGGERS_MAX,
    TRIGGERS_WORDS_MAX,
};
use crate::refusal::{Code, Refusal};

/// The triggers of a pool. To be made anew whenever one of them changes; texts that were searched before stay as they are.
/// The default one finds nothing.
#[derive(Debug, Default)]
pub struct Detector {
    triggers: Vec<Arc<Trigger>>,
    set: RegexSet,
    /// One for each pattern of the set, with the place of its trigger.
    patterns: Vec<(usize, Compiled)>,
    words: Option<Dictionary>,
}

/// The words of all triggers.
#[derive(Debug)]
struct Dictionary {
    automaton: AhoCorasick,
    /// For each of its patterns, the places of the trigger and of the word in it.
    entries: Vec<(usize, usize)>,
}

/// A context, and the trigger that found it.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// What was found.
    pub context: Context,
    /// By which trigger.
    pub trigger: &'a Trigger,
}

/// What may become a context.
struct Candidate<'a> {
    start: usize,
    end: usize,
    /// The place of its trigger.
    trigger: usize,
    name: &'a str,
    meaning: Meaning<'a>,
}

enum Meaning<'a> {
    Value(&'a Pattern),
    Word(&'a Word),
}

impl Detector {
    /// Makes ready what is enabled of a pool's triggers. Where two find the same text, the first by name has it.
    ///
    /// # Errors
    /// `InvalidPattern` when the patterns together are too large, `LimitExceeded` for more than 50 triggers or 20,000 words.
    pub fn new(triggers: impl IntoIterator<Item = Arc<Trigger>>) -> Result<Self, Refusal> {
        let mut triggers: Vec<_> = triggers.into_iter().collect();
        if triggers.len() > TRIGGERS_MAX {
            return Err(exceeded(TRIGGERS_MAX, "triggers"));
        }
        triggers.retain(|trigger| trigger.enabled);
        triggers.sort_by_cached_key(|trigger| trigger.name.folded());
        let (mut patterns, mut expressions) = (Vec::new(), Vec::new());
        let (mut entries, mut words) = (Vec::new(), Vec::new());
        for (place, trigger) in triggers.iter().enumerate() {
            match &trigger.rule {
                Rule::Pattern(pattern) => {
                    patterns.push((place, pattern.compile()?));
                    expressions.push(pattern.loose());
                }
                Rule::Words(list) => {
                    words.extend(list.entries().iter().map(|entry| normal(&entry.word)));
                    entries.extend((0..list.entries().len()).map(|entry| (place, entry)));
                }
            }
        }
        if words.len() > TRIGGERS_WORDS_MAX {
            return Err(exceeded(TRIGGERS_WORDS_MAX, "words").of("words"));
        }
        let set = RegexSetBuilder::new(expressions)
            .size_limit(TRIGGERS_COMPILED_BYTES_MAX)
            .dfa_size_limit(TRIGGERS_COMPILED_BYTES_MAX)
            .build()
            .map_err(|_| too_large())?;
        let words = if words.is_empty() {
            None
        } else {
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(words)
                .map_err(|_| exceeded(TRIGGERS_WORDS_MAX, "words").of("words"))?;
            Some(Dictionary { automaton, entries })
        };
        Ok(Self {
            triggers,
            set,
            patterns,
            words,
        })
    }

    /// What a pool has that nobody has changed: [`Trigger::built_in`].
    ///
    /// # Errors
    /// Never, since it compiles; a test says so.
    pub fn built_in() -> Result<Self, Refusal> {
        Self::new([Arc::new(Trigger::built_in())])
    }

    /// The contexts in a text, in its order, at most 16, none of them within another: the earlier one counts, then the longer one.
    #[must_use]
    pub fn contexts(&self, text: &str) -> Vec<Context> {
        self.find(text)
            .into_iter()
            .map(|found| found.context)
            .collect()
    }

    /// The same, each with its trigger.
    #[must_use]
    pub fn find<'a>(&'a self, text: &'a str) -> Vec<Found<'a>> {
        let mut candidates = Vec::new();
        for index in self.set.matches(text) {
            self.search(index, text, &mut candidates);
        }
        self.look_up(text, &mut candidates);
        candidates.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end), found.trigger));
        let mut found: Vec<Found<'_>> = Vec::new();
        let (mut bytes, mut units) = (0, 0_u32);
        for candidate in candidates {
            if candidate.start < bytes {
                continue;
            }
            if found.len() == CONTEXTS_MAX {
                break;
            }
            let Some(trigger) = self.triggers.get(candidate.trigger) else {
                continue;
            };
            let start = units + utf16_len(text, bytes, candidate.start);
            units = start + utf16_len(text, candidate.start, candidate.end);
            bytes = candidate.end;
            found.push(Found {
                context: candidate.context(trigger, start, units),
                trigger,
            });
        }
        found
    }

    /// Where a pattern matches.
    fn search<'a>(&'a self, index: usize, text: &'a str, candidates: &mut Vec<Candidate<'a>>) {
        let Some((place, compiled)) = self.patterns.get(index) else {
            return;
        };
        let Some(Rule::Pattern(pattern)) = self.triggers.get(*place).map(|trigger| &trigger.rule)
        else {
            return;
        };
        let mut from = 0;
        for _ in 0..CONTEXTS_MAX {
            let Some(captures) = compiled.regex.captures_at(text, from) else {
                return;
            };
            let Some(whole) = captures.get(compiled.whole) else {
                return;
            };
            // Not from the end of the match: what stands after one may stand before the next.
            from = whole.end();
            let value = captures.get(compiled.value).map(|value| value.as_str());
            // What a value cannot be is passed over, as if it had not been written.
            let Some(name) = value.filter(|value| is_value(value)) else {
                continue;
            };
            candidates.push(Candidate {
                start: whole.start(),
                end: whole.end(),
                trigger: *place,
                name,
                meaning: Meaning::Value(pattern),
            });
        }
    }

    /// Which words stand in the text.
    fn look_up<'a>(&'a self, text: &str, candidates: &mut Vec<Candidate<'a>>) {
        let Some(dictionary) = &self.words else {
            return;
        };
        let marked = Marked::new(text);
        // Of what overlaps with a pattern's find some may fall away, never more than that finds.
        let matches = dictionary.automaton.find_iter(&marked.text);
        for found in matches.take(CONTEXTS_MAX * TRIGGERS_MAX) {
            let Some((trigger, entry)) = dictionary.entries.get(found.pattern().as_usize()) else {
                continue;
            };
            let Some(Rule::Words(words)) = self.triggers.get(*trigger).map(|found| &found.rule)
            else {
                continue;
            };
            let Some(word) = words.entries().get(*entry) else {
                continue;
            };
            let (start, end) = marked.range(found.start(), found.end(), text.len());
            if start < end {
                candidates.push(Candidate {
                    start,
                    end,
                    trigger: *trigger,
                    name: &word.word,
                    meaning: Meaning::Word(word),
                });
            }
        }
    }
}

impl Candidate<'_> {
    fn context(&self, trigger: &Trigger, start: u32, end: u32) -> Context {
        let ids = match self.meaning {
            Meaning::Value(pattern) => {
                Ids::from([(pattern.id_field.clone(), self.name.to_owned())])
            }
            Meaning::Word(word) => word.ids.clone(),
        };
        Context {
            context_type: trigger.context_type.clone(),
            name: self.name.to_owned(),
            ids,
            start,
            end,
        }
    }
}

fn is_value(text: &str) -> bool {
    !text.is_empty() && text.len() <= CONTEXT_VALUE_CHARS_MAX && !text.chars().any(char::is_control)
}

fn exceeded(max: usize, what: &str) -> Refusal {
    Refusal::new(
        Code::LimitExceeded,
        format!("A pool has at most {max} {what}; remove some before you add others."),
    )
    .with("max", max)
}

fn utf16_len(text: &str, from: usize, to: usize) -> u32 {
    let part = text.get(from..to).unwrap_or_default();
    u32::try_from(part.encode_utf16().count()).unwrap_or(u32::MAX)
}
