//! Posting and reading back, by HTTP and over a live connection.

use perch_testkit::{Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

fn messages(room: &str) -> String {
    format!("/rooms/{room}/messages")
}

fn saying(text: &str) -> Value {
    json!({ "nonce": Uuid::new_v4(), "text": text })
}

fn texts(page: &Value) -> Vec<&str> {
    let list = page["messages"].as_array().unwrap();
    list.iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

fn seqs(page: &Value) -> Vec<u64> {
    let list = page["messages"].as_array().unwrap();
    list.iter()
        .map(|message| message["seq"].as_u64().unwrap())
        .collect()
}

/// The answer to a post over a connection that has the room open.
async fn posted(socket: &mut Socket, room: &str, body: &Value) -> Value {
    let mut frame = body.clone();
    frame["type"] = json!("post");
    frame["id"] = json!(7);
    frame["room"] = json!(room);
    socket.send(frame).await;
    socket
        .expect_where("the answer to a post", |frame| {
            frame["id"] == 7 && (frame["type"] == "posted" || frame["type"] == "error")
        })
        .await
}

/// Loads so many messages.
async fn load(control: &Person, room: &str, count: usize) {
    let all: Vec<_> = (1..=count)
        .map(|n| {
            let text = format!("message {n}");
            json!({ "nonce": Uuid::new_v4(), "author": "erin", "at": "2006-03-11T10:00:00Z", "text": text })
        })
        .collect();
    let body = json!({ "messages": all });
    control
        .post(&format!("/rooms/{room}/import"), body)
        .await
        .done();
}

#[tokio::test]
async fn a_message_is_the_same_posted_live_and_read_back() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    let mut body = saying("$MSFT is moving");
    body["alert"] = json!(true);
    body["title"] = json!("Minutes");
    let posted = amelie.post(&messages(&room), body).await.done();
    let mut live = socket.expect("message").await;
    live.as_object_mut().unwrap().remove("type");
    let page = amelie.get(&messages(&room)).await.done();
    assert_eq!(posted, live);
    assert_eq!(page["messages"], json!([live]));
    assert_eq!((&page["head"], &page["first"]), (&json!(1), &json!(1)));
    assert_eq!(posted["contexts"][0]["id"]["ticker"], "MSFT");
    assert_eq!(
        (&posted["alert"], &posted["title"]),
        (&json!(true), &json!("Minutes"))
    );
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_http_and_over_a_connection() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    let story = |title: &str, text: &str| {
        let mut body = saying(text);
        body["title"] = json!(title);
        body
    };
    let cases = [
        (saying(""), "EmptyMessage"),
        (saying(" \n\t "), "EmptyMessage"),
        (saying(&"é".repeat(4_001)), "MessageTooLong"),
        (story("Minutes", &"x".repeat(32_001)), "MessageTooLong"),
        (story(&"x".repeat(257), "body"), "MessageTooLong"),
        (story(" ", "body"), "EmptyMessage"),
        (saying("a\u{0}b"), "InvalidArgument"),
    ];
    for (body, code) in &cases {
        amelie
            .post(&messages(&room), body.clone())
            .await
            .refused(422, code);
        let answer = posted(&mut socket, &room, body).await;
        assert_eq!(answer["code"], *code, "{answer}");
        assert_eq!(answer["room"], room, "{answer}");
    }
    assert_eq!(amelie.get(&messages(&room)).await.done()["head"], 0);
    for body in [
        saying(&"é".repeat(4_000)),
        story(&"x".repeat(256), &"x".repeat(32_000)),
    ] {
        amelie.post(&messages(&room), body).await.done();
    }
    assert_eq!(
        posted(&mut socket, &room, &saying(&"é".repeat(4_000))).await["seq"],
        3
    );
}

#[tokio::test]
async fn somebody_who_is_no_member_cannot_post_read_or_join() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    amelie.post(&messages(&room), saying("hello")).await.done();

    let answer = blake.post(&messages(&room), saying("me too")).await;
    answer.refused(403, "ErrorPermission");
    blake
        .get(&messages(&room))
        .await
        .refused(403, "ErrorPermission");
    let mut socket = Socket::connect(&blake).await;
    socket
        .send(json!({ "type": "join", "id": 3, "rooms": [{ "room": room }] }))
        .await;
    let error = socket.expect("error").await;
    assert_eq!(
        (&error["id"], &error["code"]),
        (&json!(3), &json!("ErrorPermission"))
    );
    assert_eq!(
        posted(&mut socket, &room, &saying("me too")).await["code"],
        "UserNotJoined"
    );
    assert_eq!(texts(&amelie.get(&messages(&room)).await.done()), ["hello"]);
}

