//! What is asked for an add-in's page: it carries its pane, and may do what the add-in was granted.

use perch_testkit::{Answer, Person, Server};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::grant::Scene;

/// Opens a pane, and gives its token.
pub(crate) async fn pane(person: &Person, room: &str) -> String {
    let pane = person
        .post(&format!("/rooms/{room}/panes"), json!({}))
        .await
        .done();
    pane["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn for_page(
    person: &Person,
    pane: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let path = format!("/api/v1{path}");
    let body = body.map(|body| body.to_string());
    person
        .fetch(method, &path, &[("perch-pane", pane)], body)
        .await
}

/// What can be asked for a page, with what it needs.
pub(crate) fn askable(room: &str) -> Vec<(&'static str, Method, String, Option<Value>)> {
    let path = |rest: &str| format!("/rooms/{room}/{rest}");
    let message = json!({ "nonce": Uuid::new_v4(), "text": "hello" });
    let filtered =
        json!({ "nonce": Uuid::new_v4(), "text": "hello", "original": { "text": "helo" } });
    let card = json!({ "nonce": Uuid::new_v4(), "text": "hello", "card": { "title": "Hello" } });
    let value = json!({ "value": 1, "version": 0 });
    vec![
        ("cards.post", Method::POST, path("messages"), Some(card)),
        ("messages.history", Method::GET, path("messages"), None),
        ("participants", Method::GET, path("participants"), None),
        (
            "messages.send",
            Method::POST,
            path("messages"),
            Some(message),
        ),
        (
            "messages.filter",
            Method::POST,
            path("messages"),
            Some(filtered),
        ),
        ("storage", Method::PUT, path("storage/topic"), Some(value)),
        ("storage", Method::GET, path("storage/topic"), None),
        ("storage", Method::GET, path("storage"), None),
    ]
}

#[tokio::test]
async fn a_page_does_what_its_add_in_was_granted_and_nothing_else() {
    let scene = Scene::start().await;
    let token = pane(&scene.amelie, &scene.room).await;
    for (needed, method, path, body) in askable(&scene.room) {
        scene.change(json!({ "granted": [] })).await;
        let ask = || for_page(&scene.amelie, &token, method.clone(), &path, body.clone());
        let answer = ask().await;
        answer.refused(403, "ActionNotGranted");
        assert_eq!(answer.body["params"]["capability"], needed);
        assert_eq!(answer.body["params"]["why"], "maximum");
        scene.change(json!({ "granted": [needed] })).await;
        scene.withhold(&[needed]).await;
        let answer = ask().await;
        answer.refused(403, "ActionNotGranted");
        assert_eq!(answer.body["params"]["why"], "room");
        scene.withhold(&[]).await;
        ask().await.done();
    }
}

#[tokio::test]
async fn nothing_else_is_done_for_a_page() {
    let scene = Scene::start().await;
    scene.change(json!({ "granted": ["storage", "messages.history", "participants", "messages.send.silent"] })).await;
    let token = pane(&scene.control, &scene.room).await;
    let api: Value = serde_json::from_str(include_str!("../../../../api/openapi.json")).unwrap();
    let mut refused = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let pages_may = [
                "list_messages",
                "post_message",
                "list_participants",
                "list_storage",
                "get_storage",
                "put_storage",
            ];
            if pages_may.contains(&id) || id == "sign_in" {
                continue;
            }
            let path = path.replace("{room}", &scene.room).replace(['{', '}'], "");
            let method = method.to_uppercase().parse().unwrap();
            // FDC3's application directory is at an address of its own, where pages are not answered for a pane.
            let Some(path) = path.strip_prefix("/api/v1") else {
                continue;
            };
            let body = Some(json!({}));
            let answer = for_page(&scene.control, &token, method, path, body).await;
            answer.refused(403, "ActionNotGranted");
            refused += 1;
        }
    }
    assert!(refused > 30, "{refused}");
}

