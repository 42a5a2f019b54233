//! Two nodes of one deployment, on PostgreSQL and NATS.

use std::time::Duration;

use perch_store_postgres::PostgresStorage;
use perch_test_servers::{Nats, Postgres};
use perch_testkit::{Person, Socket};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::process::{PASSWORD, Serving, deployment_on, perch, run};

pub(crate) const POOL: &str = "pchat01.contoso.com";
/// In which a change made at one node has to be at the other.
const WITHIN: Duration = Duration::from_secs(1);

/// A deployment that several nodes may serve.
pub(crate) struct Deployment {
    folder: TempDir,
    database: String,
    nats: Nats,
}

impl Deployment {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Postgres::shared().database();
        let arguments = ["init", "--administrator", "control@contoso.com"];
        let place = ["--pool", POOL, "--storage-url", &database];
        let output = run(folder.path(), &[&arguments[..], &place].concat());
        assert!(output.status.success(), "{output:?}");
        Self {
            folder,
            database,
            nats: Nats::start(),
        }
    }

    pub(crate) fn node(&self, name: &str) -> Serving {
        let mut command = perch(self.folder.path(), &["serve"]);
        command.args(["--server-listen", "127.0.0.1:0", "--node-name", name]);
        command.args(["--storage-url", &self.database]);
        command.args([
            "--bus-url",
            &self.nats.url(),
            "--metrics-listen",
            "127.0.0.1:0",
        ]);
        Serving::spawn(command)
    }
}

pub(crate) async fn sign_in(node: &Serving, name: &str) -> Person {
    let mut person = Person::nobody(&node.url);
    person
        .sign_in(&format!("{name}@contoso.com"), PASSWORD)
        .await;
    person
}

/// Makes users, a category for them, and a room of which they are members. Gives the room.
pub(crate) async fn furnish(control: &Person, users: &[&str]) -> String {
    for user in users {
        let body = json!({
            "kind": "user", "address": format!("{user}@contoso.com"), "display_name": user, "password": PASSWORD,
        });
        control.post("/principals", body).await.done();
    }
    let mut everybody = vec!["control@contoso.com".to_owned()];
    everybody.extend(users.iter().map(|user| format!("{user}@contoso.com")));
    let body = json!({ "name": "Floor", "allowed_members": everybody });
    control
        .post(&format!("/pools/{POOL}/categories"), body)
        .await
        .done();
    let body = json!({ "category": "Floor", "name": "FX", "members": everybody });
    let room = control.post(&format!("/pools/{POOL}/rooms"), body).await;
    room.done()["id"].as_str().unwrap().to_owned()
}

/// The next frame of a kind, which is to be there within a second.
async fn soon(socket: &mut Socket, kind: &str) -> Value {
    let frame = tokio::time::timeout(WITHIN, socket.expect(kind)).await;
    frame.unwrap_or_else(|_| panic!("no {kind} within {WITHIN:?}"))
}

#[tokio::test]
async fn what_is_posted_at_one_node_is_seen_at_the_other_in_the_same_order() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let room = furnish(&control, &["amelie", "blake"]).await;
    let [amelie, blake] = [sign_in(&one, "amelie").await, sign_in(&two, "blake").await];
    let mut at_one = Socket::connect(&amelie).await;
    at_one.join(&room).await;
    let mut at_two = Socket::connect(&blake).await;
    at_two.join(&room).await;

    for n in 0..20 {
        let (socket, text) = if n % 2 == 0 {
            (&mut at_one, format!("one {n}"))
        } else {
            (&mut at_two, format!("two {n}"))
        };
        let nonce = Uuid::new_v4();
        let post = json!({ "type": "post", "id": n, "room": room, "nonce": nonce, "text": text });
        socket.send(post).await;
    }
    let mut seen: [Vec<(u64, Value)>; 2] = [Vec::new(), Vec::new()];
    for (socket, seen) in [&mut at_one, &mut at_two].into_iter().zip(&mut seen) {
        while seen.len() < 20 {
            let message = soon(socket, "message").await;
            seen.push((message["seq"].as_u64().unwrap(), message["text"].clone()));
        }
    }
    assert_eq!(seen[0], seen[1]);
    let places: Vec<_> = seen[0].iter().map(|(seq, _)| *seq).collect();
    assert_eq!(places, (1..=20).collect::<Vec<_>>());
    assert!(one.terminate().success());
    assert!(two.terminate().success());
}