#[tokio::test]
async fn only_presenters_post_in_an_auditorium() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server
        .room_of(json!({
            "category": "Trading", "name": "Town hall", "type": "auditorium",
            "members": [amelie.id, blake.id], "presenters": [amelie.id],
        }))
        .await;
    for person in [&amelie, &blake] {
        let presents = person.id == amelie.id;
        let answer = person.post(&messages(&room), saying("by HTTP")).await;
        let mut socket = Socket::connect(person).await;
        let joined = socket.join(&room).await;
        assert_eq!(joined["room"]["permissions"]["post"], presents);
        let live = posted(&mut socket, &room, &saying("live")).await;
        if presents {
            answer.done();
            assert_eq!(live["type"], "posted", "{live}");
        } else {
            answer.refused(403, "ErrorPermission");
            assert_eq!(live["code"], "ErrorPermission", "{live}");
        }
    }
    assert_eq!(
        texts(&blake.get(&messages(&room)).await.done()),
        ["by HTTP", "live"]
    );
}

#[tokio::test]
async fn a_disabled_room_takes_no_message_and_gives_none() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    amelie.post(&messages(&room), saying("hello")).await.done();
    let path = format!("/rooms/{room}");
    control
        .patch(&path, json!({ "disabled": true }))
        .await
        .done();
    for person in [&amelie, &control] {
        let answer = person.post(&messages(&room), saying("again")).await;
        answer.refused(403, "NodeDisabled");
        person
            .get(&messages(&room))
            .await
            .refused(403, "NodeDisabled");
        let mut socket = Socket::connect(person).await;
        socket
            .send(json!({ "type": "join", "id": 1, "rooms": [{ "room": room }] }))
            .await;
        assert_eq!(socket.expect("error").await["code"], "NodeDisabled");
    }
    control
        .patch(&path, json!({ "disabled": false }))
        .await
        .done();
    amelie.post(&messages(&room), saying("again")).await.done();
    assert_eq!(
        texts(&amelie.get(&messages(&room)).await.done()),
        ["hello", "again"]
    );
}

#[tokio::test]
async fn a_post_needs_a_join_on_the_same_connection() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut joined = Socket::connect(&amelie).await;
    joined.join(&room).await;
    let mut other = Socket::connect(&amelie).await;
    assert_eq!(
        posted(&mut joined, &room, &saying("one")).await["type"],
        "posted"
    );
    assert_eq!(
        posted(&mut other, &room, &saying("two")).await["code"],
        "UserNotJoined"
    );
    joined.send(json!({ "type": "leave", "room": room })).await;
    assert_eq!(
        posted(&mut joined, &room, &saying("two")).await["code"],
        "UserNotJoined"
    );
}

#[tokio::test]
async fn a_room_without_history_is_seen_live_and_never_read_back() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let scope = [&amelie.id];
    let category = json!({ "name": "Whispers", "allowed_members": scope, "chat_history": false });
    server.category_of(category).await;
    server.category("Trading", &[&amelie]).await;
    let [silent, kept] = [
        server.room("Whispers", "Hush", &[&amelie]).await,
        server.room("Trading", "FX", &[&amelie]).await,
    ];
    let mut socket = Socket::connect(&amelie).await;
    for room in [&silent, &kept] {
        socket.join(room).await;
        amelie.post(&messages(room), saying("hello")).await.done();
        assert_eq!(socket.expect("message").await["text"], "hello");
    }
    assert_eq!(texts(&amelie.get(&messages(&kept)).await.done()), ["hello"]);
    amelie
        .get(&messages(&silent))
        .await
        .refused(403, "HistoryOff");
    let mut late = Socket::connect(&amelie).await;
    assert_eq!(
        late.join(&kept).await["messages"].as_array().unwrap().len(),
        1
    );
    assert_eq!(late.join(&silent).await["messages"], json!([]));
}

#[tokio::test]
async fn a_retry_with_the_same_nonce_gives_the_first_result() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let elsewhere = server.room("Trading", "Rates", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    let body = saying("first");
    let first = amelie.post(&messages(&room), body.clone()).await.done();
    amelie.post(&messages(&room), saying("second")).await.done();

    let mut changed = body.clone();
    changed["text"] = json!("changed on the way");
    assert_eq!(amelie.post(&messages(&room), changed).await.done(), first);
    let again = posted(&mut socket, &room, &body).await;
    assert_eq!((&again["seq"], &again["at"]), (&first["seq"], &first["at"]));
    let answer = amelie.post(&messages(&elsewhere), body.clone()).await;
    answer.refused(422, "InvalidArgument");
    assert_eq!(answer.body["field"], "nonce");
    // Another author may have the same.
    assert_eq!(blake.post(&messages(&room), body).await.done()["seq"], 3);
    assert_eq!(
        texts(&amelie.get(&messages(&room)).await.done()),
        ["first", "second", "first"]
    );
}

