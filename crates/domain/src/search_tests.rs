use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::*;
use crate::id::{Nonce, PrincipalId, RoomId, Seq};

use crate::message::Draft;
use crate::trigger::Detector;

fn found(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.word).collect()
}

fn message(text: &str, title: Option<&str>) -> Message {
    let id = Uuid::nil();
    Draft::parse(text, false, title, &Detector::default())
        .unwrap()
        .into_message(
            RoomId(id),
            Seq(1),
            PrincipalId(id),
            "2026-01-31T12:00:00Z".parse().unwrap(),
            Nonce(id),
            None,
        )
}

fn matches(query: &str, text: &str) -> bool {
    Query::parse(query).unwrap().matches(&message(text, None))
}

#[test]
fn letter_case_accents_ligatures_and_width_make_no_difference() {
    for (text, words) in [
        (
            "Résumé re\u{301}sume\u{301} RESUME",
            vec!["resume", "resume", "resume"],
        ),
        ("Straße, cœur; Łódź", vec!["strasse", "coeur", "lodz"]),
        ("ＦＸ ﬁne ①", vec!["fx", "fine", "1"]),
        ("ΣΊΣΥΦΟΣ", vec!["σισυφοσ"]),
        ("İstanbul ısı", vec!["istanbul", "isi"]),
        ("Ёлка", vec!["елка"]),
        ("שָׁלוֹם", vec!["שלום"]),
        ("co\u{AD}op", vec!["coop"]),
    ] {
        assert_eq!(found(text), words, "{text}");
    }
}

#[test]
fn words_are_runs_of_letters_and_digits() {
    assert_eq!(
        found("don't e-mail a.b@c.io"),
        ["don", "t", "e", "mail", "a", "b", "c", "io"]
    );
    assert_eq!(found("1,234.56 PATH_1"), ["1", "234", "56", "path", "1"]);
    assert_eq!(found("📈 … — \n"), Vec::<String>::new());
    assert_eq!(found(&"x".repeat(200)), ["x".repeat(SEARCH_WORD)]);
}

const SEARCH_WORD: usize = crate::limits::SEARCH_WORD_CHARS_MAX;

#[test]
fn scripts_without_spaces_are_found_by_any_part_of_a_sentence() {
    assert_eq!(found("漢字テスト"), ["漢", "字", "テ", "ス", "ト"]);
    assert_eq!(found("か\u{3099}ﾊﾟ"), ["が", "パ"]);
    assert!(matches("字テ", "漢字テスト"));
    assert!(!matches("字ス", "漢字テスト"));
}

#[test]
fn a_ticker_is_found_with_and_without_its_dollar_sign() {
    for query in ["$MSFT", "msft", "$msft"] {
        assert!(matches(query, "sold $MSFT today"), "{query}");
    }
    assert!(!matches("$MSFT", "sold MSFT today"));
    assert!(matches("$BRK.B", "$BRK.B") && matches("brk.b", "$BRK.B"));
    let all = words(&message("sold $MSFT", None));
    assert_eq!(
        all.into_iter().collect::<Vec<_>>(),
        ["$msft", "msft", "sold"]
    );
}

#[test]
fn all_words_must_be_there_in_any_order_and_a_phrase_as_it_stands() {
    let text = "The quick brown fox, the lazy dog.";
    assert!(matches("dog quick", text));
    assert!(!matches("dog cat", text));
    assert!(matches("\"brown fox\" dog", text));
    assert!(!matches("\"fox brown\"", text));
    assert!(matches("« fox the »", text));
    assert!(matches("\"quick brown", text));
    assert!(matches("fox\"lazy dog\"", text));
}

#[test]
fn a_storys_title_is_searched_too_but_no_phrase_reaches_from_it_into_the_text() {
    let story = message("body of it", Some("The title"));
    for (query, answer) in [
        ("title body", true),
        ("\"the title\"", true),
        ("\"title body\"", false),
    ] {
        assert_eq!(
            Query::parse(query).unwrap().matches(&story),
            answer,
            "{query}"
        );
    }
}

