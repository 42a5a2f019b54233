//! Texts of a history: about 100 bytes of words as often as words are, and a few whose number is known.

/// Different words: two to the power of this.
const VOCABULARY_BITS: u64 = 16;
/// Words of a text, besides those that are put in.
const WORDS: usize = 17;
/// Every so many messages has a word that is frequent, and one that is not.
const FREQUENT: usize = 20;
const MEDIUM: usize = 2_000;

/// The word of the newest message alone: who finds it can find everything.
pub(super) const NEWEST: &str = "zenithmark";

/// What is looked for in a history, and what it is.
pub(super) const QUERIES: [(&str, &str); 7] = [
    ("frequent word", "liquidity"),
    ("medium word", "backwardation"),
    ("rare word", "contango"),
    ("frequent phrase", "\"front month\""),
    ("medium phrase", "\"calendar spread\""),
    ("rare phrase", "\"limit down\""),
    ("two frequent words", "liquidity spread"),
];

/// The text of a message. The rare word is in one of the oldest.
pub(super) fn text(number: usize, of: usize) -> String {
    let mut text = String::with_capacity(128);
    let mut random = number as u64;
    for _ in 0..WORDS {
        random = mixed(random);
        push_word(&mut text, random);
    }
    let mut put = |word: &str| {
        text.push_str(word);
        text.push(' ');
    };
    match number % FREQUENT {
        0 => put("liquidity"),
        1 => put("front month"),
        2 => put("spread"),
        3 if number % (FREQUENT * 7) == 3 => put("liquidity and spread"),
        _ => {}
    }
    match number % MEDIUM {
        4 => put("backwardation"),
        5 => put("calendar spread"),
        _ => {}
    }
    match number {
        6 => put("contango"),
        7 => put("limit down"),
        _ => {}
    }
    if number + 1 == of {
        put(NEWEST);
    }
    text.truncate(text.trim_end().len());
    text
}

/// SplitMix64: the same words in every run.
const fn mixed(from: u64) -> u64 {
    let mut value = from.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A word whose frequency falls with its rank, as in any language (Zipf): its rank is evenly spread in logarithm.
fn push_word(text: &mut String, random: u64) {
    const SYLLABLES: [&str; 25] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su",
        "ta", "ve", "wi", "xo", "zu", "bra", "cle", "dri", "flo", "gru",
    ];
    let scale = 1 << (random % VOCABULARY_BITS);
    let rank = scale + (random >> 8) % scale;
    let mut left = usize::try_from(rank).unwrap_or_default();
    loop {
        text.push_str(
            SYLLABLES
                .get(left % SYLLABLES.len())
                .copied()
                .unwrap_or_default(),
        );
        left /= SYLLABLES.len();
        if left == 0 {
            break;
        }
    }
    text.push(' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 40_000;

    fn having(word: &str) -> usize {
        let all = (0..COUNT).map(|number| text(number, COUNT));
        all.filter(|text| text.contains(word)).count()
    }

    #[test]
    fn a_text_is_about_100_bytes_long() {
        let bytes: usize = (0..COUNT).map(|number| text(number, COUNT).len()).sum();
        assert!((90..=110).contains(&(bytes / COUNT)), "{}", bytes / COUNT);
    }

    #[test]
    fn words_are_as_frequent_as_their_names_say() {
        assert!(having("liquidity") >= COUNT / FREQUENT);
        assert!(having("front month") == COUNT / FREQUENT);
        assert!(having("liquidity and spread") > 100);
        assert_eq!(having("backwardation"), COUNT / MEDIUM);
        assert_eq!(having("contango"), 1);
        assert_eq!(having(NEWEST), 1);
        assert!(text(COUNT - 1, COUNT).contains(NEWEST));
    }
}