#[tokio::test]
async fn history_comes_in_pages_before_and_after_a_place() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let room = server.room("Trading", "FX", &[]).await;
    load(&control, &room, 600).await;
    let page = async |query: &str| {
        let path = format!("{}?{query}", messages(&room));
        seqs(&control.get(&path).await.done())
    };
    let all: Vec<u64> = (1..=600).collect();
    assert_eq!(page("").await, &all[550..]);
    assert_eq!(page("limit=3").await, [598, 599, 600]);
    assert_eq!(page("before=4").await, [1, 2, 3]);
    assert_eq!(page("before=1").await, [0_u64; 0]);
    assert_eq!(page("after=597").await, [598, 599, 600]);
    assert_eq!(page("after=0&limit=2").await, [1, 2]);
    assert_eq!(page("limit=10000").await, &all[100..]);
    assert_eq!(page("limit=0").await, [600]);
    assert_eq!(page(&format!("after={}", u64::MAX)).await, [0_u64; 0]);
    assert_eq!(page(&format!("before={}&limit=1", u64::MAX)).await, [600]);
    for query in ["before=-1", "after=x", "limit=1.5", "since=3"] {
        let path = format!("{}?{query}", messages(&room));
        control.get(&path).await.refused(422, "InvalidArgument");
    }
}

#[tokio::test]
async fn history_from_elsewhere_is_loaded_once_by_administrators() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let path = format!("/rooms/{room}/import");
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    let line = |author: &str, text: &str| json!({ "nonce": Uuid::new_v4(), "author": author, "at": "2006-03-11T10:00:00Z", "text": text });
    let body =
        json!({ "messages": [line("amelie@contoso.com", "mine"), line("old hand", "theirs")] });
    assert_eq!(
        control.post(&path, body.clone()).await.done(),
        json!({ "added": 2, "present": 0 })
    );
    assert_eq!(
        control.post(&path, body.clone()).await.done(),
        json!({ "added": 0, "present": 2 })
    );
    for text in ["mine", "theirs"] {
        assert_eq!(socket.expect("message").await["text"], text);
    }
    let page = amelie.get(&messages(&room)).await.done();
    assert_eq!(page["messages"][0]["author"]["id"], amelie.id);
    assert_eq!(page["messages"][0]["at"], "2006-03-11T10:00:00.000000Z");
    let stranger = page["messages"][1]["author"]["id"].as_str().unwrap();
    let stranger = control.get(&format!("/principals/{stranger}")).await.done();
    assert_eq!(
        (&stranger["disabled"], &stranger["display_name"]),
        (&json!(true), &json!("old hand"))
    );

    amelie
        .post(&path, body)
        .await
        .refused(403, "ErrorPermission");
    let many: Vec<_> = (0..1_001).map(|_| line("old hand", "again")).collect();
    let answer = control.post(&path, json!({ "messages": many })).await;
    answer.refused(429, "LimitExceeded");
    let half_bad = json!({ "messages": [line("old hand", "good"), line("old hand", " ")] });
    control
        .post(&path, half_bad)
        .await
        .refused(422, "EmptyMessage");
    assert_eq!(amelie.get(&messages(&room)).await.done()["head"], 2);
}

#[tokio::test]
async fn a_read_mark_moves_forward_only_and_counts_what_is_unread() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let control = server.administrator().await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    load(&control, &room, 5).await;
    let read = format!("/rooms/{room}/read");
    let mut socket = Socket::connect(&amelie).await;
    for (mark, unread) in [(3_u64, 2), (1, 2), (u64::MAX, 0)] {
        amelie.put(&read, json!({ "seq": mark })).await.done();
        // Marks are stored with the next group of messages: one elsewhere is such a group.
        let lobby = server
            .room("Trading", &format!("Lobby {mark}"), &[&amelie])
            .await;
        amelie.post(&messages(&lobby), saying("hello")).await.done();
        let room = amelie.get(&format!("/rooms/{room}")).await.done();
        assert_eq!(room["unread"], unread, "after {mark}");
    }
    socket.join(&room).await;
    socket
        .send(json!({ "type": "read", "room": Uuid::new_v4(), "seq": 1 }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "NoSuchNode");
}
