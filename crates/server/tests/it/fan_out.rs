//! What a live connection shows is what the same person could read by HTTP at that moment.

use perch_testkit::{POOL, Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

/// A room that two people have open, and a lobby that both keep.
struct Scene {
    server: Server,
    control: Person,
    leaver: Person,
    witness: Person,
    leaving: Socket,
    staying: Socket,
    category: String,
    room: String,
    lobby: String,
}

impl Scene {
    async fn open(room: Value) -> Self {
        let server = Server::start().await;
        let control = server.administrator().await;
        let (leaver, witness) = (server.person("amelie").await, server.person("blake").await);
        let everybody = [&leaver, &witness];
        let category = server.category("Trading", &everybody).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        server.category("Lobby", &everybody).await;
        let lobby = server.room("Lobby", "Lobby", &everybody).await;
        let mut body =
            json!({ "category": "Trading", "name": "FX", "members": [leaver.id, witness.id] });
        for (name, value) in room.as_object().unwrap() {
            body[name] = value.clone();
        }
        let room = server.room_of(body).await;
        let mut sockets = [
            Socket::connect(&leaver).await,
            Socket::connect(&witness).await,
        ];
        for socket in &mut sockets {
            socket.join(&lobby).await;
            socket.join(&room).await;
        }
        let [leaving, staying] = sockets;
        let mut scene = Self {
            server,
            control,
            leaver,
            witness,
            leaving,
            staying,
            category,
            room,
            lobby,
        };
        scene.say("before").await;
        scene
            .leaving
            .expect_where("before", |frame| frame["text"] == "before")
            .await;
        scene
    }

    /// The witness posts, and sees it.
    async fn say(&mut self, text: &str) {
        let body = json!({ "nonce": Uuid::new_v4(), "text": text });
        self.witness
            .post(&format!("/rooms/{}/messages", self.room), body)
            .await
            .done();
        self.staying
            .expect_where(text, |frame| frame["text"] == text)
            .await;
    }

    async fn change_room(&self, patch: Value) {
        let path = format!("/rooms/{}", self.room);
        self.control.patch(&path, patch).await.done();
    }

    /// The room is closed for the leaver, who gets no further message of it while the witness does.
    async fn is_out(&mut self, code: &str) {
        self.say("after").await;
        // What is published in the lobby later is seen later.
        let body = json!({ "nonce": Uuid::new_v4(), "text": "in the lobby" });
        self.witness
            .post(&format!("/rooms/{}/messages", self.lobby), body)
            .await
            .done();
        self.leaving
            .expect_where("in the lobby", |frame| frame["text"] == "in the lobby")
            .await;
        self.has_heard_no_more(code);
        let room = self.room.clone();
        let answer = self.leaving.post(&room, "may I").await;
        assert_eq!(answer["code"], "UserNotJoined");
    }

    fn has_heard_no_more(&self, code: &str) {
        let seen = &self.leaving.seen;
        let removed = |frame: &Value| frame["type"] == "removed" && frame["room"] == self.room;
        let at = seen
            .iter()
            .position(removed)
            .unwrap_or_else(|| panic!("no `removed` in {seen:?}"));
        assert_eq!(seen[at]["code"], code);
        let of_the_room =
            |frame: &Value| frame["room"] == self.room || frame["room"]["id"] == self.room;
        let more: Vec<_> = seen[at + 1..]
            .iter()
            .filter(|frame| of_the_room(frame))
            .collect();
        assert!(more.is_empty(), "{more:?}");
    }
}

#[tokio::test]
async fn a_member_who_is_taken_off_the_list_hears_no_more() {
    let mut scene = Scene::open(json!({})).await;
    scene
        .change_room(json!({ "members": [scene.witness.id] }))
        .await;
    scene.is_out("ErrorPermission").await;
}

#[tokio::test]
async fn a_member_who_is_taken_off_the_list_of_a_secret_room_hears_that_there_is_none() {
    let mut scene = Scene::open(json!({ "privacy": "secret" })).await;
    scene
        .change_room(json!({ "members": [scene.witness.id] }))
        .await;
    scene.is_out("NoSuchNode").await;
}

#[tokio::test]
async fn a_narrowed_scope_closes_the_room_for_whoever_fell_out_of_it() {
    for privacy in ["open", "closed", "secret"] {
        let mut scene = Scene::open(json!({ "privacy": privacy })).await;
        let path = format!("/pools/{POOL}/categories/{}", scene.category);
        let patch = json!({ "allowed_members": [scene.witness.id] });
        scene.control.patch(&path, patch).await.done();
        scene.is_out("NoSuchNode").await;
        let detail = scene
            .control
            .get(&format!("/rooms/{}/detail", scene.room))
            .await
            .done();
        let gone = |member: &Value| member["id"] != scene.leaver.id;
        assert!(detail["members"].as_array().unwrap().iter().all(gone));
    }
}

#[tokio::test]
async fn a_person_who_is_denied_hears_no_more_though_still_allowed() {
    let mut scene = Scene::open(json!({})).await;
    let group = json!({ "kind": "group", "address": "CN=Analysts", "display_name": "Analysts" });
    let group = scene.control.post("/principals", group).await.done()["id"].clone();
    let path = format!("/principals/{}", scene.leaver.id);
    scene
        .control
        .patch(&path, json!({ "containers": [group] }))
        .await
        .done();
    scene.say("still in").await;
    scene
        .leaving
        .expect_where("still in", |frame| frame["text"] == "still in")
        .await;
    let path = format!("/pools/{POOL}/categories/{}", scene.category);
    scene
        .control
        .patch(&path, json!({ "denied_members": [group] }))
        .await
        .done();
    scene.is_out("NoSuchNode").await;
}

#[tokio::test]
async fn a_member_by_a_group_who_leaves_the_group_hears_no_more() {
    let mut scene = Scene::open(json!({})).await;
    let group = json!({ "kind": "group", "address": "CN=Desk", "display_name": "Desk" });
    let group = scene.control.post("/principals", group).await.done()["id"].clone();
    let path = format!("/principals/{}", scene.leaver.id);
    scene
        .control
        .patch(&path, json!({ "containers": [group] }))
        .await
        .done();
    let categories = format!("/pools/{POOL}/categories/{}", scene.category);
    let scope = json!({ "allowed_members": [scene.leaver.id, scene.witness.id, group] });
    scene.control.patch(&categories, scope).await.done();
    scene
        .change_room(json!({ "members": [scene.witness.id, group] }))
        .await;
    scene.say("still in").await;
    scene
        .leaving
        .expect_where("still in", |frame| frame["text"] == "still in")
        .await;
    scene
        .control
        .patch(&path, json!({ "containers": [] }))
        .await
        .done();
    scene.is_out("ErrorPermission").await;
}

#[tokio::test]
async fn an_open_room_that_is_closed_keeps_its_members_only() {
    let mut scene = Scene::open(json!({ "privacy": "open", "members": [] })).await;
    let patch = json!({ "privacy": "closed", "members": [scene.witness.id] });
    scene.change_room(patch).await;
    scene.is_out("ErrorPermission").await;
}

#[tokio::test]
async fn a_room_moved_out_of_reach_is_closed_for_whoever_cannot_follow() {
    let mut scene = Scene::open(json!({})).await;
    scene.server.category("Research", &[&scene.witness]).await;
    scene.change_room(json!({ "category": "Research" })).await;
    scene.is_out("NoSuchNode").await;
}

#[tokio::test]
async fn a_disabled_room_is_closed_for_everybody_until_it_is_enabled() {
    let mut scene = Scene::open(json!({})).await;
    scene.change_room(json!({ "disabled": true })).await;
    for socket in [&mut scene.leaving, &mut scene.staying] {
        assert_eq!(socket.expect("removed").await["code"], "NodeDisabled");
    }
    scene.change_room(json!({ "disabled": false })).await;
    let room = scene.room.clone();
    scene.staying.join(&room).await;
    assert_eq!(scene.staying.post(&room, "again").await["seq"], 2);
    scene.leaving.settle().await;
    scene.has_heard_no_more("NodeDisabled");
}

#[tokio::test]
async fn a_deleted_room_is_closed_for_everybody() {
    let mut scene = Scene::open(json!({})).await;
    let path = format!("/rooms/{}", scene.room);
    scene.control.delete(&path).await.done();
    for socket in [&mut scene.leaving, &mut scene.staying] {
        assert_eq!(socket.expect("removed").await["code"], "NoSuchNode");
    }
    scene.control.get(&path).await.refused(404, "NoSuchNode");
}

#[tokio::test]
async fn a_disabled_person_is_shut_out_at_once() {
    let mut scene = Scene::open(json!({})).await;
    let path = format!("/principals/{}", scene.leaver.id);
    scene
        .control
        .patch(&path, json!({ "disabled": true }))
        .await
        .done();
    scene.say("after").await;
    assert_eq!(scene.leaving.closed().await, Some(1008));
    let seen = &scene.leaving.seen;
    assert!(
        seen.iter().all(|frame| frame["text"] != "after"),
        "{seen:?}"
    );
    let error = seen.iter().find(|frame| frame["type"] == "error").unwrap();
    assert_eq!(error["code"], "NotSignedIn");
    scene
        .leaver
        .get("/session")
        .await
        .refused(401, "NotSignedIn");
    let refused = Socket::try_connect(&scene.leaver, &[]).await.err().unwrap();
    assert_eq!(
        (refused.0, &refused.1["code"]),
        (401, &json!("NotSignedIn"))
    );
}

#[tokio::test]
async fn whoever_may_only_listen_from_now_on_is_told_and_stays() {
    let mut scene = Scene::open(json!({})).await;
    let patch = json!({ "type": "auditorium", "presenters": [scene.witness.id] });
    scene.change_room(patch).await;
    let told = scene.leaving.expect("permissions").await;
    assert_eq!(
        (&told["permissions"]["post"], &told["permissions"]["join"]),
        (&json!(false), &json!(true))
    );
    scene.say("from the stage").await;
    scene
        .leaving
        .expect_where("from the stage", |frame| frame["text"] == "from the stage")
        .await;
    let room = scene.room.clone();
    assert_eq!(
        scene.leaving.post(&room, "me too").await["code"],
        "ErrorPermission"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_at_the_moment_of_a_removal_leaves_no_way_in() {
    let mut scene = Scene::open(json!({})).await;
    let path = format!("/rooms/{}", scene.room);
    let both = json!({ "members": [scene.leaver.id, scene.witness.id] });
    let one = json!({ "members": [scene.witness.id] });
    for round in 0..20 {
        scene.control.patch(&path, both.clone()).await.done();
        let rooms = json!([{ "room": scene.room, "latest": 0 }]);
        let frame = json!({ "type": "join", "id": 100 + round, "rooms": rooms });
        let (removed, ()) = tokio::join!(
            scene.control.patch(&path, one.clone()),
            scene.leaving.send(frame)
        );
        removed.done();
        let text = format!("after {round}");
        scene.say(&text).await;
        let lobby = format!("in the lobby, {round}");
        let body = json!({ "nonce": Uuid::new_v4(), "text": lobby });
        let path = format!("/rooms/{}/messages", scene.lobby);
        scene.witness.post(&path, body).await.done();
        scene
            .leaving
            .expect_where(&lobby, |frame| frame["text"] == *lobby)
            .await;
        scene.leaving.settle().await;
        let heard = scene
            .leaving
            .seen
            .iter()
            .any(|frame| frame["text"] == *text);
        assert!(!heard, "round {round}: {:?}", scene.leaving.seen);
    }
}
