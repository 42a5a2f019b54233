//! Cards of messages, and their newer versions.

use perch_domain::card::{Action, Card, CardContext, Content, Field, Tone};
use perch_domain::message::{Draft, Message};
use perch_domain::trigger::Detector;
use perch_domain::{RoomId, Seq};
use perch_store::{Append, Page, Storage};

use crate::fixture::{
    CATEGORY, START, append, appends, category, fill, history, open, person, pool_with_rooms, room,
};

pub(crate) fn card(title: &str) -> Card {
    let ids = [("ticker", "MSFT"), ("ISIN", "US5949181045")];
    let content = Content {
        title: title.to_owned(),
        summary: Some("quotes ' \" \\ \n{\"json\":[null]} 漢字 \u{10FFFF}".to_owned()),
        tone: Tone::Critical,
        fields: vec![
            Field {
                label: "Limit".to_owned(),
                value: "null".to_owned(),
            },
            Field {
                label: "Bid".to_owned(),
                value: "412.30\nlast".to_owned(),
            },
        ],
        footer: Some("Ünten".to_owned()),
        actions: vec![
            Action {
                label: "Open".to_owned(),
                url: Some("https://tickets.contoso.example/7?a=b&c=%22".to_owned()),
                context: None,
            },
            Action {
                label: "Chart".to_owned(),
                url: None,
                context: Some(CardContext {
                    context_type: "fdc3.instrument".to_owned(),
                    name: "Microsoft".to_owned(),
                    ids: ids
                        .map(|(field, id)| (field.to_owned(), id.to_owned()))
                        .into(),
                }),
            },
        ],
    };
    Card::parse(content).unwrap()
}

fn plain(tone: Tone) -> Card {
    let content = Content {
        title: "Done".to_owned(),
        tone,
        ..Content::default()
    };
    Card::parse(content).unwrap()
}

pub(crate) fn carded(room: RoomId, n: u32, card: Card, updates: Option<u64>) -> Append {
    let text = format!("text {n}");
    let draft = Draft::parse(&text, false, None, &Detector::default()).unwrap();
    Append {
        draft: draft.with_card(card, updates.map(Seq)).unwrap(),
        ..append(room, n, "replaced")
    }
}

/// Where the newest version of each message's card is, and its title.
fn latest(messages: &[Message]) -> Vec<Option<(u64, &str)>> {
    let versions = messages.iter().map(|message| message.latest.as_deref());
    versions
        .map(|version| {
            version.map(|version| (version.seq.0, version.card.content().title.as_str()))
        })
        .collect()
}

pub async fn a_card_is_found_as_it_was_posted(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    let tones = [
        Tone::Neutral,
        Tone::Info,
        Tone::Success,
        Tone::Warning,
        Tone::Critical,
    ];
    let cards: Vec<Card> = [card("All of it")]
        .into_iter()
        .chain(tones.map(plain))
        .collect();
    let batch = (1..).zip(&cards);
    let batch = batch.map(|(n, card)| carded(rooms[0], n, card.clone(), None));
    store.append(&appends(batch.collect())).await.unwrap();
    fill(&*store, rooms[0], 50, 50).await;
    let found = history(&*store, rooms[0]).await;
    let shown: Vec<_> = found.iter().map(|it| it.card.as_deref()).collect();
    let wanted: Vec<_> = cards.iter().map(Some).chain([None]).collect();
    assert_eq!(shown, wanted);
    assert!(
        found
            .iter()
            .all(|it| it.updates.is_none() && it.latest.is_none())
    );
}

pub async fn an_updated_card_comes_with_its_newest_version_and_keeps_each(storage: &dyn Storage) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    let [one, two] = [rooms[0], rooms[1]];
    let batch = vec![
        carded(one, 1, card("first"), None),
        carded(two, 2, card("elsewhere"), None),
        carded(one, 3, card("other"), None),
        append(one, 4, "between"),
        carded(one, 5, card("second"), Some(1)),
        carded(one, 6, card("third"), Some(1)),
    ];
    store.append(&appends(batch)).await.unwrap();
    let found = history(&*store, one).await;
    assert_eq!(latest(&found), [Some((5, "third")), None, None, None, None]);
    let version = found[0].latest.as_deref().unwrap();
    assert_eq!(
        (version.text.as_str(), version.author),
        ("text 6", person(1))
    );
    assert_eq!(version.at, START.plus_seconds(6));
    let updates: Vec<_> = found.iter().map(|it| it.updates).collect();
    assert_eq!(updates, [None, None, None, Some(Seq(1)), Some(Seq(1))]);
    let titles = found.iter().filter_map(|it| it.card.as_deref());
    let titles: Vec<_> = titles.map(|card| card.content().title.as_str()).collect();
    assert_eq!(titles, ["first", "other", "second", "third"]);
    // A page without the newer versions has them all the same, and so have single places.
    let page = store.messages(one, Page::Before(Seq(3)), 10).await.unwrap();
    assert_eq!(latest(&page), [Some((5, "third")), None]);
    let at = store.messages_at(&[(two, Seq(1)), (one, Seq(1))]).await;
    let mut at = at.unwrap();
    at.sort_by_key(|message| message.room.0 != two.0);
    assert_eq!(latest(&at), [None, Some((5, "third"))]);
    store
        .append(&appends(vec![carded(
            two,
            7,
            plain(Tone::Success),
            Some(1),
        )]))
        .await
        .unwrap();
    let found = history(&*store, two).await;
    assert_eq!(latest(&found), [Some((2, "Done")), None]);
}

pub async fn a_card_whose_first_version_is_gone_is_still_a_message(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut relay = category(CATEGORY, "Relay");
    relay.chat_history = false;
    let kept = room(1, relay.id, "Short");
    let mut write = store.write().await.unwrap();
    write.insert_category(&relay).await.unwrap();
    write.insert_room(&kept).await.unwrap();
    write.commit().await.unwrap();
    let batch = vec![
        carded(kept.id, 1, card("first"), None),
        carded(kept.id, 5, card("second"), Some(1)),
    ];
    store.append(&appends(batch)).await.unwrap();
    assert_eq!(store.expire(START.plus_seconds(4)).await.unwrap(), 1);
    let left = history(&*store, kept.id).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].seq, left[0].updates), (Seq(2), Some(Seq(1))));
}
