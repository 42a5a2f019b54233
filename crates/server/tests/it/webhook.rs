//! Webhooks, with a receiver that listens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use perch_domain::webhook::{ATTEMPTS_MAX, OVERLAP_SECONDS};
use perch_testkit::Person;
use ring::hmac;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::grant::Scene;

/// What a receiver was sent.
#[derive(Clone, Debug)]
struct Delivery {
    headers: HashMap<String, String>,
    body: String,
}

impl Delivery {
    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn seq(&self) -> u64 {
        self.event()["data"]["seq"].as_u64().unwrap()
    }

    /// Whether one of its signatures was made with a secret, as the guide says.
    fn is_signed_by(&self, secret: &str) -> bool {
        let secret = secret.strip_prefix("whsec_").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).unwrap());
        let header = |name: &str| self.headers[name].as_str();
        let signed = [
            header("webhook-id"),
            header("webhook-timestamp"),
            &self.body,
        ]
        .join(".");
        header("webhook-signature").split(' ').any(|signature| {
            let signature = signature.strip_prefix("v1,").unwrap();
            let tag = STANDARD.decode(signature).unwrap();
            hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
    }
}

/// The back end of an add-in, which answers with some status.
#[derive(Clone)]
struct Receiver {
    url: String,
    deliveries: Arc<Mutex<Vec<Delivery>>>,
    status: Arc<Mutex<StatusCode>>,
}

impl Receiver {
    async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let receiver = Self {
            url: format!("http://{}/events?x=1", listener.local_addr().unwrap()),
            deliveries: Arc::default(),
            status: Arc::new(Mutex::new(StatusCode::NO_CONTENT)),
        };
        let taking = receiver.clone();
        let take = async move |headers: HeaderMap, body: String| taking.take(&headers, body);
        let routes = Router::new().route("/events", post(take));
        tokio::spawn(async { axum::serve(listener, routes).await });
        receiver
    }

    fn take(&self, headers: &HeaderMap, body: String) -> StatusCode {
        let headers = headers.iter().map(|(name, value)| {
            let value = value.to_str().unwrap().to_owned();
            (name.to_string(), value)
        });
        let headers = headers.collect();
        let delivery = Delivery { headers, body };
        self.deliveries.lock().unwrap().push(delivery);
        *self.status.lock().unwrap()
    }

    fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    fn all(&self) -> Vec<Delivery> {
        self.deliveries.lock().unwrap().clone()
    }

    fn places(&self) -> Vec<u64> {
        self.all().iter().map(Delivery::seq).collect()
    }

    /// So many deliveries, once they have come.
    async fn told(&self, count: usize) -> Vec<Delivery> {
        until(async || {
            let all = self.all();
            (all.len() >= count).then_some(all)
        })
        .await
    }
}

/// Asks until there is an answer.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asking)
        .await
        .unwrap_or_else(|_| panic!("it did not happen within 20 s"))
}

/// A room whose add-in has a webhook.
struct Hooked {
    scene: Scene,
    receiver: Receiver,
    secret: String,
}

impl Hooked {
    async fn start(granted: &[&str]) -> Self {
        let scene = Scene::start().await;
        scene.change(json!({ "granted": granted })).await;
        say(&scene.amelie, &scene.room, "before the webhook").await;
        let receiver = Receiver::listen().await;
        let set = json!({ "url": receiver.url });
        let set = scene.control.put(&webhook(&scene), set).await.done();
        let secret = set["secret"].as_str().unwrap().to_owned();
        Self {
            scene,
            receiver,
            secret,
        }
    }

    async fn say(&self, text: &str) -> u64 {
        say(&self.scene.amelie, &self.scene.room, text).await
    }

    /// The webhook as administrators see it, once it is as it should be.
    async fn shown(&self, is: impl Fn(&Value) -> bool) -> Value {
        until(async || {
            let shown = self.scene.control.get(&webhook(&self.scene)).await.done();
            is(&shown).then_some(shown)
        })
        .await
    }

    async fn replay(&self, from: u64) -> perch_testkit::Answer {
        let path = format!("{}/replay", webhook(&self.scene));
        let body = json!({ "room": self.scene.room, "from": from });
        self.scene.control.post(&path, body).await
    }

    /// Waits until the next attempt has failed too, and is written down.
    async fn fail_again(&self) {
        let before = self.shown(|_| true).await["failure"]["at"].clone();
        self.pause();
        self.shown(|shown| shown["failure"]["at"] != before).await;
    }