#[tokio::test]
async fn contexts_and_the_kill_switch_reach_panes_at_the_other_node_within_a_second() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let room = furnish(&control, &["amelie", "blake"]).await;
    let body = json!({ "name": "Prices", "url": "https://prices.contoso.example/" });
    let addin = control
        .post(&format!("/pools/{POOL}/addins"), body)
        .await
        .done();
    let addin = format!("/pools/{POOL}/addins/{}", addin["id"].as_str().unwrap());
    let patch = json!({ "addin": addin.rsplit('/').next() });
    control.patch(&format!("/rooms/{room}"), patch).await.done();

    let [amelie, blake] = [sign_in(&one, "amelie").await, sign_in(&two, "blake").await];
    let mut at_one = Socket::connect(&amelie).await;
    at_one.join(&room).await;
    let mut at_two = Socket::connect(&blake).await;
    let panes = format!("/rooms/{room}/panes");
    let until = tokio::time::Instant::now() + WITHIN;
    let pane = loop {
        // The add-in was put on the room at the other node.
        let answer = blake.post(&panes, json!({})).await;
        if answer.status == 201 {
            break answer.done();
        }
        assert!(tokio::time::Instant::now() < until, "{}", answer.text);
    };
    at_two.join(&room).await;
    at_one.post(&room, "$MSFT is moving").await;
    let message = soon(&mut at_two, "message").await;
    assert_eq!(message["contexts"][0]["type"], "fdc3.instrument");
    assert_eq!(message["contexts"][0]["name"], "MSFT");

    let token = json!({ "pane": pane["token"] });
    let tokens = format!("/rooms/{room}/token");
    let issued = blake.post(&tokens, token.clone()).await.done();
    control
        .patch(&addin, json!({ "disabled": true }))
        .await
        .done();
    let shown = soon(&mut at_two, "room_updated").await;
    assert_eq!(shown["room"]["addin"]["disabled"], true);
    assert_eq!(shown["room"]["addin"]["granted"], json!([]));
    // What was told is also in force there: no token, no pane, and the one that was issued proves nothing.
    blake
        .post(&tokens, token)
        .await
        .refused(403, "AddinDisabled");
    blake
        .post(&panes, json!({}))
        .await
        .refused(403, "AddinDisabled");
    let asked = reqwest::Client::new().post(format!("{}/api/v1/introspect", two.url));
    let asked = asked
        .form(&[("token", issued["token"].as_str().unwrap())])
        .send();
    let proved: Value = asked.await.unwrap().json().await.unwrap();
    assert_eq!(proved["active"], false);
    assert!(one.terminate().success());
    assert!(two.terminate().success());
}

