use proptest::prelude::*;

use super::*;
use crate::id::{AddinId, Nonce, RoomId};
use crate::message::Draft;
use crate::trigger::Detector;

fn content() -> Content {
    Content {
        title: "MSFT over its limit".to_owned(),
        summary: Some("Bid 412.30\nfor ten minutes".to_owned()),
        tone: Tone::Warning,
        fields: vec![Field {
            label: "Limit".to_owned(),
            value: "410.00".to_owned(),
        }],
        footer: Some("Alert board".to_owned()),
        actions: vec![link_to("https://tickets.contoso.example/7"), chart()],
    }
}

fn link_to(url: &str) -> Action {
    Action {
        label: "Open".to_owned(),
        url: Some(url.to_owned()),
        context: None,
    }
}

fn chart() -> Action {
    Action {
        label: "Chart".to_owned(),
        url: None,
        context: Some(CardContext {
            context_type: "fdc3.instrument".to_owned(),
            name: "MSFT".to_owned(),
            ids: Ids::from([("ticker".to_owned(), "MSFT".to_owned())]),
        }),
    }
}

/// A card that is changed in one thing.
fn with(change: impl FnOnce(&mut Content)) -> Result<Card, Refusal> {
    let mut content = content();
    change(&mut content);
    Card::parse(content)
}

fn is_refused(card: Result<Card, Refusal>) -> bool {
    card.is_err_and(|refusal| {
        refusal.code == Code::InvalidArgument && refusal.field == Some("card")
    })
}

#[test]
fn a_card_is_kept_as_it_was_written_but_for_spaces_around_its_texts() {
    assert_eq!(Card::parse(content()).unwrap().content(), &content());
    let card = with(|card| {
        card.title.push(' ');
        card.summary = Some(" \n".to_owned());
        card.footer = Some(String::new());
    });
    let card = card.unwrap();
    assert_eq!(card.content().title, content().title);
    assert_eq!(
        (&card.content().summary, &card.content().footer),
        (&None, &None)
    );
}

#[test]
fn a_card_needs_a_title_and_nothing_else() {
    let least = Content {
        title: "Done".to_owned(),
        ..Content::default()
    };
    assert!(Card::parse(least).is_ok());
    assert!(is_refused(with(|card| card.title = "  ".to_owned())));
}

#[test]
fn texts_of_a_card_have_limits_in_characters() {
    let long = |max: usize| "é".repeat(max);
    type Set = fn(&mut Content, String);
    let texts: [(usize, Set); 5] = [
        (CARD_TITLE_CHARS_MAX, |card, text| card.title = text),
        (CARD_SUMMARY_CHARS_MAX, |card, text| {
            card.summary = Some(text)
        }),
        (CARD_TITLE_CHARS_MAX, |card, text| card.footer = Some(text)),
        (CARD_LABEL_CHARS_MAX, |card, text| {
            card.fields[0].label = text
        }),
        (CARD_VALUE_CHARS_MAX, |card, text| {
            card.fields[0].value = text
        }),
    ];
    for (max, set) in texts {
        assert!(with(|card| set(card, long(max))).is_ok(), "{max}");
        assert!(is_refused(with(|card| set(card, long(max + 1)))), "{max}");
        assert!(
            is_refused(with(|card| set(card, "a\u{0}b".to_owned()))),
            "{max}"
        );
    }
}

#[test]
fn line_breaks_stand_in_summaries_and_values_only() {
    let broken = || "one\ntwo".to_owned();
    assert!(with(|card| card.summary = Some(broken())).is_ok());
    assert!(with(|card| card.fields[0].value = broken()).is_ok());
    assert!(is_refused(with(|card| card.title = broken())));
    assert!(is_refused(with(|card| card.footer = Some(broken()))));
    assert!(is_refused(with(|card| card.fields[0].label = broken())));
    assert!(is_refused(with(|card| card.actions[0].label = broken())));
}