    /// Lets the longest pause between two attempts pass.
    fn pause(&self) {
        self.scene.server.clock().advance_seconds(300);
    }
}

fn webhook(scene: &Scene) -> String {
    format!("{}/webhook", scene.addin)
}

async fn say(person: &Person, room: &str, text: &str) -> u64 {
    let message = json!({ "nonce": Uuid::new_v4(), "text": text });
    let path = format!("/rooms/{room}/messages");
    person.post(&path, message).await.done()["seq"]
        .as_u64()
        .unwrap()
}

fn waiting(count: u64) -> impl Fn(&Value) -> bool {
    move |shown| shown["waiting"] == count
}

#[tokio::test]
async fn a_receiver_is_told_what_is_posted_and_knows_by_whom() {
    let hooked = Hooked::start(&["room.info", "contexts", "messages.live"]).await;
    let seq = hooked.say("$MSFT is moving").await;
    let [told] = hooked.receiver.told(1).await.try_into().unwrap();
    assert!(told.is_signed_by(&hooked.secret));
    assert!(!told.is_signed_by(&format!("whsec_{}", STANDARD.encode([7; 32]))));
    let id = format!("msg_{}_{seq}", hooked.scene.room.replace('-', ""));
    assert_eq!(told.headers["webhook-id"], id);
    assert_eq!(told.headers["content-type"], "application/json");
    let event = told.event();
    assert_eq!(event["type"], "message.posted");
    let data = &event["data"];
    assert_eq!(data["room"], hooked.scene.room);
    assert_eq!(
        (&data["room_name"], &data["seq"]),
        (&json!("FX"), &json!(seq))
    );
    assert_eq!(data["message"]["text"], "$MSFT is moving");
    assert_eq!(data["message"]["author"]["id"], hooked.scene.amelie.id);
    assert_eq!(data["contexts"][0]["id"]["ticker"], "MSFT");
    let shown = hooked.shown(|shown| shown["state"] == "ok").await;
    assert_eq!(shown["waiting"], 0);
    assert_eq!(shown["secret"], json!(null), "it is shown once");
}

#[tokio::test]
async fn what_an_event_holds_is_what_the_add_in_may_know() {
    let hooked = Hooked::start(&["contexts"]).await;
    hooked.say("no context, no event").await;
    let seq = hooked.say("$MSFT is moving").await;
    let [told] = hooked.receiver.told(1).await.try_into().unwrap();
    assert_eq!(told.seq(), seq);
    let data = &told.event()["data"];
    assert_eq!(data["contexts"][0]["id"]["ticker"], "MSFT");
    assert_eq!(
        (&data["message"], &data["room_name"]),
        (&json!(null), &json!(null))
    );
    for secret in ["moving", "amelie", "FX"] {
        assert!(!told.body.to_lowercase().contains(secret), "{}", told.body);
    }
    hooked
        .scene
        .change(json!({ "granted": ["messages.live"] }))
        .await;
    hooked.say("$IBM too").await;
    let told = hooked.receiver.told(2).await.pop().unwrap();
    assert_eq!(told.event()["data"]["message"]["text"], "$IBM too");
    assert_eq!(told.event()["data"]["contexts"], json!(null));
}

#[tokio::test]
async fn a_card_is_told_with_its_text_and_a_new_version_with_the_place_of_the_first() {
    let hooked = Hooked::start(&["messages.live"]).await;
    let path = format!("/rooms/{}/messages", hooked.scene.room);
    let card = json!({ "title": "Over its limit", "tone": "warning" });
    let mut first = json!({ "nonce": Uuid::new_v4(), "text": "over its limit", "card": card });
    let posted = hooked.scene.amelie.post(&path, first.clone()).await.done();
    first["nonce"] = json!(Uuid::new_v4());
    first["updates"] = posted["seq"].clone();
    hooked.scene.amelie.post(&path, first).await.done();
    let told = hooked.receiver.told(2).await;
    let messages: Vec<_> = told
        .iter()
        .map(|told| told.event()["data"]["message"].clone())
        .collect();
    for message in &messages {
        assert_eq!(message["text"], "over its limit");
        assert_eq!(message["card"], card);
    }
    let updates: Vec<_> = messages.iter().map(|message| &message["updates"]).collect();
    assert_eq!(updates, [&json!(null), &posted["seq"]]);
    hooked
        .scene
        .change(json!({ "granted": ["contexts"] }))
        .await;
    let ticker = json!({ "nonce": Uuid::new_v4(), "text": "$MSFT", "card": card });
    hooked.scene.amelie.post(&path, ticker).await.done();
    let told = hooked.receiver.told(3).await.pop().unwrap();
    assert!(!told.body.contains("limit"), "{}", told.body);
}

