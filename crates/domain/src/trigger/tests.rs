use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn built_in() -> Detector {
    Detector::built_in().unwrap()
}

fn tickers(text: &str) -> Vec<String> {
    let contexts = built_in().contexts(text);
    contexts.into_iter().map(|context| context.name).collect()
}

fn pattern(pattern: &str) -> Pattern {
    Pattern {
        pattern: pattern.to_owned(),
        id_field: "number".to_owned(),
        match_case: false,
        whole_words: true,
        before: String::new(),
        after: String::new(),
    }
}

fn trigger(name: &str, rule: Rule) -> Arc<Trigger> {
    Arc::new(Trigger {
        id: TriggerId(Uuid::from_u128(name.len() as u128)),
        name: Name::parse(name).unwrap(),
        context_type: ContextType::parse(&format!("x.{name}")).unwrap(),
        rule,
        ..Trigger::built_in()
    })
}

fn found(detector: &Detector, text: &str) -> Vec<(String, String, String)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let triple = |context: Context| {
        let cut = &units[context.start as usize..context.end as usize];
        let ids: Vec<String> = (context.ids.iter())
            .map(|(field, value)| format!("{field}={value}"))
            .collect();
        (
            context.context_type.to_string(),
            String::from_utf16(cut).unwrap(),
            ids.join(" "),
        )
    };
    detector.contexts(text).into_iter().map(triple).collect()
}

fn cuts(rule: Rule, text: &str) -> Vec<String> {
    let detector = Detector::new([trigger("it", rule)]).unwrap();
    (found(&detector, text).into_iter())
        .map(|(_, cut, _)| cut)
        .collect()
}

#[test]
fn tickers_are_found_where_people_write_them() {
    assert_eq!(tickers("$MSFT"), ["MSFT"]);
    assert_eq!(
        tickers("anyone seen size in [$MSFT]? or $AAPL,$BRK.B $IBM"),
        ["MSFT", "AAPL", "BRK.B", "IBM"]
    );
    assert_eq!(
        found(&built_in(), "a $MSFT"),
        [(
            "fdc3.instrument".to_owned(),
            "$MSFT".to_owned(),
            "ticker=MSFT".to_owned()
        )]
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
        "$MSFT$",
    ] {
        let tickers = tickers(text);
        assert!(tickers.is_empty() || text == "$MSFT$", "{text}");
    }
}

#[test]
fn places_are_counted_as_a_browser_counts() {
    let context = built_in().contexts("📈 é $MSFT").remove(0);
    assert_eq!((context.start, context.end), (5, 10));
}

#[test]
fn the_value_is_the_named_group_or_the_first_one_or_the_whole() {
    for (text, value) in [
        (r"INC-\d+", "number=INC-47"),
        (r"INC-(\d+)", "number=47"),
        (r"(INC)-(?<value>\d+)", "number=47"),
    ] {
        let detector = Detector::new([trigger("it", Rule::Pattern(pattern(text)))]).unwrap();
        let found = found(&detector, "see INC-47.");
        assert_eq!(found[0].1, "INC-47", "{text}");
        assert_eq!(found[0].2, value, "{text}");
    }
}

#[test]
fn whole_words_and_case_are_kept_apart_only_when_asked() {
    let text = "INC-1 inc-2 xINC-3 INC-4x (INC-5) INC-6_";
    assert_eq!(
        cuts(Rule::Pattern(pattern(r"INC-\d+")), text),
        ["INC-1", "inc-2", "INC-5"]
    );
    let anywhere = Pattern {
        whole_words: false,
        match_case: true,
        ..pattern(r"INC-\d+")
    };
    assert_eq!(
        cuts(Rule::Pattern(anywhere), text),
        ["INC-1", "INC-3", "INC-4", "INC-5", "INC-6"]
    );
    assert_eq!(
        cuts(Rule::Pattern(pattern(r"#\d+")), "see #1, #2 and x#3"),
        ["#1", "#2"]
    );
}

#[test]
fn what_must_stand_before_and_after_is_no_part_of_what_is_found() {
    let rule = Pattern {
        before: "(ticket|call) ".to_owned(),
        after: ",|$".to_owned(),
        ..pattern(r"(?<value>\d+)")
    };
    assert_eq!(
        cuts(
            Rule::Pattern(rule),
            "ticket 1, ticket 2 and call 3,call 4, 5"
        ),
        ["1", "3", "4"]
    );
}

