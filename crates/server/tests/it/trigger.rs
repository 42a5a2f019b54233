//! Triggers: what administrators give a pool, and what becomes of posted text.

use std::time::{Duration, Instant};

use perch_testkit::{POOL, Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

fn triggers() -> String {
    format!("/pools/{POOL}/triggers")
}

fn pattern(pattern: &str) -> Value {
    json!({ "kind": "pattern", "pattern": pattern, "id_field": "number", "match_case": false })
}

fn tickets() -> Value {
    json!({ "name": "Tickets", "context_type": "x.ticket", "rule": pattern(r"INC-(\d+)") })
}

fn companies() -> Value {
    let words = "word,ticker,ISIN\nMicrosoft,MSFT,US5949181045\nNew York Times,NYT,";
    let rule = json!({ "kind": "words", "words": words });
    json!({ "name": "Companies", "context_type": "fdc3.instrument", "rule": rule })
}

async fn post(person: &Person, room: &str, text: &str) -> Value {
    let message = json!({ "nonce": Uuid::new_v4(), "text": text });
    let path = format!("/rooms/{room}/messages");
    person.post(&path, message).await.done()["contexts"].clone()
}

fn types(contexts: &Value) -> Vec<String> {
    let shown = |context: &Value| {
        let (kind, name) = (&context["type"], &context["name"]);
        format!("{} {}", kind.as_str().unwrap(), name.as_str().unwrap())
    };
    contexts.as_array().unwrap().iter().map(shown).collect()
}

/// The message that a search finds, once the index has it.
async fn found(person: &Person, word: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let page = person
            .get(&format!("/search/messages?q={word}"))
            .await
            .done();
        if let Some(found) = page["found"].get(0) {
            return found.clone();
        }
        assert!(Instant::now() < deadline, "{page}");
        tokio::task::yield_now().await;
    }
}

/// How many triggers the pool has.
async fn stored(control: &Person) -> usize {
    let list = control.get(&triggers()).await.done();
    list.as_array().unwrap().len()
}

#[tokio::test]
async fn what_a_trigger_finds_is_the_same_for_the_author_live_in_history_and_in_a_search() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let control = server.administrator().await;
    control.post(&triggers(), tickets()).await.done();
    control.post(&triggers(), companies()).await.done();
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;

    let text = "📈 inc-4711 about MICROSOFT and $IBM, not xINC-1";
    let posted = post(&amelie, &room, text).await;
    let expected = json!([
        { "type": "x.ticket", "name": "4711", "id": { "number": "4711" }, "start": 3, "end": 11 },
        { "type": "fdc3.instrument", "name": "Microsoft",
          "id": { "ticker": "MSFT", "ISIN": "US5949181045" }, "start": 18, "end": 27 },
        { "type": "fdc3.instrument", "name": "IBM", "id": { "ticker": "IBM" }, "start": 32, "end": 36 },
    ]);
    assert_eq!(posted, expected);
    let live = socket.expect("message").await;
    assert_eq!(live["contexts"], expected);
    let history = amelie.get(&format!("/rooms/{room}/messages")).await.done();
    assert_eq!(history["messages"][0]["contexts"], expected);
    let found = found(&amelie, "microsoft").await;
    assert_eq!(found["message"]["contexts"], expected);
    let path = format!("{}/test", triggers());
    let mut tested = control.post(&path, json!({ "text": text })).await.done();
    for found in tested.as_array_mut().unwrap() {
        found.as_object_mut().unwrap().remove("trigger").unwrap();
    }
    assert_eq!(tested, expected);
}

