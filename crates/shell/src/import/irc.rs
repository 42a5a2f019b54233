//! IRC logs as text: `[HH:MM] <nick> text`, and `===` lines for what happens beside the conversation.
//!
//! Pure: lines go in one at a time as bytes, messages come out. A line is never refused, only passed over with its kind.
//! Times: a log has a clock without days. The next day begins where the clock goes back by more than an hour; smaller steps
//! back are jitter, and the message keeps the time of the one before it. A log that has shown neither an hour 0 nor one above
//! 12 and steps from 12:xx to 1:xx within half an hour has a clock of twelve hours: it goes on twelve hours later, not a day.

use std::borrow::Cow;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use perch_domain::limits::MESSAGE_CHARS_MAX;
use perch_wire::import::ImportedMessage;
use uuid::Uuid;

/// Under which nonces are derived (RFC 9562, 5.5). Fixed for good: with another one, logs would load twice.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f2f_53ea_8c1f_5d0b_9c55_6f3d_0d5c_21c4);

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Why a line is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// Somebody came.
    Joins,
    /// Somebody left.
    Parts,
    /// Somebody took another nick.
    Renames,
    /// The topic was changed or shown.
    Topics,
    /// Another `===` line, such as a change of mode.
    Notices,
    /// `* nick does something`.
    Actions,
    /// A message without visible text.
    Empty,
    /// A line of more than 64 KiB, which no chat wrote.
    Overlong,
    /// Anything else.
    Unrecognised,
}

impl Passed {
    /// As counts are labelled.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joins => "Joins",
            Self::Parts => "Parts",
            Self::Renames => "Renames",
            Self::Topics => "Topics",
            Self::Notices => "Notices",
            Self::Actions => "Actions",
            Self::Empty => "Empty",
            Self::Overlong => "Overlong",
            Self::Unrecognised => "Unrecognised",
        }
    }
}

/// What a line contains.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Message {
        clock: i64,
        nick: Cow<'a, str>,
        text: String,
    },
    /// Not a message, but it moves the clock.
    Timed {
        clock: i64,
        kind: Passed,
    },
    Passed(Passed),
}

/// The state of reading one log.
#[derive(Clone, Debug)]
pub struct Log {
    file: String,
    room: Uuid,
    day: Date,
    zone: TimeZone,
    number: u64,
    /// Seconds from the start of the first day to where the clock last started anew.
    offset: i64,
    /// How many hours the clock has, once that is known.
    hours: Option<i64>,
    /// The clock of the last line that had one, and its seconds from the start of the first day.
    last: Option<(i64, i64)>,
    /// The last time that was given out.
    latest: Option<jiff::Timestamp>,
}

impl Log {
    /// A log that starts on a day, with a clock in a time zone. The file's name, without its folder, and the room take part
    /// in the nonces: the same log can be loaded into two rooms, and from another folder it is still the same.
    #[must_use]
    pub fn new(file: impl Into<String>, room: Uuid, day: Date, zone: TimeZone) -> Self {
        Self {
            file: file.into(),
            room,
            day,
            zone,
            number: 0,
            offset: 0,
            hours: None,
            last: None,
            latest: None,
        }
    }

    /// A line that was too long to be read.
    pub const fn skip(&mut self) -> Passed {
        self.number += 1;
        Passed::Overlong
    }

    /// The messages of the next line: one, or several where its text is longer than a message may be.
    ///
    /// # Errors
    /// The kind of a line that is not a message.
    pub fn feed(&mut self, line: &[u8]) -> Result<Vec<ImportedMessage>, Passed> {
        self.number += 1;
        let text = String::from_utf8_lossy(line);
        match parse(&text) {
            Line::Passed(kind) => Err(kind),
            Line::Timed { clock, kind } => {
                self.advance(clock);
                Err(kind)
            }
            Line::Message { clock, nick, text } => {
                let seconds = self.advance(clock);
                let at = self.at(seconds).ok_or(Passed::Unrecognised)?;
                let characters: Vec<char> = text.chars().collect();
                let parts = characters
                    .chunks(MESSAGE_CHARS_MAX)
                    .map(|part| part.iter().collect::<String>());
                let messages: Vec<ImportedMessage> = parts
                    .enumerate()
                    .filter(|(_, text)| !text.trim().is_empty())
                    .map(|(part, text)| ImportedMessage {
                        nonce: self.nonce(line, part),
                        author: nick.clone().into_owned(),
                        at: at.to_string(),
                        text,
                        alert: false,
                        title: None,
                    })
                    .collect();
                Ok(messages)
            }
        }
    }

    fn nonce(&self, line: &[u8], part: usize) -> Uuid {
        let mut place =
            format!("{}\n{}\n{}\n{part}\n", self.room, self.file, self.number).into_bytes();
        place.extend_from_slice(line);
        Uuid::new_v5(&NAMESPACE, &place)
    }