#[test]
fn a_mistake_in_a_pattern_is_named_with_its_place() {
    for (text, place) in [
        (r"é(INC", Some("2")),
        ("[a", Some("1")),
        (r"a\", Some("2")),
        ("a**{", Some("4")),
        (r"(a)\1", Some("4")),
        ("a(?=b)", Some("2")),
        (r"\p{Nonsense}", Some("1")),
        ("a*", None),
        ("", None),
    ] {
        let refusal = pattern(text).parse().unwrap_err();
        assert_eq!(refusal.code, Code::InvalidPattern, "{text}");
        assert_eq!(refusal.field, Some("pattern"), "{text}");
        let named = refusal.params.iter().find(|(name, _)| *name == "place");
        assert_eq!(named.map(|(_, place)| place.as_str()), place, "{text}");
    }
    let wrong = Pattern {
        before: "(".to_owned(),
        ..pattern("a")
    };
    assert_eq!(wrong.parse().unwrap_err().field, Some("before"));
    let no_field = Pattern {
        id_field: "__proto__".to_owned(),
        ..pattern("a")
    };
    assert_eq!(no_field.parse().unwrap_err().field, Some("id_field"));
}

#[test]
fn a_pattern_that_grows_too_large_is_refused_and_so_are_too_many_together() {
    for text in [r"\w{400}", "(((a{100}){100}){100})", &"x".repeat(501)] {
        let refusal = pattern(text).parse().unwrap_err();
        assert_eq!(refusal.code, Code::InvalidPattern, "{text}");
    }
    let large = (0..50).map(|n| trigger(&format!("t{n}"), Rule::Pattern(pattern(r"[A-Z]+-\d+"))));
    Detector::new(large).unwrap();
    let large = (0..50).map(|n| trigger(&format!("t{n}"), Rule::Pattern(pattern(r"\w{2}x"))));
    assert_eq!(Detector::new(large).unwrap_err().code, Code::InvalidPattern);
    let many = (0..51).map(|n| trigger(&format!("t{n}"), Rule::Pattern(pattern("a"))));
    assert_eq!(Detector::new(many).unwrap_err().code, Code::LimitExceeded);
}

const COMPANIES: &str = "word,ticker,ISIN\nMicrosoft,MSFT,US5949181045\nNew York Times,NYT,\nNew,NWS,\nAT&T,T,\nÉlectricité de France,EDF,\nC++,CPP,\n\nStraße,STR,\n";

fn words(csv: &str) -> Rule {
    Rule::Words(Words::parse(csv).unwrap())
}

#[test]
fn words_are_found_whole_and_in_any_case() {
    let text = "MICROSOFT's, microsofty, at&t; New  york\ntimes, the new yorkers, électricité DE france, c++ strasse";
    let expected = [
        "MICROSOFT",
        "at&t",
        "New  york\ntimes",
        "new",
        "électricité DE france",
        "c++",
        "strasse",
    ];
    assert_eq!(cuts(words(COMPANIES), text), expected);
    let detector = Detector::new([trigger("it", words(COMPANIES))]).unwrap();
    let context = detector.contexts("microsoft").remove(0);
    assert_eq!(context.name, "Microsoft");
    assert_eq!(context.ids["ticker"], "MSFT");
    assert_eq!(context.ids["ISIN"], "US5949181045");
}

#[test]
fn columns_are_parted_as_the_first_line_shows() {
    for csv in [
        "mot;ticker\n\"A; B\";X",
        "word\tticker\nA; B\tX",
        "\u{feff}word,ticker\r\nA; B,X\r\n",
    ] {
        let words = Words::parse(csv).unwrap();
        assert_eq!(words.entries()[0].word, "A; B");
        assert_eq!(words.entries()[0].ids["ticker"], "X");
    }
}

#[test]
fn a_mistake_in_a_dictionary_is_named_with_its_line() {
    let many: String = (0..=10_000).map(|n| format!("w{n},x\n")).collect();
    for (csv, line) in [
        ("", "1"),
        ("word", "1"),
        ("word,ticker", "2"),
        ("word,1x\na,b", "1"),
        ("word,t,t\na,b,c", "1"),
        ("word,t\na,b\nc", "3"),
        ("word,t\na,b\n\nc,", "4"),
        ("word,t\na,b\nA,c", "3"),
        (&format!("word,t\n{many}"), "10002"),
        (&format!("word,t\na,{}", "x".repeat(257)), "2"),
        (&format!("word,t\na,{}", "x".repeat(600_000)), "1"),
    ] {
        let refusal = Words::parse(csv).unwrap_err();
        assert_eq!(refusal.code, Code::InvalidWords);
        let line_of = refusal.params.iter().find(|(name, _)| *name == "line");
        assert_eq!(line_of.unwrap().1, line, "{}", refusal.detail);
    }
}

#[test]
fn of_two_that_overlap_the_earlier_counts_then_the_longer_then_the_first_by_name() {
    let detector = Detector::new([
        trigger("b", words("word,t\nINC-1 down,1\nsame,b")),
        trigger("a", Rule::Pattern(pattern(r"INC-\d+|same"))),
    ])
    .unwrap();
    let types: Vec<String> = (found(&detector, "inc-1 down inc-2 same").into_iter())
        .map(|(found, cut, _)| format!("{found} {cut}"))
        .collect();
    assert_eq!(types, ["x.b inc-1 down", "x.a inc-2", "x.a same"]);
}

#[test]
fn a_disabled_trigger_finds_nothing_and_no_trigger_finds_no_more_than_16() {
    let off = Trigger {
        enabled: false,
        ..Trigger::built_in()
    };
    let detector = Detector::new([Arc::new(off)]).unwrap();
    assert!(detector.contexts("$MSFT").is_empty());
    assert_eq!(built_in().contexts(&"$A ".repeat(100)).len(), 16);
    let detector = Detector::new([trigger("it", words("word,t\na,1"))]).unwrap();
    assert_eq!(detector.contexts(&"a ".repeat(100)).len(), 16);
}

#[test]
fn types_are_words_with_dots_between_them() {
    for good in ["fdc3.instrument", "x.ticket", "com.contoso.desk-1"] {
        assert!(ContextType::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "ticket",
        "x.",
        ".x",
        "x..y",
        "x.1",
        "x.é",
        "__proto__.x",
    ] {
        assert!(ContextType::parse(bad).is_err(), "{bad}");
    }
}

/// Patterns that an engine which goes back in the text would not survive, each against a text made for it.
#[test]
fn time_is_linear_for_patterns_and_texts_made_to_be_slow() {
    let patterns = [
        "(a+)+!",
        "(a|a)*!",
        "(a|aa)+c",
        "a.*b.*c.*d",
        "(x+x+)+y",
        r"(.*)(.*)(.*)z",
        r"\w+\s\w+\s\w+!",
    ];
    let detector = Detector::new(patterns.iter().enumerate().map(|(n, text)| {
        let rule = Pattern {
            whole_words: false,
            ..pattern(text)
        };
        trigger(&format!("t{n}"), Rule::Pattern(rule))
    }))
    .unwrap();
    let time = |length: usize| {
        let texts = ["a", "ab", "x", "a ", "é", "word "].map(|unit| unit.repeat(length));
        let start = Instant::now();
        let mut found = 0;
        for text in &texts {
            found += detector.contexts(text).len();
        }
        assert_eq!(found, 0, "each pattern asks for what no text has");
        start.elapsed()
    };
    time(100);
    let (short, long) = (time(1_000), time(16_000));
    assert!(
        long < short * 16 * 8 + Duration::from_millis(50),
        "{short:?} for a text, {long:?} for one 16 times as long"
    );
}

proptest! {
    #[test]
    fn every_place_cuts_out_its_ticker(text in "[ a$A-Zé📈.]{0,60}") {
        for (_, cut, id) in found(&built_in(), &text) {
            prop_assert_eq!(cut.replace('$', "ticker="), id);
        }
    }

    #[test]
    fn any_rules_and_any_text_give_contexts_in_order_on_borders_of_characters(
        patterns in proptest::collection::vec((r"[a-c.*+?()\[\]|\\$^{}0-9é📈 -]{1,12}", any::<bool>(), any::<bool>()), 1..6),
        list in proptest::collection::vec("[a-cß +📈é]{1,6}", 1..6),
        text in "[a-cA-CßẞéÉ\u{301} 📈+$\n]{0,80}",
    ) {
        let mut triggers = Vec::new();
        for (n, (text, match_case, whole_words)) in patterns.into_iter().enumerate() {
            let rule = Pattern { match_case, whole_words, ..pattern(&text) }.parse();
            triggers.extend(rule.ok().map(|rule| trigger(&format!("p{n}"), Rule::Pattern(rule))));
        }
        let csv = format!("word;t\n{}", list.iter().map(|word| format!("{word};1\n")).collect::<String>());
        triggers.extend(Words::parse(&csv).ok().map(|words| trigger("w", Rule::Words(words))));
        let detector = Detector::new(triggers).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut end = 0;
        let contexts = detector.contexts(&text);
        prop_assert!(contexts.len() <= 16);
        for context in contexts {
            prop_assert!(context.start >= end && context.start < context.end);
            end = context.end;
            let cut = &units[context.start as usize..context.end as usize];
            prop_assert!(String::from_utf16(cut).is_ok());
            prop_assert!(!context.ids.is_empty() && !context.name.is_empty());
        }
    }

    #[test]
    fn what_is_read_can_be_used_and_what_is_not_says_why(text in any::<String>(), csv in any::<String>()) {
        let rules = [
            Pattern { before: csv.clone(), ..pattern(&text) }.parse().map(Rule::Pattern),
            Words::parse(&csv).map(Rule::Words),
            Words::parse(&format!("word,t\n{csv}")).map(Rule::Words),
        ];
        for rule in rules {
            match rule {
                Ok(rule) => drop(Detector::new([trigger("it", rule)]).unwrap().contexts(&text)),
                Err(refusal) => prop_assert!(refusal.field.is_some()),
            }
        }
    }
}