#[tokio::test]
async fn a_pane_is_of_its_person_room_add_in_and_origin_alone() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["messages.history"] }))
        .await;
    let token = pane(&scene.amelie, &scene.room).await;
    let other = scene
        .server
        .room("Trading", "Rates", &[&scene.amelie])
        .await;
    let history = |room: &str| format!("/rooms/{room}/messages");
    let ask = |person: &Person, token: &str, room: &str| {
        let (person, token, path) = (person.clone(), token.to_owned(), history(room));
        async move { for_page(&person, &token, Method::GET, &path, None).await }
    };
    ask(&scene.amelie, &token, &scene.room).await.done();
    ask(&scene.control, &token, &scene.room)
        .await
        .refused(409, "PaneEnded");
    ask(&scene.amelie, "none", &scene.room)
        .await
        .refused(409, "PaneEnded");
    let forged = format!("{token}x");
    ask(&scene.amelie, &forged, &scene.room)
        .await
        .refused(409, "PaneEnded");
    ask(&scene.amelie, &token, &other)
        .await
        .refused(422, "NoSuchAddin");

    let topic = scene
        .server
        .addin("Topic", "https://prices.contoso.example/")
        .await;
    let path = format!("/rooms/{}", scene.room);
    let before = scene.amelie.get(&path).await.done()["addin"]["id"].clone();
    scene
        .amelie
        .patch(&path, json!({ "addin": topic }))
        .await
        .done();
    ask(&scene.amelie, &token, &scene.room)
        .await
        .refused(409, "PaneEnded");
    scene
        .amelie
        .patch(&path, json!({ "addin": before }))
        .await
        .done();
    ask(&scene.amelie, &token, &scene.room).await.done();

    let moved =
        json!({ "url": "https://prices.fabrikam.example/", "granted": ["messages.history"] });
    scene.change(moved).await;
    ask(&scene.amelie, &token, &scene.room)
        .await
        .refused(409, "PaneEnded");
}

#[tokio::test]
async fn a_page_of_a_disabled_add_in_is_refused_at_once() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["messages.history"] }))
        .await;
    let token = pane(&scene.amelie, &scene.room).await;
    let path = format!("/rooms/{}/messages", scene.room);
    let ask = || for_page(&scene.amelie, &token, Method::GET, &path, None);
    ask().await.done();
    scene.change(json!({ "disabled": true })).await;
    ask().await.refused(403, "AddinDisabled");
    let path = format!("/rooms/{}/panes", scene.room);
    scene
        .amelie
        .post(&path, json!({}))
        .await
        .refused(403, "AddinDisabled");
}

#[tokio::test]
async fn what_a_page_wants_is_shown_to_administrators_and_not_granted() {
    let scene = Scene::start().await;
    let path = format!("/rooms/{}/panes", scene.room);
    let wants = json!({ "wants": ["contexts", "storage", "everything"] });
    for _ in 0..2 {
        let opened = scene.amelie.post(&path, wants.clone()).await.done();
        assert_eq!(
            opened["granted"],
            json!(["room.info", "contexts", "token.issue"])
        );
        let denied = json!([
            { "capability": "storage", "why": "maximum" },
            { "capability": "everything", "why": "unknown" },
        ]);
        assert_eq!(opened["denied"], denied);
    }
    let audit = scene.server.audit().await;
    assert_eq!(
        audit
            .iter()
            .filter(|entry| entry.action == "addin.request")
            .count(),
        1
    );
    let addin = scene.change(json!({ "name": "Prices again" })).await;
    assert_eq!(addin["requested"], json!(["storage"]));
    let addin = scene.change(json!({ "granted": ["storage"] })).await;
    assert_eq!(addin["requested"], json!([]));
    let many = json!({ "wants": vec!["x"; 65] });
    scene
        .amelie
        .post(&path, many)
        .await
        .refused(429, "LimitExceeded");
}

#[tokio::test]
async fn a_message_says_what_an_add_in_had_to_do_with_it() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["messages.send", "messages.filter"] }))
        .await;
    let token = pane(&scene.amelie, &scene.room).await;
    let mut socket = perch_testkit::Socket::connect(&scene.amelie).await;
    socket.join(&scene.room).await;
    let path = format!("/rooms/{}/messages", scene.room);
    let sent = json!({ "nonce": Uuid::new_v4(), "text": "sent" });
    let answer = for_page(&scene.amelie, &token, Method::POST, &path, Some(sent))
        .await
        .done();
    assert_eq!(
        (&answer["via"]["name"], &answer["via"]["part"]),
        (&json!("Prices"), &json!("sent"))
    );
    let live = socket.expect("message").await;
    assert_eq!(live["via"], answer["via"]);

    let post = json!({ "type": "post", "id": 9, "room": scene.room, "nonce": Uuid::new_v4(), "text": "changed", "original": { "text": "typed" }, "pane": token });
    socket.send(post).await;
    let live = socket.expect("message").await;
    assert_eq!(live["via"]["part"], "changed");

    socket.post(&scene.room, "my own").await;
    let page = scene.amelie.get(&path).await.done();
    let parts: Vec<_> = page["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["via"]["part"].clone())
        .collect();
    assert_eq!(parts, [json!("sent"), json!("changed"), Value::Null]);
}

