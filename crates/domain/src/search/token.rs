//! The words of a text, folded: letter case, diacritics, width and ligatures make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::limits::SEARCH_WORD_CHARS_MAX;
use crate::name::fold;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word, folded, at most 64 characters of it.
    pub word: String,
    /// A dollar sign stands before it.
    pub dollar: bool,
    /// Where it starts in the text, in UTF-16 code units; its dollar sign included.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl Token {
    /// The word with its dollar sign: what finds `$MSFT` and not `MSFT`.
    #[must_use]
    pub fn ticker(&self) -> Option<String> {
        self.dollar.then(|| format!("${}", self.word))
    }

    /// Whether this is what a word of a query means.
    pub(super) fn is(&self, word: &str) -> bool {
        match word.strip_prefix('$') {
            Some(ticker) => self.dollar && self.word == ticker,
            None => self.word == word,
        }
    }
}

/// The words of a text in its order. A word is a run of letters and digits; in scripts that put no space between words each
/// letter is one, so that a word of several is found as a phrase. Linear in the length of the text.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut run = Run::default();
    let mut at = 0;
    for c in text.chars() {
        if !run.text.is_empty() && is_part(c) {
            run.text.push(c);
        } else if c.is_alphanumeric() {
            let spaceless = is_spaceless(c);
            if run.spaceless || spaceless {
                run.end_into(&mut found, at);
            }
            if run.text.is_empty() {
                run.start = at;
                run.spaceless = spaceless;
            }
            run.text.push(c);
        } else {
            run.end_into(&mut found, at);
            run.dollar = matches!(c, '$' | '＄').then_some(at);
        }
        at += if c.len_utf16() == 2 { 2 } else { 1 };
    }
    run.end_into(&mut found, at);
    found
}

/// A word that has begun.
#[derive(Default)]
struct Run {
    text: String,
    start: u32,
    spaceless: bool,
    /// Where the dollar sign directly before it stands.
    dollar: Option<u32>,
}

impl Run {
    fn end_into(&mut self, found: &mut Vec<Token>, end: u32) {
        if self.text.is_empty() {
            self.dollar = None;
            return;
        }
        let run = std::mem::take(self);
        let folded = fold_word(&run.text);
        // Folding may take a sign apart: one half becomes 1, a fraction slash, and 2.
        let words = folded.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
        for word in words.filter(|word| word.contains(char::is_alphanumeric)) {
            let first = found.last().is_none_or(|last| last.end <= run.start);
            found.push(Token {
                word: word.chars().take(SEARCH_WORD_CHARS_MAX).collect(),
                dollar: first && run.dollar.is_some(),
                start: run.dollar.unwrap_or(run.start),
                end,
            });
        }
    }
}

/// A word without what people leave out when they type: letter case, accents, ligatures.
fn fold_word(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let folded = fold(word);
    let bare = folded
        .nfd()
        .filter(|c| !is_diacritic(*c) && !is_ignorable(*c));
    let mut plain = String::with_capacity(word.len());
    for c in bare {
        match c {
            'œ' => plain.push_str("oe"),
            'æ' => plain.push_str("ae"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ı' => plain.push('i'),
            other => plain.push(other),
        }
    }
    plain.nfc().collect()
}

/// What belongs to the letter before it.
fn is_part(c: char) -> bool {
    is_combining_mark(c) || is_ignorable(c) || matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// What nobody sees: soft hyphens, joiners, variation selectors.
const fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Marks that searching leaves out. Others, such as vowels of Indic scripts, make another word.
const fn is_diacritic(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5C7}'
            | '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.
const fn is_spaceless(c: char) -> bool {
    matches!(
        c,
        '\u{E00}'..='\u{EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3041}'..='\u{30FF}'
            | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FF66}'..='\u{FF9D}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}