#[tokio::test]
async fn old_messages_keep_their_contexts_when_a_trigger_changes_or_goes() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let control = server.administrator().await;
    assert_eq!(post(&amelie, &room, "INC-1").await, json!([]));
    let trigger = control.post(&triggers(), tickets()).await.done();
    let path = format!("{}/{}", triggers(), trigger["id"].as_str().unwrap());
    let ticket = post(&amelie, &room, "INC-2").await;
    assert_eq!(types(&ticket), ["x.ticket 2"]);
    let changed = json!({ "context_type": "x.call", "rule": pattern(r"CALL-\d+") });
    control.patch(&path, changed).await.done();
    assert_eq!(
        types(&post(&amelie, &room, "INC-3 CALL-3").await),
        ["x.call CALL-3"]
    );
    control
        .patch(&path, json!({ "enabled": false }))
        .await
        .done();
    assert_eq!(post(&amelie, &room, "CALL-4").await, json!([]));
    control.delete(&path).await.done();
    control.get(&path).await.refused(404, "NoSuchNode");
    assert_eq!(post(&amelie, &room, "CALL-5").await, json!([]));
    let history = amelie.get(&format!("/rooms/{room}/messages")).await.done();
    let kept: Vec<_> = (history["messages"].as_array().unwrap().iter())
        .map(|message| types(&message["contexts"]))
        .collect();
    assert_eq!(
        kept,
        [
            vec![],
            vec!["x.ticket 2".to_owned()],
            vec!["x.call CALL-3".to_owned()],
            vec![],
            vec![]
        ]
    );
}

#[tokio::test]
async fn every_pool_has_tickers_which_can_be_changed_and_disabled_but_not_deleted() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let control = server.administrator().await;
    let list = control.get(&triggers()).await.done();
    assert_eq!(list.as_array().unwrap().len(), 1);
    let built_in = &list[0];
    assert_eq!(built_in["built_in"], true);
    assert_eq!(built_in["revision"], 0);
    let path = format!("{}/{}", triggers(), built_in["id"].as_str().unwrap());
    control.delete(&path).await.refused(422, "InvalidArgument");
    let taken = json!({ "name": "stock TICKERS", "context_type": "x.y", "rule": pattern("a") });
    control
        .post(&triggers(), taken)
        .await
        .refused(409, "DuplicateTriggerName");

    assert_eq!(
        types(&post(&amelie, &room, "$MSFT").await),
        ["fdc3.instrument MSFT"]
    );
    let off = control.patch(&path, json!({ "enabled": false, "revision": 0 }));
    assert_eq!(off.await.done()["revision"], 1);
    assert_eq!(post(&amelie, &room, "$MSFT").await, json!([]));
    control
        .patch(&path, json!({ "enabled": true, "revision": 0 }))
        .await
        .refused(409, "DataCollision");
    let hash = json!({ "enabled": true, "rule": pattern("#([A-Z]+)") });
    control.patch(&path, hash).await.done();
    assert_eq!(
        types(&post(&amelie, &room, "$MSFT #ibm").await),
        ["fdc3.instrument ibm"]
    );
    assert_eq!(stored(&control).await, 1);
}

#[tokio::test]
async fn mistakes_are_refused_with_their_place_and_nothing_is_stored() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let with = |field: &str, value: Value| {
        let mut trigger = tickets();
        trigger[field] = value;
        trigger
    };
    let words = |words: &str| json!({ "kind": "words", "words": words });
    let mut field_is_none = pattern("a");
    field_is_none["id_field"] = json!("1");
    let mut before = pattern("a");
    before["before"] = json!("[");
    for (trigger, status, code, field, param) in [
        (with("name", json!(" ")), 422, "InvalidName", "name", None),
        (
            with("context_type", json!("ticket")),
            422,
            "InvalidArgument",
            "context_type",
            None,
        ),
        (
            with("rule", pattern(r"INC-(\d+")),
            422,
            "InvalidPattern",
            "pattern",
            Some(("place", "5")),
        ),
        (
            with("rule", pattern("(?<!a)b")),
            422,
            "InvalidPattern",
            "pattern",
            Some(("place", "1")),
        ),
        (
            with("rule", pattern(r"\w{300}")),
            422,
            "InvalidPattern",
            "pattern",
            None,
        ),
        (
            with("rule", field_is_none),
            422,
            "InvalidArgument",
            "id_field",
            None,
        ),
        (
            with("rule", before),
            422,
            "InvalidPattern",
            "before",
            Some(("place", "1")),
        ),
        (
            with("rule", words("word,ticker\na,1\nb")),
            422,
            "InvalidWords",
            "words",
            Some(("line", "3")),
        ),
        (
            with("rule", words("")),
            422,
            "InvalidWords",
            "words",
            Some(("line", "1")),
        ),
    ] {
        let tested = json!({ "text": "INC-1", "trigger": trigger });
        let test = control.post(&format!("{}/test", triggers()), tested).await;
        for answer in [test, control.post(&triggers(), trigger.clone()).await] {
            answer.refused(status, code);
            assert_eq!(answer.body["field"], field, "{trigger}");
            if let Some((name, value)) = param {
                assert_eq!(answer.body["params"][name], value, "{trigger}");
            }
        }
    }
    assert_eq!(stored(&control).await, 1);
}