#[test]
fn a_card_has_a_limited_number_of_fields_and_actions() {
    let field = content().fields[0].clone();
    assert!(with(|card| card.fields = vec![field.clone(); CARD_FIELDS_MAX]).is_ok());
    assert!(is_refused(with(|card| {
        card.fields = vec![field.clone(); CARD_FIELDS_MAX + 1];
    })));
    let actions = |count: usize| -> Vec<Action> {
        let numbered = (0..count).map(|number| Action {
            label: number.to_string(),
            ..chart()
        });
        numbered.collect()
    };
    assert!(with(|card| card.actions = actions(CARD_ACTIONS_MAX)).is_ok());
    assert!(is_refused(with(
        |card| card.actions = actions(CARD_ACTIONS_MAX + 1)
    )));
    assert!(is_refused(with(
        |card| card.actions = vec![chart(), chart()]
    )));
}

#[test]
fn a_card_is_small_as_a_whole() {
    let long = format!("https://a.example/{}", "a".repeat(CARD_URL_BYTES_MAX - 18));
    let actions = |count: usize| -> Vec<Action> {
        let numbered = (0..count).map(|number| Action {
            label: number.to_string(),
            ..link_to(&long)
        });
        numbered.collect()
    };
    assert!(with(|card| card.actions = actions(3)).is_ok());
    assert!(is_refused(with(|card| card.actions = actions(4))));
}

#[test]
fn links_are_absolute_http_and_https_addresses_without_credentials() {
    for url in [
        "http://intranet/page",
        "https://tickets.contoso.example:8443/7?a=b#c",
        "https://müller.example/ü",
        "https://[::1]/",
    ] {
        assert!(with(|card| card.actions[0] = link_to(url)).is_ok(), "{url}");
    }
    for url in [
        "",
        "/page",
        "//host/page",
        "https:host",
        "https:/host",
        "https://",
        "javascript:alert(1)",
        "JaVaScRiPt://x/%0aalert(1)",
        "data:text/html,x",
        "ftp://host/",
        "file:///etc/passwd",
        "https://amelie@host/",
        "https://:secret@host/",
        "https://host/a b",
        "https://host/\u{202f}b",
        "https://host\\@evil.example/",
        "https://host/\n",
    ] {
        let refused = is_refused(with(|card| card.actions[0] = link_to(url)));
        // Spaces around an address are trimmed, as those around any text.
        assert_eq!(refused, url != "https://host/\n", "{url:?}");
    }
    let long = "https://a.example/".to_owned() + &"a".repeat(CARD_URL_BYTES_MAX);
    assert!(is_refused(with(|card| card.actions[0] = link_to(&long))));
}

#[test]
fn an_action_has_an_address_or_a_context() {
    assert!(is_refused(with(|card| card.actions[0].url = None)));
    assert!(is_refused(with(
        |card| card.actions[0].context = chart().context
    )));
}

#[test]
fn contexts_are_those_that_triggers_could_find() {
    let changed = |change: fn(&mut CardContext)| {
        let mut action = chart();
        change(action.context.as_mut().unwrap());
        with(|card| card.actions = vec![action])
    };
    assert!(changed(|context| context.context_type = "x.ticket".to_owned()).is_ok());
    assert!(is_refused(changed(
        |context| context.context_type = "ticket".to_owned()
    )));
    assert!(is_refused(changed(|context| context.name = String::new())));
    assert!(is_refused(changed(|context| context.ids.clear())));
    assert!(is_refused(changed(|context| {
        context.ids.insert("__proto__".to_owned(), "x".to_owned());
    })));
    assert!(is_refused(changed(|context| {
        context.ids.insert("ISIN".to_owned(), " ".to_owned());
    })));
    assert!(is_refused(changed(|context| {
        for number in 0..TRIGGER_ID_FIELDS_MAX {
            context.ids.insert(format!("field{number}"), "x".to_owned());
        }
    })));
}

#[test]
fn a_story_has_no_card() {
    let card = || Card::parse(content()).unwrap();
    let draft = |title| Draft::parse("text", false, title, &Detector::default()).unwrap();
    assert!(draft(None).with_card(card(), None).is_ok());
    let refused = draft(Some("Minutes")).with_card(card(), None).unwrap_err();
    assert_eq!(
        (refused.code, refused.field),
        (Code::InvalidArgument, Some("title"))
    );
}

