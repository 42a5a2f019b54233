//! Cards: posted by people, programs and the pages of add-ins, and updated by whoever posted them.

use perch_testkit::{Answer, POOL, Person, Server, Socket};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::grant::Scene;
use crate::pane::pane;
use crate::search::search_until;

fn messages(room: &str) -> String {
    format!("/rooms/{room}/messages")
}

fn card(title: &str) -> Value {
    json!({
        "title": title, "summary": "for ten minutes", "tone": "warning",
        "fields": [{ "label": "Limit", "value": "410.00" }], "footer": "Alert board",
        "actions": [
            { "label": "Open", "url": "https://tickets.contoso.example/7" },
            {
                "label": "Chart",
                "context": { "type": "fdc3.instrument", "name": "MSFT", "id": { "ticker": "MSFT" } }
            },
        ],
    })
}

/// A message with a card, whose text has a ticker.
fn carded(title: &str) -> Value {
    json!({ "nonce": Uuid::new_v4(), "text": format!("{title}: $MSFT"), "card": card(title) })
}

fn update(title: &str, first: u64) -> Value {
    let mut body = carded(title);
    body["updates"] = json!(first);
    body
}

/// Posts for the page of a pane.
async fn for_page(person: &Person, pane: &str, room: &str, body: Value) -> Answer {
    let path = format!("/api/v1{}", messages(room));
    let body = Some(body.to_string());
    person
        .fetch(Method::POST, &path, &[("perch-pane", pane)], body)
        .await
}

#[tokio::test]
async fn a_card_is_the_same_posted_live_and_read_back_and_its_text_is_the_message() {
    let server = Server::start().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    server.category("Trading", &[&amelie, &idris]).await;
    let room = server.room("Trading", "FX", &[&amelie, &idris]).await;
    let mut socket = Socket::connect(&idris).await;
    socket.join(&room).await;
    let body = carded("Over its limit");
    let posted = amelie.post(&messages(&room), body.clone()).await.done();
    assert_eq!(posted["card"], card("Over its limit"));
    assert_eq!(posted["text"], "Over its limit: $MSFT");
    assert_eq!(posted["contexts"][0]["id"]["ticker"], "MSFT");
    let mut live = socket.expect("message").await;
    live.as_object_mut().unwrap().remove("type");
    assert_eq!(posted, live);
    let page = idris.get(&messages(&room)).await.done();
    assert_eq!(page["messages"], json!([posted]));
    let again = amelie.post(&messages(&room), body).await.done();
    assert_eq!(again, posted);
    search_until(&idris, &[("q", "limit"), ("room", &room)], 1).await;
}

#[tokio::test]
async fn a_card_is_posted_over_a_connection_too() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    for (title, updates) in [("first", None), ("second", Some(1))] {
        let mut frame = carded(title);
        frame["type"] = json!("post");
        frame["id"] = json!(7);
        frame["room"] = json!(room);
        if let Some(first) = updates {
            frame["updates"] = json!(first);
        }
        socket.send(frame).await;
        let message = socket.expect("message").await;
        assert_eq!(message["card"], card(title));
        assert_eq!(message["updates"].as_u64(), updates);
    }
}

#[tokio::test]
async fn what_is_no_card_is_refused_and_nothing_is_posted() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let with = |path: &str, value: Value| {
        let mut body = carded("Over its limit");
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let mut story = carded("Over its limit");
    story["title"] = json!("Minutes");
    let cases = [
        (with("/text", json!(" ")), "EmptyMessage", "text"),
        (with("/card/title", json!("")), "InvalidArgument", "card"),
        (with("/card/tone", json!("loud")), "InvalidArgument", ""),
        (
            with(
                "/card/fields",
                json!(vec![json!({ "label": "a", "value": "b" }); 13]),
            ),
            "InvalidArgument",
            "card",
        ),
        (
            with("/card/actions/0/url", json!("javascript:alert(1)")),
            "InvalidArgument",
            "card",
        ),
        (
            with("/card/actions/0", json!({ "label": "Open" })),
            "InvalidArgument",
            "card",
        ),
        (
            with(
                "/card/actions/0",
                json!({ "label": "Open", "image": "https://x.example/" }),
            ),
            "InvalidArgument",
            "",
        ),
        (story, "InvalidArgument", "title"),
    ];
    for (body, code, field) in cases {
        let answer = amelie.post(&messages(&room), body.clone()).await;
        answer.refused(422, code);
        assert_eq!(
            answer.body["field"].as_str().unwrap_or_default(),
            field,
            "{body}"
        );
    }
    assert_eq!(amelie.get(&messages(&room)).await.done()["head"], 0);
}

#[tokio::test]
async fn a_page_posts_cards_when_it_was_granted_and_no_longer_when_that_is_withdrawn() {
    let scene = Scene::start().await;
    scene.change(json!({ "granted": ["messages.send"] })).await;
    let token = pane(&scene.amelie, &scene.room).await;
    let post = || for_page(&scene.amelie, &token, &scene.room, carded("Alert"));
    let refused = post().await;
    refused.refused(403, "ActionNotGranted");
    assert_eq!(refused.body["params"]["capability"], "cards.post");
    scene.change(json!({ "granted": ["cards.post"] })).await;
    let posted = post().await.done();
    assert_eq!(posted["card"], card("Alert"));
    assert_eq!(posted["via"]["part"], "sent");
    assert_eq!(posted["via"]["name"], "Prices");
    assert_eq!(posted["author"]["id"], scene.amelie.id);
    // It brings no other way to post.
    let text = json!({ "nonce": Uuid::new_v4(), "text": "plain" });
    let plain = for_page(&scene.amelie, &token, &scene.room, text).await;
    plain.refused(403, "ActionNotGranted");
    let mut typed = carded("Alert");
    typed["original"] = json!({ "text": "typed" });
    let typed = for_page(&scene.amelie, &token, &scene.room, typed).await;
    typed.refused(422, "InvalidArgument");
    scene.withhold(&["cards.post"]).await;
    let refused = post().await;
    refused.refused(403, "ActionNotGranted");
    assert_eq!(refused.body["params"]["why"], "room");
    scene.withhold(&[]).await;
    post().await.done();
    scene.change(json!({ "granted": [] })).await;
    post().await.refused(403, "ActionNotGranted");
}