#[tokio::test]
async fn what_a_page_stores_is_in_the_audit_log() {
    let scene = Scene::start().await;
    scene.change(json!({ "granted": ["storage"] })).await;
    let token = pane(&scene.amelie, &scene.room).await;
    let path = format!("/rooms/{}/storage/topic", scene.room);
    let value = Some(json!({ "value": "Month end", "version": 0 }));
    for_page(&scene.amelie, &token, Method::PUT, &path, value)
        .await
        .done();
    let audit = scene.server.audit().await;
    let stored = audit
        .iter()
        .find(|entry| entry.action == "addin_storage.put")
        .unwrap();
    assert!(stored.target.ends_with("FX topic"), "{}", stored.target);
}

/// What the audit log says that pages did, newest first.
pub(crate) async fn used(scene: &Scene) -> Vec<Value> {
    scene.server.app().record_addin_use().await;
    let audit = scene.server.audit().await;
    let uses = audit.iter().filter(|entry| entry.action == "pane.use");
    uses.map(|entry| serde_json::from_str(entry.after.as_deref().unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn what_a_page_read_and_was_refused_is_in_the_audit_log_in_sums() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["messages.history", "storage", "participants"] }))
        .await;
    let token = pane(&scene.amelie, &scene.room).await;
    let messages = format!("/rooms/{}/messages", scene.room);
    for text in ["one", "two", "three"] {
        let post = json!({ "nonce": Uuid::new_v4(), "text": text });
        scene.amelie.post(&messages, post).await.done();
    }
    // What the person reads is no reading of the page.
    scene.amelie.get(&messages).await.done();
    assert_eq!(used(&scene).await, [] as [Value; 0]);

    let topic = format!("/rooms/{}/storage/topic", scene.room);
    let ask = |method, path: &str, body| {
        let path = path.to_owned();
        let (amelie, token) = (&scene.amelie, &token);
        async move { for_page(amelie, token, method, &path, body).await }
    };
    for _ in 0..2 {
        ask(Method::GET, &messages, None).await.done();
    }
    ask(Method::GET, &topic, None)
        .await
        .refused(404, "NoSuchNode");
    let post = json!({ "nonce": Uuid::new_v4(), "text": "forged" });
    ask(Method::POST, &messages, Some(post))
        .await
        .refused(403, "ActionNotGranted");
    let report = json!({
        "pane": token,
        "told": { "messages": 5, "contexts": 1, "participants": 2 },
        "refused": [{ "code": "InvalidArgument", "count": 3 }],
    });
    let path = format!("/rooms/{}/panes/report", scene.room);
    scene.amelie.post(&path, report.clone()).await.done();
    let uses = used(&scene).await;
    let [found] = &uses[..] else {
        panic!("{uses:?}");
    };
    let expected = json!({
        "history": 6, "participants": 2, "storage": 0, "messages": 5, "contexts": 1,
        "refused": { "ActionNotGranted": 1, "InvalidArgument": 3 },
        "addin": found["addin"], "pane": found["pane"],
    });
    assert_eq!(found, &expected);
    // Nothing is written twice.
    assert_eq!(used(&scene).await.len(), 1);

    scene
        .control
        .post(&path, report.clone())
        .await
        .refused(409, "PaneEnded");
    let unknown = json!({ "pane": token, "refused": [{ "code": "Whatever", "count": 1 }] });
    scene
        .amelie
        .post(&path, unknown)
        .await
        .refused(422, "InvalidArgument");
}

#[tokio::test]
async fn a_page_that_asks_too_much_slows_itself_down_and_not_its_person() {
    let scene = Scene::start().await;
    let token = pane(&scene.amelie, &scene.room).await;
    let path = format!("/rooms/{}/participants", scene.room);
    let ask = || for_page(&scene.amelie, &token, Method::GET, &path, None);
    while ask().await.status != 429 {}
    scene.amelie.get(&path).await.done();
    let uses = used(&scene).await;
    assert!(
        uses[0]["refused"]["TooManyRequests"].as_u64() > Some(0),
        "{uses:?}"
    );
}

#[tokio::test]
async fn a_pane_lasts_a_working_day() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["messages.history"] }))
        .await;
    let token = pane(&scene.amelie, &scene.room).await;
    let path = format!("/rooms/{}/messages", scene.room);
    let server: &Server = &scene.server;
    server.clock().advance_seconds(12 * 3_600);
    for_page(&scene.amelie, &token, Method::GET, &path, None)
        .await
        .done();
    server.clock().advance_seconds(12 * 3_600);
    for_page(&scene.amelie, &token, Method::GET, &path, None)
        .await
        .refused(409, "PaneEnded");
}
