//! Searching messages: who finds what, pages, refusals, and what was posted while nobody fed the index.

use std::time::{Duration, Instant};

use perch_testkit::{Person, Server};
use serde_json::{Value, json};
use uuid::Uuid;

async fn say(person: &Person, room: &str, text: &str) {
    let body = json!({ "nonce": Uuid::new_v4(), "text": text });
    person
        .post(&format!("/rooms/{room}/messages"), body)
        .await
        .done();
}

async fn search(person: &Person, query: &[(&str, &str)]) -> Value {
    ask(person, query).await.done()
}

async fn ask(person: &Person, query: &[(&str, &str)]) -> perch_testkit::Answer {
    let mut url = reqwest::Url::parse("http://chat.invalid/search/messages").unwrap();
    url.query_pairs_mut().extend_pairs(query);
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    person.get(&path).await
}

fn texts(page: &Value) -> Vec<&str> {
    let found = page["found"].as_array().unwrap();
    found
        .iter()
        .map(|found| found["message"]["text"].as_str().unwrap())
        .collect()
}

/// Searches until so many messages are found: the index is a moment behind.
pub(crate) async fn search_until(person: &Person, query: &[(&str, &str)], count: usize) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let page = search(person, query).await;
        if texts(&page).len() == count {
            return page;
        }
        assert!(Instant::now() < deadline, "{count} wanted, found {page}");
    }
}

#[tokio::test]
async fn a_message_is_found_with_its_room_author_and_the_place_of_the_words() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX Spot", &[&amelie]).await;
    say(&amelie, &room, "📈 Résumé of $MSFT").await;
    say(&amelie, &room, "nothing of that").await;
    let page = search_until(&amelie, &[("q", "resume $msft")], 1).await;
    let found = &page["found"][0];
    assert_eq!(found["message"]["room"], room);
    assert_eq!(found["message"]["seq"], 1);
    assert_eq!(found["message"]["author"]["id"], amelie.id);
    assert_eq!(found["room_name"], "FX Spot");
    assert_eq!(
        found["spans"],
        json!([{ "start": 3, "end": 9 }, { "start": 13, "end": 18 }])
    );
    assert_eq!(page.get("next"), None);
    let story = json!({ "nonce": Uuid::new_v4(), "text": "Body", "title": "The résumé" });
    amelie
        .post(&format!("/rooms/{room}/messages"), story)
        .await
        .done();
    let page = search_until(&amelie, &[("q", "résumé body")], 1).await;
    assert_eq!(
        page["found"][0]["title_spans"],
        json!([{ "start": 4, "end": 10 }])
    );
}

#[tokio::test]
async fn a_room_that_one_may_not_read_has_no_part_in_an_answer() {
    let server = Server::start().await;
    let (amelie, idris) = (server.person("amelie").await, server.person("idris").await);
    server.category("Trading", &[&amelie, &idris]).await;
    let both = server.room("Trading", "Both", &[&amelie, &idris]).await;
    let hers = server.room("Trading", "Hers", &[&amelie]).await;
    say(&amelie, &both, "the fox for both").await;
    say(&amelie, &hers, "the fox for her").await;
    let page = search_until(&amelie, &[("q", "fox")], 2).await;
    assert_eq!(texts(&page), ["the fox for her", "the fox for both"]);
    let page = search(&idris, &[("q", "fox"), ("limit", "1")]).await;
    assert_eq!(texts(&page), ["the fox for both"]);
    assert_eq!(page.get("next"), None);
    let page = search(&idris, &[("q", "fox in:hers")]).await;
    assert_eq!(texts(&page), [""; 0]);
    let page = search(&amelie, &[("q", "fox in:hers")]).await;
    assert_eq!(texts(&page), ["the fox for her"]);
    let page = search(&amelie, &[("q", "fox"), ("room", &both)]).await;
    assert_eq!(texts(&page), ["the fox for both"]);
    ask(&idris, &[("q", "fox"), ("room", &hers)])
        .await
        .refused(403, "ErrorPermission");
    let otto = server.person("otto").await;
    ask(&otto, &[("q", "fox"), ("room", &hers)])
        .await
        .refused(404, "NoSuchNode");
    assert_eq!(texts(&search(&otto, &[("q", "fox")]).await), [""; 0]);
    // Taken off the list, at once.
    let control = server.administrator().await;
    control
        .patch(&format!("/rooms/{both}"), json!({ "members": [amelie.id] }))
        .await
        .done();
    assert_eq!(texts(&search(&idris, &[("q", "fox")]).await), [""; 0]);
}