const fn addin(n: u128, part: Part) -> Option<Via> {
    Some(Via {
        addin: AddinId(uuid::Uuid::from_u128(n)),
        part,
    })
}

const fn person(n: u128) -> PrincipalId {
    PrincipalId(uuid::Uuid::from_u128(n))
}

/// A message with a card, of person 1.
fn carded(via: Option<Via>, updates: Option<Seq>) -> Message {
    let draft = Draft::parse("text", false, None, &Detector::default()).unwrap();
    let card = Card::parse(content()).unwrap();
    draft.with_card(card, updates).unwrap().into_message(
        RoomId(uuid::Uuid::nil()),
        Seq(3),
        person(1),
        Timestamp::default(),
        Nonce(uuid::Uuid::nil()),
        via,
    )
}

#[test]
fn a_card_is_updated_by_the_add_in_that_posted_it_whoever_looks_and_else_by_its_author() {
    let sent = |n| addin(n, Part::Sent);
    let code = |first: Option<Via>, author: u128, via: Option<Via>| {
        let outcome = may_update(&carded(first, None), person(author), via);
        outcome.map_err(|refusal| refusal.code)
    };
    let forbidden = Err(Code::ErrorPermission);
    assert_eq!(code(sent(1), 1, sent(1)), Ok(()));
    assert_eq!(code(sent(1), 2, sent(1)), Ok(()));
    assert_eq!(code(sent(1), 1, sent(2)), forbidden);
    assert_eq!(code(sent(1), 1, None), forbidden);
    assert_eq!(code(None, 1, sent(1)), forbidden);
    assert_eq!(code(None, 1, None), Ok(()));
    assert_eq!(code(None, 2, None), forbidden);
}

#[test]
fn only_the_first_version_of_a_card_is_updated() {
    let mut plain = carded(None, None);
    plain.card = None;
    for message in [plain, carded(None, Some(Seq(1)))] {
        let refused = may_update(&message, person(1), None).unwrap_err();
        assert_eq!(
            (refused.code, refused.field),
            (Code::InvalidArgument, Some("updates"))
        );
    }
}

fn any_content() -> impl Strategy<Value = Content> {
    let text = "\\PC{0,60}";
    let action = (
        "\\PC{0,30}",
        proptest::option::of(text),
        proptest::option::of((text, text, text)),
    );
    let action = action.prop_map(|(label, url, context)| Action {
        label,
        url: url.map(|rest| format!("https://a.example/{rest}")),
        context: context.map(|(name, field, value)| CardContext {
            context_type: "fdc3.contact".to_owned(),
            name,
            ids: Ids::from([("email".to_owned(), value), (field, "x".to_owned())]),
        }),
    });
    let field = ("\\PC{0,50}", "(?s).{0,220}").prop_map(|(label, value)| Field { label, value });
    (
        "(?s).{0,130}",
        proptest::option::of("(?s).{0,620}"),
        proptest::collection::vec(field, 0..14),
        proptest::option::of(text),
        proptest::collection::vec(action, 0..6),
    )
        .prop_map(|(title, summary, fields, footer, actions)| Content {
            title,
            summary,
            tone: Tone::Info,
            fields,
            footer,
            actions,
        })
}

proptest! {
    #[test]
    fn whatever_is_taken_is_bounded_and_would_be_taken_again_unchanged(content in any_content()) {
        match Card::parse(content) {
            Err(refusal) => prop_assert_eq!(refusal.code, Code::InvalidArgument),
            Ok(card) => {
                let content = card.content();
                prop_assert!(content.bytes() <= CARD_BYTES_MAX);
                prop_assert!(content.fields.len() <= CARD_FIELDS_MAX && content.actions.len() <= CARD_ACTIONS_MAX);
                prop_assert!(content.actions.iter().all(|it| it.url.is_some() != it.context.is_some()));
                prop_assert_eq!(Card::parse(content.clone()), Ok(card.clone()));
            }
        }
    }
}
