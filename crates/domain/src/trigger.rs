//! Triggers: patterns that turn posted text into typed contexts, found once, on the server, and stored with the message.
//!
//! Out of the box there is one: `$TICKER` becomes an `fdc3.instrument` (FDC3 2.2, context data).

use std::sync::LazyLock;

use regex::Regex;

use crate::limits::CONTEXTS_MAX;

/// Something that a message speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The FDC3 context type.
    pub kind: ContextKind,
    /// What identifies it: for an instrument its ticker.
    pub value: String,
    /// Where it starts in the text, in UTF-16 code units, as a browser counts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// The type of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextKind {
    /// A traded instrument, known by its ticker.
    Instrument,
}

impl ContextKind {
    /// The FDC3 name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instrument => "fdc3.instrument",
        }
    }
}

/// A dollar sign that follows neither a word nor another dollar, one to six capitals, and a share class such as `.B`.
static TICKER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w$])(\$([A-Z]{1,6}(?:\.[A-Z]{1,2})?))\b").ok());

/// The contexts in a text, in its order, at most 16. Linear in the length of the text.
#[must_use]
pub fn find(text: &str) -> Vec<Context> {
    // Most messages have none: no pattern runs and no memory is taken for them.
    if !text.contains('$') {
        return Vec::new();
    }
    let Some(ticker) = TICKER.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let (mut bytes, mut units) = (0, 0_u32);
    for captures in ticker.captures_iter(text).take(CONTEXTS_MAX) {
        let (Some(whole), Some(symbol)) = (captures.get(1), captures.get(2)) else {
            continue;
        };
        units += utf16_len(text.get(bytes..whole.start()).unwrap_or_default());
        let start = units;
        units += utf16_len(whole.as_str());
        bytes = whole.end();
        found.push(Context {
            kind: ContextKind::Instrument,
            value: symbol.as_str().to_owned(),
            start,
            end: units,
        });
    }
    found
}

fn utf16_len(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tickers(text: &str) -> Vec<String> {
        find(text)
            .into_iter()
            .map(|context| context.value)
            .collect()
    }

    #[test]
    fn tickers_are_found_where_people_write_them() {
        assert_eq!(tickers("$MSFT"), ["MSFT"]);
        assert_eq!(
            tickers("anyone seen size in [$MSFT]? or $AAPL,$BRK.B"),
            ["MSFT", "AAPL", "BRK.B"]
        );
    }

    #[test]
    fn amounts_words_and_shell_variables_are_no_tickers() {
        for text in [
            "$100",
            "US$MSFT",
            "$$MSFT",
            "$msft",
            "$TOOLONGNAME",
            "$PATH_1",
            "$ MSFT",
        ] {
            assert!(tickers(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn places_are_counted_as_a_browser_counts() {
        let context = find("📈 é $MSFT").remove(0);
        assert_eq!((context.start, context.end), (5, 10));
    }

    proptest! {
        #[test]
        fn every_place_cuts_out_its_ticker(text in "[ a$A-Zé📈.]{0,60}") {
            let units: Vec<u16> = text.encode_utf16().collect();
            for context in find(&text) {
                let cut = String::from_utf16(&units[context.start as usize..context.end as usize]).unwrap();
                prop_assert_eq!(cut, format!("${}", context.value));
            }
        }
    }
}