#[tokio::test]
async fn authors_are_named_by_words_of_their_name_or_by_address() {
    let server = Server::start().await;
    let (amelie, idris) = (server.person("amelie").await, server.person("idris").await);
    server.category("Trading", &[&amelie, &idris]).await;
    let room = server.room("Trading", "FX", &[&amelie, &idris]).await;
    say(&amelie, &room, "fox one").await;
    say(&idris, &room, "fox two").await;
    search_until(&amelie, &[("q", "fox")], 2).await;
    for (query, wanted) in [
        ("fox from:idris", vec!["fox two"]),
        ("from:me", vec!["fox one"]),
        ("from:nobody fox", vec![]),
        ("from:idris from:amelie", vec![]),
    ] {
        let page = search(&amelie, &[("q", query)]).await;
        assert_eq!(texts(&page), wanted, "{query}");
    }
    let query = format!("from:{}", amelie.address);
    let page = search(&amelie, &[("q", &query)]).await;
    assert_eq!(texts(&page), ["fox one"]);
}

#[tokio::test]
async fn pages_over_two_pools_give_everything_once_newest_first() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let here = server.room("Trading", "Here", &[&amelie]).await;
    let there = "other.contoso.example";
    control
        .post("/pools", json!({ "fqdn": there }))
        .await
        .done();
    let category = json!({ "name": "Elsewhere", "allowed_members": [amelie.id] });
    control
        .post(&format!("/pools/{there}/categories"), category)
        .await
        .done();
    let body = json!({ "category": "Elsewhere", "name": "There", "members": [amelie.id] });
    let there = control
        .post(&format!("/pools/{there}/rooms"), body)
        .await
        .done()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // The same times in both.
    for room in [&here, &there] {
        let all: Vec<_> = (0..12)
            .map(|n| {
                let at = format!("2006-03-11T10:00:{:02}Z", n / 2);
                json!({ "nonce": Uuid::new_v4(), "author": "erin", "at": at, "text": format!("fox {n}") })
            })
            .collect();
        control
            .post(&format!("/rooms/{room}/import"), json!({ "messages": all }))
            .await
            .done();
    }
    search_until(&amelie, &[("q", "fox"), ("limit", "100")], 24).await;
    for limit in ["1", "5", "24"] {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("q", "fox"), ("limit", limit)];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = search(&amelie, &query).await;
            for found_now in page["found"].as_array().unwrap() {
                let message = &found_now["message"];
                let at = message["at"].as_str().unwrap().to_owned();
                found.push((
                    at,
                    message["room"].clone(),
                    message["seq"].as_u64().unwrap(),
                ));
            }
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(found.len(), 24, "pages of {limit}");
        assert!(found.is_sorted_by(|a, b| a.0 >= b.0), "{found:?}");
        for room in [&here, &there] {
            let seqs = found
                .iter()
                .filter(|(_, of, _)| of == room)
                .map(|found| found.2);
            assert_eq!(seqs.collect::<Vec<_>>(), (1..=12).rev().collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    for query in [
        &[("q", "")] as &[_],
        &[("q", "…")],
        &[("q", "fox after:yesterday")],
        &[("q", "fox"), ("cursor", "page 2")],
        &[("room", "00000000-0000-0000-0000-000000000000")],
        &[("q", "fox"), ("page", "2")],
    ] {
        ask(&amelie, query).await.refused(422, "InvalidArgument");
    }
    let nowhere = Uuid::nil().to_string();
    ask(&amelie, &[("q", "fox"), ("room", &nowhere)])
        .await
        .refused(404, "NoSuchNode");
}

#[tokio::test]
async fn what_was_posted_before_a_restart_is_found_after_it() {
    let mut server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    for n in 0..50 {
        say(&amelie, &room, &format!("fox {n}")).await;
    }
    server.restart().await;
    let amelie = server.person("amelie").await;
    search_until(&amelie, &[("q", "fox"), ("limit", "100")], 50).await;
    say(&amelie, &room, "fox after").await;
    search_until(&amelie, &[("q", "fox"), ("limit", "100")], 51).await;
}
