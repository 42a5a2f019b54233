//! A trigger's dictionary: words with the ids of each, written as CSV.

use std::collections::HashSet;
use std::fmt::Write;

use unicode_normalization::UnicodeNormalization;

use super::{Ids, id_field};
use crate::limits::{
    CONTEXT_VALUE_CHARS_MAX, TRIGGER_ID_FIELDS_MAX, TRIGGER_WORDS_BYTES_MAX, TRIGGER_WORDS_MAX,
};
use crate::refusal::{Code, Refusal};

/// A dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    csv: String,
    entries: Vec<Word>,
}

/// One of its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As people see it.
    pub word: String,
    /// What it stands for.
    pub ids: Ids,
}

impl Words {
    /// Reads a dictionary: a first line with the names of the columns, then a word and its ids in each line. The first column
    /// has the word, the others the ids, each under its field: `word,ticker,ISIN`. Columns are parted by commas, semicolons or
    /// tabs, as the first line shows. Empty ids are left out.
    ///
    /// # Errors
    /// `InvalidWords` with the line that is wrong: no ids, a word twice in whatever case, a field that is none, more than 10,000 words,
    /// 512 KiB, eight ids for a word, or 256 characters in a value.
    pub fn parse(csv: &str) -> Result<Self, Refusal> {
        let csv = csv.trim_start_matches('\u{feff}').trim_end();
        if csv.len() > TRIGGER_WORDS_BYTES_MAX {
            let detail = format!(
                "The dictionary has {} bytes; shorten it to {TRIGGER_WORDS_BYTES_MAX} or fewer.",
                csv.len()
            );
            return Err(invalid(1, &detail).with("max", TRIGGER_WORDS_BYTES_MAX));
        }
        let head = csv.lines().next().unwrap_or_default();
        let separator = ['\t', ';', ','].into_iter().find(|c| head.contains(*c));
        let Some(separator) = separator else {
            return Err(invalid(
                1,
                "The first line names the columns, the word first: word,ticker.",
            ));
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator as u8)
            .trim(csv::Trim::All)
            .from_reader(csv.as_bytes());
        let fields = fields(&reader.headers().cloned().unwrap_or_default())?;
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        for row in reader.records() {
            let row = row.map_err(|cause| {
                let line = cause.position().map_or(1, csv::Position::line);
                invalid(
                    line,
                    "has another number of columns than the first line, or a quotation mark too many or too few.",
                )
            })?;
            let line = line_of(csv, row.position());
            let entry = entry(&fields, &row).map_err(|detail| invalid(line, detail))?;
            let Some(entry) = entry else { continue };
            if !seen.insert(normal(&entry.word)) {
                return Err(invalid(line, "has a word that stands above already."));
            }
            entries.push(entry);
            if entries.len() > TRIGGER_WORDS_MAX {
                let detail = format!("goes beyond {TRIGGER_WORDS_MAX} words.");
                return Err(invalid(line, &detail).with("max", TRIGGER_WORDS_MAX));
            }
        }
        if entries.is_empty() {
            return Err(invalid(
                2,
                "has the first word and its ids: give at least one.",
            ));
        }
        Ok(Self {
            csv: csv.to_owned(),
            entries,
        })
    }

    /// As it was written.
    #[must_use]
    pub fn csv(&self) -> &str {
        &self.csv
    }

    /// Its words, in the order in which they were written.
    #[must_use]
    pub fn entries(&self) -> &[Word] {
        &self.entries
    }
}

/// The line in which a row stands: the reader's own begins at the empty lines above it.
fn line_of(csv: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let above = csv.get(start..).unwrap_or_default();
    let empty = above.bytes().take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + empty.filter(|b| *b == b'\n').count() as u64
}

fn fields(head: &csv::StringRecord) -> Result<Vec<String>, Refusal> {
    let fields: Option<Vec<String>> = head.iter().skip(1).map(id_field).collect();
    let fields = fields.filter(|fields| {
        let names: HashSet<_> = fields.iter().collect();
        names.len() == fields.len() && fields.len() <= TRIGGER_ID_FIELDS_MAX
    });
    fields.ok_or_else(|| {
        invalid(
            1,
            "names the columns: the word, then up to eight different fields, each a letter and then letters, digits, _ and -.",
        )
    })
}

/// One line; nothing for an empty one.
fn entry(fields: &[String], row: &csv::StringRecord) -> Result<Option<Word>, &'static str> {
    if row.iter().all(str::is_empty) {
        return Ok(None);
    }
    if row.iter().any(|value| {
        value.chars().count() > CONTEXT_VALUE_CHARS_MAX || value.chars().any(char::is_control)
    }) {
        return Err("has a value of more than 256 characters, or with a line break.");
    }
    let word = row.get(0).unwrap_or_default();
    let ids: Ids = (fields.iter().zip(row.iter().skip(1)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| (field.clone(), value.to_owned()))
        .collect();
    if word.is_empty() || ids.is_empty() {
        return Err("has no word, or no id.");
    }
    Ok(Some(Word {
        word: word.to_owned(),
        ids,
    }))
}

fn invalid(line: u64, detail: &str) -> Refusal {
    let mut sentence = String::new();
    // Writing to a text does not fail.
    write!(sentence, "Line {line} of the dictionary: {detail}").ok();
    Refusal::new(Code::InvalidWords, sentence)
        .of("words")
        .with("line", line)
}

/// Before and after a word; no message has it.
const EDGE: char = '\u{1}';

/// A word in the form in which it is looked for.
pub(super) fn normal(word: &str) -> String {
    Marked::new(&word.nfc().collect::<String>()).text
}

/// A text in which letter case makes no difference, any white space is one space, and every word has its edges marked. So a word of
/// a dictionary is found where it stands whole, and nowhere else, without a second look.
pub(super) struct Marked {
    pub(super) text: String,
    /// For each byte of it, where it comes from.
    places: Vec<u32>,
}

impl Marked {
    pub(super) fn new(text: &str) -> Self {
        let mut marked = Self {
            text: String::with_capacity(text.len() + text.len() / 2),
            places: Vec::with_capacity(text.len() + text.len() / 2),
        };
        let (mut in_word, mut in_space) = (false, false);
        for (place, c) in text.char_indices() {
            let word = if c.is_ascii() {
                c.is_ascii_alphanumeric() || c == '_'
            } else {
                regex_syntax::is_word_character(c)
            };
            if word != in_word {
                marked.push(EDGE, place);
            }
            let space = c.is_whitespace();
            if c.is_ascii() {
                if !space {
                    marked.push(c.to_ascii_lowercase(), place);
                } else if !in_space {
                    marked.push(' ', place);
                }
            } else if !space {
                for folded in caseless::Caseless::default_case_fold(std::iter::once(c)) {
                    marked.push(folded, place);
                }
            } else if !in_space {
                marked.push(' ', place);
            }
            (in_word, in_space) = (word, space);
        }
        if in_word {
            marked.push(EDGE, text.len());
        }
        marked
    }

    fn push(&mut self, c: char, place: usize) {
        self.text.push(c);
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.places.extend(std::iter::repeat_n(place, c.len_utf8()));
    }

    /// Where a part of it stands in the text that it was made of.
    pub(super) fn range(&self, start: usize, end: usize, length: usize) -> (usize, usize) {
        let at = |byte: usize| {
            self.places
                .get(byte)
                .map_or(length, |place| *place as usize)
        };
        (at(start), at(end))
    }
}