#[tokio::test]
async fn presence_and_changes_reach_the_other_node_within_a_second() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let room = furnish(&control, &["amelie", "blake"]).await;
    let amelie = sign_in(&one, "amelie").await;
    let mut at_one = Socket::connect(&amelie).await;
    at_one.join(&room).await;
    at_one.watch(&room).await;
    let blake = sign_in(&two, "blake").await;
    let mut at_two = Socket::connect(&blake).await;
    at_two.join(&room).await;
    let came = soon(&mut at_one, "presence").await;
    assert_eq!(came["arrived"][0]["display_name"], "blake");
    assert_eq!(came["count"], 2);
    let participants = format!("/rooms/{room}/participants");
    let both = async {
        while blake
            .get(&participants)
            .await
            .done()
            .as_array()
            .unwrap()
            .len()
            < 2
        {}
    };
    let listed = tokio::time::timeout(WITHIN, both).await;
    listed.expect("both nodes list both people within a second");

    let path = format!("/rooms/{room}");
    control
        .patch(&path, json!({ "name": "FX Spot" }))
        .await
        .done();
    assert_eq!(
        soon(&mut at_two, "room_updated").await["room"]["name"],
        "FX Spot"
    );
    let body = json!({ "name": "Chart", "url": "https://chart.contoso.com/" });
    control
        .post(&format!("/pools/{POOL}/addins"), body)
        .await
        .done();
    control
        .patch(&path, json!({ "addin": "Chart" }))
        .await
        .done();
    assert_eq!(
        soon(&mut at_two, "room_updated").await["room"]["addin"]["name"],
        "Chart"
    );

    // Removed at one node, closed at the other, and nothing that is posted afterwards is seen. Whoever posts reads past
    // the departure on the way to the answer, so another connection watches for it.
    let mut watching = Socket::connect(&amelie).await;
    watching.join(&room).await;
    watching.watch(&room).await;
    let body = json!({ "members": ["control@contoso.com", "amelie@contoso.com"] });
    control.patch(&path, body).await.done();
    at_one.post(&room, "without blake").await;
    let removed = soon(&mut at_two, "removed").await;
    assert_eq!(removed["room"], json!(room));
    let gone = watching
        .expect_where("blake goes", |frame| {
            frame["departed"]
                .as_array()
                .is_some_and(|gone| gone.len() == 1)
        })
        .await;
    assert_eq!(gone["count"], 1);
    at_two.settle().await;

    // Disabled at one node, disconnected at the other.
    let found = control.get("/principals?search=blake").await.done();
    let id = found[0]["id"].as_str().unwrap_or_else(|| panic!("{found}"));
    let disabled = json!({ "disabled": true });
    control
        .patch(&format!("/principals/{id}"), disabled)
        .await
        .done();
    let closed = tokio::time::timeout(WITHIN, at_two.closed()).await;
    assert!(closed.is_ok(), "still connected");
}

#[tokio::test]
async fn an_inactive_node_keeps_its_people_and_takes_no_more() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let room = furnish(&control, &["amelie"]).await;
    let amelie = sign_in(&two, "amelie").await;
    let mut stays = Socket::connect(&amelie).await;
    stays.join(&room).await;
    let both = async || {
        let nodes = control.get("/nodes").await.done();
        nodes.as_array().is_some_and(|nodes| nodes.len() == 2)
    };
    while !both().await {}

    let patch = json!({ "active": false });
    let answer = control.patch("/nodes/two", patch.clone()).await.done();
    assert_eq!(
        (&answer["active"], &answer["running"]),
        (&json!(false), &json!(true))
    );
    let ready = reqwest::get(format!("{}/health/ready", two.url))
        .await
        .unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("inactive node"));
    let (status, problem) = Socket::try_connect(&amelie, &[]).await.err().unwrap();
    assert_eq!((status, &problem["code"]), (503, &json!("NodeInactive")));
    stays.post(&room, "still here").await;
    control
        .patch("/nodes/one", patch)
        .await
        .refused(422, "InvalidArgument");
    assert!(two.terminate().success());
    let two = deployment.node("two");
    let ready = reqwest::get(format!("{}/health/ready", two.url))
        .await
        .unwrap();
    assert_eq!(ready.status(), 503, "it stays so over a restart");
    control
        .patch("/nodes/two", json!({ "active": true }))
        .await
        .done();
    Socket::connect(&amelie.at(&two.url)).await;
}

#[tokio::test]
async fn a_node_that_is_killed_takes_its_people_with_it_and_loses_no_message() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let room = furnish(&control, &["amelie", "blake"]).await;
    let mut at_one = Socket::connect(&sign_in(&one, "amelie").await).await;
    at_one.join(&room).await;
    at_one.watch(&room).await;
    let mut at_two = Socket::connect(&sign_in(&two, "blake").await).await;
    at_two.join(&room).await;
    soon(&mut at_one, "presence").await;
    at_two.post(&room, "last words").await;
    two.kill();
    // Whichever is noticed first: that the node is silent, or what it stored.
    let (mut message, mut gone) = (None, None);
    while message.is_none() || gone.is_none() {
        let frame = at_one
            .expect_where("the message and the departure", |frame| {
                frame["type"] == "message" || frame["type"] == "presence"
            })
            .await;
        let seen = if frame["type"] == "message" {
            &mut message
        } else {
            &mut gone
        };
        *seen = Some(frame);
    }
    assert_eq!(message.unwrap()["text"], "last words");
    let gone = gone.unwrap();
    assert_eq!(gone["departed"].as_array().map(Vec::len), Some(1));
    assert_eq!(gone["count"], 1);
}