#[test]
fn people_rooms_and_dates_are_taken_out_of_the_query() {
    let query = Query::parse(
        "FROM:amelie fox in:\"FX Spot\" after:2026-01-31 before:2026-02-01T08:00:00+01:00",
    )
    .unwrap();
    assert_eq!(query.from(), ["amelie"]);
    assert_eq!(query.rooms(), ["FX Spot"]);
    assert_eq!(query.words().into_iter().collect::<Vec<_>>(), ["fox"]);
    assert_eq!(
        query.after().unwrap().to_string(),
        "2026-01-31T00:00:00.000000Z"
    );
    assert_eq!(
        query.before().unwrap().to_string(),
        "2026-02-01T07:00:00.000000Z"
    );
    assert!(matches("noon after:2026-01-31 before:2026-02-01", "noon"));
    assert!(!matches("noon after:2026-02-01", "noon"));
    assert!(!matches("noon before:2026-01-31", "noon"));
    assert!(
        names("Amélie Laurent", "laurent amelie") && !names("Amélie", "am") && !names("x", "-")
    );
}

#[test]
fn a_key_without_a_value_is_a_word() {
    assert!(matches("from: fox", "a fox from there"));
    assert!(matches(
        "http://example.com/from:x",
        "see http://example.com/from:x"
    ));
}

#[test]
fn what_nobody_can_look_for_is_refused() {
    let long = "x".repeat(SEARCH_CHARS_MAX + 1);
    let many = (0..=SEARCH_TERMS_MAX)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(" ");
    for query in [
        "",
        "  ",
        "…",
        "in:room",
        "\"\"",
        "fox after:soon",
        "fox before:2026-02-30",
        &long,
        &many,
    ] {
        assert_eq!(
            Query::parse(query).unwrap_err().code,
            Code::InvalidArgument,
            "{query}"
        );
    }
    assert!(Query::parse("from:amelie").is_ok());
}

#[test]
fn spans_mark_what_was_found() {
    let cut = |query: &str, text: &str| -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let spans = Query::parse(query).unwrap().spans(text);
        spans
            .iter()
            .map(|span| String::from_utf16(&units[span.start as usize..span.end as usize]).unwrap())
            .collect()
    };
    assert_eq!(cut("resume", "📈 Résumé, resume"), ["Résumé", "resume"]);
    assert_eq!(
        cut("\"brown fox\" quick", "a quick brown fox"),
        ["quick", "brown fox"]
    );
    assert_eq!(cut("\"a a\"", "a a a"), ["a a a"]);
    assert_eq!(cut("$msft", "MSFT and $MSFT"), ["$MSFT"]);
}

const TEXT: &str = "[a-zA-Z0-9 .,'$\"éÉœŒßñÅšŁαΣςйЙ漢字テガ👩é\u{301}\u{327}\u{3099}]{0,60}";

proptest! {
    #[test]
    fn how_a_text_is_encoded_makes_no_difference(text in TEXT) {
        let words = found(&text);
        prop_assert_eq!(&words, &found(&text.nfd().collect::<String>()));
        prop_assert_eq!(&words, &found(&text.nfc().collect::<String>()));
        prop_assert_eq!(&words, &found(&text.to_uppercase()));
        prop_assert_eq!(&words, &found(&words.join(" ")));
    }

    #[test]
    fn any_text_has_words_at_its_places(text in any::<String>()) {
        let length = u32::try_from(text.encode_utf16().count()).unwrap();
        let mut last = 0;
        for token in tokens(&text) {
            prop_assert!(token.start < token.end && token.end <= length && token.start >= last.min(token.start));
            prop_assert!(!token.word.is_empty() && token.word.chars().count() <= SEARCH_WORD);
            prop_assert!(!token.word.contains([' ', '"', '\'', '\\', '$', ':', '@', '\0']));
            last = token.end;
        }
    }

    #[test]
    fn a_message_is_found_by_its_words_and_by_all_of_itself(text in TEXT) {
        prop_assume!(!found(&text).is_empty());
        let message = message(&text, None);
        let indexed = words(&message);
        for token in tokens(&text) {
            let query = Query::parse(&token.ticker().unwrap_or(token.word)).unwrap();
            prop_assert!(query.matches(&message));
            prop_assert!(!query.spans(&text).is_empty());
        }
        let whole = Query::parse(&format!("\"{}\"", text.replace('"', " "))).unwrap();
        prop_assert!(whole.matches(&message));
        prop_assert!(whole.words().iter().all(|word| indexed.contains(*word)));
    }

    #[test]
    fn any_query_is_read_or_refused(text in any::<String>()) {
        if let Ok(query) = Query::parse(&text) {
            let message = message("The quick brown fox", None);
            let matches = query.matches(&message);
            let indexed = words(&message);
            let might = query.words().iter().all(|word| indexed.contains(*word));
            prop_assert!(might || !matches, "the index leaves out an answer");
        }
    }
}