#[tokio::test]
async fn what_a_receiver_was_told_is_in_the_audit_log_in_sums() {
    let hooked = Hooked::start(&["contexts", "messages.live"]).await;
    let first = hooked.say("$MSFT and $IBM").await;
    hooked.say("no context").await;
    hooked.receiver.told(2).await;
    hooked.shown(waiting(0)).await;
    hooked.receiver.answer(400);
    let last = hooked.say("refused, and read all the same").await;
    hooked
        .shown(|shown| shown["failure"]["code"] == "Refused")
        .await;
    let app = hooked.scene.server.app();
    app.record_addin_use().await;
    app.record_addin_use().await;
    let audit = hooked.scene.server.audit().await;
    let [use_] = audit
        .iter()
        .filter(|entry| entry.action == "webhook.use")
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert!(use_.target.ends_with("\\FX"), "{}", use_.target);
    let sums: Value = serde_json::from_str(use_.after.as_deref().unwrap()).unwrap();
    let addin = hooked.scene.addin.rsplit('/').next().unwrap();
    assert_eq!(
        sums,
        json!({ "addin": addin, "first": first, "last": last, "messages": 3, "contexts": 2, "refused": 1 })
    );
}

#[tokio::test]
async fn what_is_withdrawn_stops_and_is_not_told_later() {
    let hooked = Hooked::start(&["messages.live"]).await;
    for (stop, go) in [
        (json!({ "disabled": true }), json!({ "disabled": false })),
        (
            json!({ "granted": [] }),
            json!({ "granted": ["messages.live"] }),
        ),
    ] {
        hooked.scene.change(stop).await;
        hooked.say("not for the receiver").await;
        hooked.shown(waiting(0)).await;
        hooked.scene.change(go).await;
    }
    hooked.scene.withhold(&["messages.live"]).await;
    hooked.say("nor this").await;
    hooked.shown(waiting(0)).await;
    hooked.scene.withhold(&[]).await;
    let seq = hooked.say("for the receiver").await;
    hooked.receiver.told(1).await;
    assert_eq!(hooked.receiver.places(), [seq]);
    // Not by being told again either, unless the add-in may read earlier messages.
    let refused = hooked.replay(seq - 1).await;
    refused.refused(403, "ActionNotGranted");
    assert_eq!(refused.body["params"]["capability"], "messages.history");
    hooked.replay(seq).await.done();
    hooked.receiver.told(2).await;
    let granted = json!({ "granted": ["messages.live", "messages.history"] });
    hooked.scene.change(granted).await;
    hooked.replay(1).await.done();
    hooked.receiver.told(7).await;
    assert_eq!(hooked.receiver.places(), [5, 5, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_receiver_that_is_away_misses_nothing() {
    let hooked = Hooked::start(&["messages.live"]).await;
    hooked.receiver.answer(503);
    for text in ["one", "two", "three"] {
        hooked.say(text).await;
    }
    let shown = hooked.shown(|shown| shown["state"] == "away").await;
    assert_eq!(shown["failure"]["code"], "Busy");
    assert_eq!(shown["failure"]["status"], 503);
    assert_eq!(shown["waiting"], 3);
    // However long it is away, it is tried again, and nothing is given up.
    for _ in 0..=ATTEMPTS_MAX {
        hooked.fail_again().await;
    }
    assert_eq!(hooked.shown(waiting(3)).await["dead_letters"], json!([]));
    hooked.receiver.answer(200);
    let before = hooked.receiver.all().len();
    hooked.pause();
    hooked.receiver.told(before + 3).await;
    assert_eq!(hooked.receiver.places()[before..], [2, 3, 4]);
    hooked
        .shown(|shown| shown["state"] == "ok" && shown["waiting"] == 0)
        .await;
}

#[tokio::test]
async fn an_event_that_is_refused_again_and_again_is_given_up_and_can_be_told_later() {
    let hooked = Hooked::start(&["messages.live"]).await;
    hooked.receiver.answer(400);
    hooked.say("one").await;
    hooked.shown(|shown| shown["state"] == "refusing").await;
    for _ in 1..ATTEMPTS_MAX {
        hooked.fail_again().await;
    }
    let ids = hooked.receiver.all();
    let ids = ids.iter().map(|told| &told.headers["webhook-id"]);
    assert_eq!(ids.collect::<std::collections::HashSet<_>>().len(), 1);
    let shown = hooked
        .shown(|shown| shown["dead_letters"] != json!([]))
        .await;
    let letter = &shown["dead_letters"][0];
    assert_eq!(
        (&letter["seq"], &letter["attempts"]),
        (&json!(2), &json!(ATTEMPTS_MAX))
    );
    assert_eq!(letter["failure"]["code"], "Refused");
    assert_eq!(shown["waiting"], 0);

    // The next one is told all the same.
    hooked.receiver.answer(200);
    hooked.say("two").await;
    let told = hooked.receiver.told(ATTEMPTS_MAX as usize + 1).await;
    assert_eq!(told.last().unwrap().seq(), 3);
    let path = format!(
        "{}/dead-letters/{}/2",
        webhook(&hooked.scene),
        hooked.scene.room
    );
    let retried = hooked.scene.control.post(&path, json!(null)).await.done();
    assert_eq!(retried["dead_letters"], json!([]));
    assert_eq!(hooked.receiver.places().last(), Some(&2));
    let gone = hooked.scene.control.delete(&path).await;
    gone.refused(404, "NoSuchNode");
}

#[tokio::test]
async fn both_secrets_sign_for_a_day_after_a_rotation() {
    let hooked = Hooked::start(&["messages.live"]).await;
    let path = format!("{}/secret", webhook(&hooked.scene));
    let rotated = hooked.scene.control.post(&path, json!(null)).await.done();
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, hooked.secret);
    hooked.say("one").await;
    let told = hooked.receiver.told(1).await.pop().unwrap();
    assert!(told.is_signed_by(new) && told.is_signed_by(&hooked.secret));
    hooked.scene.server.clock().advance_seconds(OVERLAP_SECONDS);
    hooked.say("two").await;
    let told = hooked.receiver.told(2).await.pop().unwrap();
    assert!(told.is_signed_by(new) && !told.is_signed_by(&hooked.secret));
}

#[tokio::test]
async fn a_webhook_that_is_moved_or_removed_is_told_no_more_where_it_was() {
    let hooked = Hooked::start(&["messages.live"]).await;
    let other = Receiver::listen().await;
    let (control, path) = (&hooked.scene.control, webhook(&hooked.scene));
    let set = control.put(&path, json!({ "url": other.url })).await.done();
    assert_eq!(set["secret"], json!(null), "the secret stays");
    let seq = hooked.say("one").await;
    let told = other.told(1).await.pop().unwrap();
    assert!(told.is_signed_by(&hooked.secret));
    assert_eq!((told.seq(), hooked.receiver.places()), (seq, vec![]));
    control.delete(&path).await.done();
    hooked.say("two").await;
    control.get(&path).await.refused(404, "NoSuchNode");
    // Had it been told, then before the one that comes after.
    let set = control.put(&path, json!({ "url": other.url })).await.done();
    assert!(set["secret"].is_string());
    let seq = hooked.say("three").await;
    other.told(2).await;
    assert_eq!(other.places(), [seq - 2, seq]);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let scene = Scene::start().await;
    for url in [
        "bot.contoso.com",
        "https://bot.contoso.com/{room.id}",
        &scene.server.url(),
    ] {
        let set = scene
            .control
            .put(&webhook(&scene), json!({ "url": url }))
            .await;
        set.refused(422, "InvalidUrl");
    }
}

#[tokio::test]
async fn what_was_not_told_is_told_after_a_restart() {
    let mut hooked = Hooked::start(&["messages.live"]).await;
    hooked.receiver.answer(503);
    let seq = hooked.say("one").await;
    hooked.shown(|shown| shown["state"] == "away").await;
    hooked.scene.server.restart().await;
    hooked.receiver.answer(200);
    let before = hooked.receiver.all().len();
    hooked.pause();
    let told = hooked.receiver.told(before + 1).await;
    assert_eq!(told.last().unwrap().seq(), seq);
}