    /// Moves to a time of the log's clock, as seconds from the start of the first day.
    fn advance(&mut self, clock: i64) -> i64 {
        if !(1..=12).contains(&(clock / HOUR)) {
            self.hours = Some(24);
        }
        if let Some((last_clock, last)) = self.last
            && clock + self.offset + HOUR < last
        {
            let twelve = last_clock / HOUR == 12
                && clock / HOUR == 1
                && clock + 12 * HOUR - last_clock <= HOUR / 2;
            if twelve && self.hours.is_none() {
                self.hours = Some(12);
            }
            self.offset += self.hours.unwrap_or(24) * HOUR;
        }
        let seconds = clock + self.offset;
        self.last = Some((
            clock,
            self.last.map_or(seconds, |(_, last)| last.max(seconds)),
        ));
        seconds
    }

    fn at(&mut self, seconds: i64) -> Option<jiff::Timestamp> {
        let day = self
            .day
            .checked_add(Span::new().try_days(seconds.div_euclid(DAY)).ok()?)
            .ok()?;
        let within = Span::new().try_seconds(seconds.rem_euclid(DAY)).ok()?;
        let local = day.at(0, 0, 0, 0).checked_add(within).ok()?;
        let at = local.to_zoned(self.zone.clone()).ok()?.timestamp();
        let at = self.latest.map_or(at, |latest| latest.max(at));
        self.latest = Some(at);
        Some(at)
    }
}

/// The first `YYYY-MM-DD` in a file's name.
#[must_use]
pub fn date_in(name: &str) -> Option<Date> {
    (0..name.len())
        .filter_map(|start| name.get(start..start + 10))
        .filter(|text| text.as_bytes().first().is_some_and(u8::is_ascii_digit))
        .find_map(|text| Date::strptime("%Y-%m-%d", text).ok())
}

fn parse(line: &str) -> Line<'_> {
    let line = line
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']);
    if let Some(notice) = line.strip_prefix("===") {
        return Line::Passed(notice_kind(notice.trim()));
    }
    let timed = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .and_then(|(time, rest)| Some((clock(time)?, rest.trim_start())));
    let Some((clock, rest)) = timed else {
        return Line::Passed(Passed::Unrecognised);
    };
    if rest.starts_with("* ") {
        return Line::Timed {
            clock,
            kind: Passed::Actions,
        };
    }
    let said = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    // Some programs write a space behind a closing bracket, which many nicks contain; no nick has a space.
    match said.map(|(nick, text)| (despaced(nick), text)) {
        Some((nick, text)) if is_nick(&nick) => {
            let text = plain(text.strip_prefix(' ').unwrap_or(text));
            if text.trim().is_empty() {
                Line::Timed {
                    clock,
                    kind: Passed::Empty,
                }
            } else {
                Line::Message { clock, nick, text }
            }
        }
        _ => Line::Timed {
            clock,
            kind: Passed::Unrecognised,
        },
    }
}

/// Seconds from midnight of `HH:MM` or `HH:MM:SS`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let mut part = |below: i64| {
        let digits = parts
            .next()
            .filter(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<i64>().ok().filter(|value| *value < below)
    };
    let (hours, minutes) = (part(24)?, part(60)?);
    let seconds = if text.len() > 5 { part(60)? } else { 0 };
    parts
        .next()
        .is_none()
        .then_some(hours * HOUR + minutes * 60 + seconds)
}

fn despaced(nick: &str) -> Cow<'_, str> {
    if nick.contains("] ") {
        nick.replace("] ", "]").into()
    } else {
        nick.into()
    }
}

fn is_nick(nick: &str) -> bool {
    !nick.is_empty()
        && nick.chars().count() <= 64
        && !nick.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn notice_kind(notice: &str) -> Passed {
    let rest = notice
        .split_once(char::is_whitespace)
        .map_or("", |(_, rest)| rest.trim_start());
    // After the nick stands the host, in brackets; a reason at the end may say anything.
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest.trim_start(),
        None => rest,
    };
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    if starts(&["has joined"]) {
        Passed::Joins
    } else if starts(&["has left", "has quit"]) {
        Passed::Parts
    } else if starts(&["is now known as"]) {
        Passed::Renames
    } else if starts(&["changed the topic", "set the topic"])
        || notice.to_lowercase().contains("topic")
    {
        Passed::Topics
    } else {
        Passed::Notices
    }
}

/// The text without what IRC clients draw instead of show: colours (`^C` and up to two numbers), bold, underline, and all
/// other control characters but the tab.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{3}' {
            let foreground = (0..2)
                .filter(|_| chars.next_if(char::is_ascii_digit).is_some())
                .count();
            let mut ahead = chars.clone();
            let background =
                ahead.next() == Some(',') && ahead.peek().is_some_and(char::is_ascii_digit);
            if foreground > 0 && background {
                chars = ahead;
                for _ in 0..2 {
                    chars.next_if(char::is_ascii_digit);
                }
            }
        } else if !c.is_control() || c == '\t' {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
#[path = "irc_tests.rs"]
mod tests;