#[tokio::test]
async fn a_trigger_is_tried_among_the_others_or_in_place_of_one_and_not_stored() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let stored = control.post(&triggers(), tickets()).await.done();
    let test = async |body: Value| {
        let tested = control
            .post(&format!("{}/test", triggers()), body)
            .await
            .done();
        let by = |found: &Value| {
            format!(
                "{} {}",
                found["trigger"].as_str().unwrap(),
                found["name"].as_str().unwrap()
            )
        };
        tested
            .as_array()
            .unwrap()
            .iter()
            .map(by)
            .collect::<Vec<_>>()
    };
    let text = "INC-1 and microsoft  ";
    assert_eq!(test(json!({ "text": text })).await, ["Tickets 1"]);
    let among = json!({ "text": text, "trigger": companies() });
    assert_eq!(test(among).await, ["Tickets 1", "Companies Microsoft"]);
    let in_place = json!({ "text": text, "trigger": companies(), "replaces": stored["id"] });
    assert_eq!(test(in_place).await, ["Companies Microsoft"]);
    assert_eq!(test(json!({ "text": text })).await, ["Tickets 1"]);
    let long = json!({ "text": "x".repeat(32_001) });
    let answer = control.post(&format!("{}/test", triggers()), long).await;
    answer.refused(422, "MessageTooLong");
}

#[tokio::test]
async fn a_list_leaves_the_words_out_and_one_trigger_has_them() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let created = control.post(&triggers(), companies()).await.done();
    let list = control.get(&triggers()).await.done();
    assert_eq!(list[0]["name"], "Companies");
    assert_eq!(list[0]["word_count"], 2);
    assert_eq!(list[0]["rule"], json!({ "kind": "words" }));
    let path = format!("{}/{}", triggers(), created["id"].as_str().unwrap());
    assert_eq!(control.get(&path).await.done(), created);
    assert_eq!(created["rule"], companies()["rule"]);
}

#[tokio::test]
async fn a_pool_has_no_more_than_fifty_triggers() {
    let server = Server::start().await;
    let control = server.administrator().await;
    for n in 1..50 {
        let new = json!({ "name": format!("T{n}"), "context_type": "x.y", "rule": pattern("abc") });
        control.post(&triggers(), new).await.done();
    }
    control
        .post(&triggers(), tickets())
        .await
        .refused(429, "LimitExceeded");
    assert_eq!(stored(&control).await, 50);
}

#[tokio::test]
async fn triggers_outlast_a_restart_and_are_told_to_who_looks_at_them() {
    let mut server = Server::start().await;
    let control = server.administrator().await;
    let mut socket = Socket::connect(&control).await;
    control.post(&triggers(), tickets()).await.done();
    let told = socket.expect("catalogue_changed").await;
    assert_eq!(told["kind"], "trigger");
    let before = control.get(&triggers()).await.done();
    server.restart().await;
    let control = control.at(&server.url());
    assert_eq!(control.get(&triggers()).await.done(), before);
    let path = format!("{}/test", triggers());
    let tested = control.post(&path, json!({ "text": "INC-1 $A" })).await;
    assert_eq!(tested.done().as_array().unwrap().len(), 2);
}