#[tokio::test]
async fn the_documented_lines_say_which_nodes_take_new_clients() {
    let deployment = Deployment::new();
    let [one, two] = [deployment.node("one"), deployment.node("two")];
    let control = sign_in(&one, "control").await;
    let both = async || {
        let nodes = control.get("/nodes").await.done();
        nodes.as_array().is_some_and(|nodes| nodes.len() == 2)
    };
    while !both().await {}
    let token = control.post("/tokens", json!({ "name": "test" })).await;
    let token = token.done()["secret"].as_str().unwrap().to_owned();
    let line = |arguments: &[&str]| {
        let mut command = perch(deployment.folder.path(), arguments);
        command
            .env("PERCH_URL", &one.url)
            .env("PERCH_TOKEN", &token);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let active = |arguments: &[&str]| {
        line(&[&["Set-CsPersistentChatActiveServer"], arguments].concat());
        let state = line(&["Get-CsPersistentChatState", "-Identity", POOL]);
        serde_json::from_str::<Value>(&state).unwrap()["ActiveServers"].clone()
    };
    assert_eq!(
        active(&["-Identity", "global", "-ActiveServers", "@{Remove=\"two\"}"]),
        json!(["one"])
    );
    assert_eq!(ready(&two).await, 503);
    assert_eq!(active(&["-Identity", POOL, "-Swap"]), json!(["two"]));
    assert_eq!((ready(&one).await, ready(&two).await), (503, 200));
    let told = line(&["Set-CsPersistentChatActiveServer", "-Swap", "-WhatIf"]);
    assert!(
        told.contains("one (active)") && told.contains("two (inactive)"),
        "{told}"
    );
    assert_eq!(
        active(&["-ActiveServers", "one,two"]),
        json!(["one", "two"])
    );
}

async fn ready(node: &Serving) -> u16 {
    let answer = reqwest::get(format!("{}/health/ready", node.url)).await;
    answer.unwrap().status().as_u16()
}

/// What a node says that does not start.
fn refused(deployment: &Deployment, flags: &[&str]) -> String {
    let arguments = ["serve", "--server-listen", "127.0.0.1:0", "--storage-url"];
    let place = [&arguments[..], &[&deployment.database], flags].concat();
    let output = run(deployment.folder.path(), &place);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_node_without_a_bus_is_alone_on_its_database() {
    let deployment = Deployment::new();
    let bus = deployment.nats.url();
    let flags = ["--storage-url", deployment.database.as_str()];
    let alone = Serving::start(deployment.folder.path(), &flags);
    let said = refused(&deployment, &[]);
    assert!(said.contains("Set bus.url on both nodes"), "{said}");
    let said = refused(&deployment, &["--bus-url", &bus]);
    assert!(said.contains("Set bus.url there too"), "{said}");
    assert_eq!(ready(&alone).await, 200);
    assert!(alone.terminate().success());

    let [one, _two] = [deployment.node("one"), deployment.node("two")];
    let said = refused(&deployment, &[]);
    assert!(said.contains("Set bus.url on both nodes"), "{said}");
    assert_eq!(ready(&one).await, 200);
}

#[tokio::test]
async fn a_node_takes_its_database_again_and_is_not_ready_while_another_one_has_it() {
    let mut server = Postgres::start(false);
    let database = server.database();
    let folder = deployment_on(&database);
    let node = Serving::start(folder.path(), &["--storage-url", &database]);
    let other = PostgresStorage::new(&database.parse().unwrap(), 1);
    // Whoever is faster has it.
    let held = loop {
        server.kill();
        server.start_again();
        if let Ok(Some(held)) = other.hold_alone().await {
            break held;
        }
    };
    while ready(&node).await != 503 {}
    let log = node.log().join("\n");
    assert!(log.contains("Set bus.url on both"), "{log}");
    drop(held);
    while ready(&node).await != 200 {}
    assert!(
        other.hold_alone().await.unwrap().is_none(),
        "it has it again"
    );
}