#[tokio::test]
async fn an_update_is_a_message_of_its_own_and_the_first_has_the_newest_version() {
    let server = Server::start().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    server.category("Trading", &[&amelie, &idris]).await;
    let room = server.room("Trading", "FX", &[&amelie, &idris]).await;
    let mut socket = Socket::connect(&idris).await;
    socket.join(&room).await;
    let path = messages(&room);
    amelie.post(&path, carded("first")).await.done();
    let second = amelie.post(&path, update("second", 1)).await.done();
    assert_eq!((&second["seq"], &second["updates"]), (&json!(2), &json!(1)));
    let third = amelie.post(&path, update("third", 1)).await.done();
    for title in ["first", "second", "third"] {
        let live = socket.expect("message").await;
        assert_eq!(live["card"]["title"], title);
        assert_eq!(live["latest"], Value::Null);
    }
    let page = idris.get(&path).await.done();
    let titles = page["messages"].as_array().unwrap().iter();
    let titles: Vec<_> = titles.map(|message| &message["card"]["title"]).collect();
    assert_eq!(titles, ["first", "second", "third"]);
    let latest = json!({
        "seq": 3, "author": third["author"], "at": third["at"],
        "text": "third: $MSFT", "card": card("third"),
    });
    assert_eq!(page["messages"][0]["latest"], latest);
    // Whoever joins later, and whoever comes back.
    let mut late = Socket::connect(&idris).await;
    let joined = late.join(&room).await;
    assert_eq!(joined["messages"][0]["latest"], latest);
    let resume = json!({ "type": "join", "id": 2, "rooms": [{ "room": room, "after": 1 }] });
    late.send(resume).await;
    let resumed = late.expect("joined").await;
    let missed = resumed["messages"].as_array().unwrap().iter();
    let missed: Vec<_> = missed.map(|message| &message["updates"]).collect();
    assert_eq!(missed, [1, 1]);
    let found = search_until(&idris, &[("q", "first"), ("room", &room)], 1).await;
    assert_eq!(found["found"][0]["message"]["latest"], latest);
}

#[tokio::test]
async fn a_card_is_updated_by_its_add_in_in_anybodys_pane_and_by_nobody_else() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    server.category("Trading", &[&amelie, &idris]).await;
    let mut addins = Vec::new();
    for (name, url) in [
        ("One", "https://one.example/"),
        ("Two", "https://two.example/"),
    ] {
        let addin = server.addin(name, url).await;
        let granted = json!({ "granted": ["cards.post"] });
        let path = format!("/pools/{POOL}/addins/{addin}");
        control.patch(&path, granted).await.done();
        addins.push(addin);
    }
    let members = [&amelie.id, &idris.id];
    let body = json!({ "category": "Trading", "name": "FX", "addin": addins[0], "members": members, "managers": [amelie.id] });
    let room = server.room_of(body).await;
    let tokens = [pane(&amelie, &room).await, pane(&idris, &room).await];
    let page = |body| for_page(&amelie, &tokens[0], &room, body);
    let path = messages(&room);
    page(carded("first")).await.done();
    let other = for_page(&idris, &tokens[1], &room, update("taken", 1)).await;
    let other = other.done();
    assert_eq!(
        (&other["author"]["id"], &other["updates"]),
        (&json!(idris.id), &json!(1))
    );
    // Its author without the add-in, and the add-in with somebody's own card.
    amelie
        .post(&path, update("mine", 1))
        .await
        .refused(403, "ErrorPermission");
    let own = amelie.post(&path, carded("own")).await.done();
    let own = own["seq"].as_u64().unwrap();
    page(update("theirs", own))
        .await
        .refused(403, "ErrorPermission");
    idris
        .post(&path, update("theirs", own))
        .await
        .refused(403, "ErrorPermission");
    amelie.post(&path, update("mine", own)).await.done();
    // What is no card that was posted first.
    let plain = json!({ "nonce": Uuid::new_v4(), "text": "plain" });
    let plain = amelie.post(&path, plain).await.done();
    for place in [plain["seq"].as_u64().unwrap(), 2, 0, 1_000] {
        let answer = page(update("none", place)).await;
        answer.refused(422, "InvalidArgument");
        assert_eq!(answer.body["field"], "updates", "{place}");
    }
    let mut without = update("x", 1);
    without.as_object_mut().unwrap().remove("card");
    let answer = amelie.post(&path, without).await;
    answer.refused(422, "InvalidArgument");
    // Another add-in in the same room.
    let other = json!({ "addin": addins[1] });
    amelie.patch(&format!("/rooms/{room}"), other).await.done();
    let token = pane(&amelie, &room).await;
    let stolen = for_page(&amelie, &token, &room, update("stolen", 1)).await;
    stolen.refused(403, "ErrorPermission");
    page(update("late", 1)).await.refused(409, "PaneEnded");
}
