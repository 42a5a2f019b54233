//! The order of a room, resuming, and a snapshot that fits what comes after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use perch_testkit::{Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

/// Loads so many messages as an administrator.
async fn load(control: &Person, room: &str, count: usize, text: &str) {
    for start in (0..count).step_by(1_000) {
        let all: Vec<_> = (start..count.min(start + 1_000))
            .map(|_| json!({ "nonce": Uuid::new_v4(), "author": "erin", "at": "2006-03-11T10:00:00Z", "text": text }))
            .collect();
        let body = json!({ "messages": all });
        control
            .post(&format!("/rooms/{room}/import"), body)
            .await
            .done();
    }
}

async fn join_after(socket: &mut Socket, room: &str, after: u64) -> Value {
    let rooms = json!([{ "room": room, "after": after }]);
    socket
        .send(json!({ "type": "join", "id": 9, "rooms": rooms }))
        .await;
    socket.expect("joined").await
}

fn seqs(messages: &Value) -> Vec<u64> {
    let list = messages.as_array().unwrap();
    list.iter()
        .map(|message| message["seq"].as_u64().unwrap())
        .collect()
}

/// The messages of a room that a connection has been given, in the order in which they came.
fn received(socket: &Socket, room: &str) -> Vec<(u64, String)> {
    let one = |message: &Value| {
        let text = message["text"].as_str().unwrap().to_owned();
        (message["seq"].as_u64().unwrap(), text)
    };
    let mut all = Vec::new();
    for frame in &socket.seen {
        if frame["type"] == "message" && frame["room"] == room {
            all.push(one(frame));
        } else if frame["type"] == "joined" && frame["room"]["id"] == room {
            if frame["reload"] == true {
                all.clear();
            }
            all.extend(frame["messages"].as_array().unwrap().iter().map(one));
        }
    }
    all
}

#[tokio::test]
async fn two_who_post_at_the_same_time_see_one_order_without_a_gap() {
    const EACH: u64 = 60;
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let mut sockets = [
        Socket::connect(&amelie).await,
        Socket::connect(&blake).await,
    ];
    for socket in &mut sockets {
        socket.join(&room).await;
    }
    for n in 0..EACH {
        for (who, socket) in sockets.iter_mut().enumerate() {
            let text = format!("{who}: {n}");
            socket
                .send(json!({ "type": "post", "id": n, "room": room, "nonce": Uuid::new_v4(), "text": text }))
                .await;
        }
    }
    let mut orders = Vec::new();
    for socket in &mut sockets {
        socket
            .expect_where("the last message", |frame| {
                frame["type"] == "message" && frame["seq"] == 2 * EACH
            })
            .await;
        orders.push(received(socket, &room));
    }
    let places: Vec<_> = orders[0].iter().map(|(seq, _)| *seq).collect();
    assert_eq!(places, (1..=2 * EACH).collect::<Vec<_>>());
    assert_eq!(orders[0], orders[1]);
    for who in 0..2 {
        let mine: Vec<_> = orders[0]
            .iter()
            .filter(|(_, text)| text.starts_with(&format!("{who}:")))
            .collect();
        for (n, (_, text)) in mine.iter().enumerate() {
            assert_eq!(
                *text,
                format!("{who}: {n}"),
                "each author's own order is kept"
            );
        }
    }
}

#[tokio::test]
async fn a_message_is_acknowledged_with_the_place_at_which_all_see_it() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let mut sockets = [
        Socket::connect(&amelie).await,
        Socket::connect(&blake).await,
    ];
    for socket in &mut sockets {
        socket.join(&room).await;
    }
    let posted = sockets[0].post(&room, "hello").await;
    assert_eq!(posted["type"], "posted", "{posted}");
    for mut socket in sockets {
        let seen = |frame: &Value| frame["type"] == "message";
        let message = match socket.seen.iter().find(|frame| seen(frame)) {
            Some(message) => message.clone(),
            None => socket.expect("message").await,
        };
        assert_eq!(
            (&message["seq"], &message["at"]),
            (&posted["seq"], &posted["at"])
        );
    }
}

#[tokio::test]
async fn resuming_gives_exactly_what_was_missed() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    load(&control, &room, 3, "before").await;
    let mut first = Socket::connect(&amelie).await;
    assert_eq!(seqs(&first.join(&room).await["messages"]), [1, 2, 3]);
    drop(first);
    load(&control, &room, 4, "meanwhile").await;
    let mut second = Socket::connect(&amelie).await;
    for (after, missed) in [
        (3, vec![4, 5, 6, 7]),
        (6, vec![7]),
        (7, vec![]),
        (0, (1..=7).collect()),
    ] {
        let joined = join_after(&mut second, &room, after).await;
        assert_eq!(seqs(&joined["messages"]), missed, "after {after}");
        assert_eq!(
            (&joined["reload"], &joined["head"]),
            (&json!(false), &json!(7))
        );
    }
    load(&control, &room, 1, "now").await;
    assert_eq!(second.expect("message").await["seq"], 8);
}

#[tokio::test]
async fn whoever_is_too_far_behind_is_told_to_reload() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let room = server.room("Trading", "FX", &[]).await;
    load(&control, &room, 700, "old").await;
    let mut socket = Socket::connect(&control).await;
    let all: Vec<u64> = (1..=700).collect();
    let joined = join_after(&mut socket, &room, 200).await;
    assert_eq!(
        (&joined["reload"], seqs(&joined["messages"])),
        (&json!(false), all[200..].to_vec())
    );
    // Too far, and further than there is anything.
    for after in [199, 0, 701, u64::MAX] {
        let joined = join_after(&mut socket, &room, after).await;
        assert_eq!(joined["reload"], true, "after {after}");
        assert_eq!(seqs(&joined["messages"]), &all[670..], "after {after}");
    }
}

#[tokio::test]
async fn a_join_asks_for_as_many_of_the_latest_as_it_likes_up_to_a_limit() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let room = server.room("Trading", "FX", &[]).await;
    load(&control, &room, 600, "old").await;
    let mut socket = Socket::connect(&control).await;
    for (latest, given) in [
        (json!(0), 0),
        (json!(2), 2),
        (Value::Null, 30),
        (json!(9_999), 500),
    ] {
        let mut room = json!({ "room": room });
        if !latest.is_null() {
            room["latest"] = latest;
        }
        socket
            .send(json!({ "type": "join", "id": 1, "rooms": [room] }))
            .await;
        let messages = seqs(&socket.expect("joined").await["messages"]);
        assert_eq!(messages, (601 - given..=600).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_and_what_follows_it_fit_while_others_post() {
    const JOINS: usize = 40;
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    let control = server.administrator().await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let done = Arc::new(AtomicBool::new(false));
    let posting = tokio::spawn({
        let (done, room, control) = (Arc::clone(&done), room.clone(), control.clone());
        async move {
            let path = format!("/rooms/{room}/messages");
            let mut head = 0;
            // Always some more after the last join, so that every connection has something to follow.
            while !done.load(Ordering::SeqCst) {
                let body = json!({ "nonce": Uuid::new_v4(), "text": "tick" });
                head = control.post(&path, body).await.done()["seq"]
                    .as_u64()
                    .unwrap();
            }
            let body = json!({ "nonce": Uuid::new_v4(), "text": "last" });
            let last = control.post(&path, body).await.done()["seq"]
                .as_u64()
                .unwrap();
            assert_eq!(last, head + 1);
            last
        }
    });
    let mut sockets = Vec::new();
    for _ in 0..JOINS {
        let mut socket = Socket::connect(&amelie).await;
        socket
            .send(json!({ "type": "join", "id": 1, "rooms": [{ "room": room, "latest": 500 }] }))
            .await;
        socket.expect("joined").await;
        sockets.push(socket);
    }
    done.store(true, Ordering::SeqCst);
    let last = posting.await.unwrap();
    for (number, socket) in sockets.iter_mut().enumerate() {
        socket
            .expect_where("the last message", |frame| {
                frame["type"] == "message" && frame["seq"] == last
            })
            .await;
        let places: Vec<_> = received(socket, &room)
            .iter()
            .map(|(seq, _)| *seq)
            .collect();
        let first = places[0];
        assert!(
            number > 0 || first <= 1 || last > 500,
            "the first one misses nothing"
        );
        assert_eq!(
            places,
            (first..=last).collect::<Vec<_>>(),
            "connection {number}"
        );
    }
}

#[tokio::test]
async fn a_slow_reader_is_caught_up_without_a_gap() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut slow = Socket::connect(&amelie).await;
    slow.join(&room).await;
    // Far more than the ring and the buffers of two sockets hold.
    load(&control, &room, 4_000, &"x".repeat(4_000)).await;
    let last = |frame: &Value| {
        frame["head"] == 4_000 || (frame["type"] == "message" && frame["seq"] == 4_000)
    };
    slow.expect_where("the last message", last).await;
    let places: Vec<_> = received(&slow, &room).iter().map(|(seq, _)| *seq).collect();
    let first = places[0];
    assert_eq!(places, (first..=4_000).collect::<Vec<_>>());
    let caught_up = |frame: &Value| frame["type"] == "joined" && frame["id"] == 0;
    assert!(
        slow.seen.iter().any(caught_up),
        "the server had to catch it up"
    );
}

#[tokio::test]
async fn one_frame_opens_many_rooms_and_each_is_answered() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let mine = server.room("Trading", "FX", &[&amelie]).await;
    let theirs = server.room("Trading", "Rates", &[&blake]).await;
    let mut socket = Socket::connect(&amelie).await;
    let rooms = json!([{ "room": mine }, { "room": theirs }, { "room": Uuid::nil() }]);
    socket
        .send(json!({ "type": "join", "id": 4, "rooms": rooms }))
        .await;
    assert_eq!(socket.expect("joined").await["room"]["id"], mine);
    let refused = socket.expect("error").await;
    assert_eq!(
        (&refused["room"], &refused["code"]),
        (&json!(theirs), &json!("ErrorPermission"))
    );
    let refused = socket.expect("error").await;
    assert_eq!(
        (&refused["room"], &refused["code"]),
        (&json!(Uuid::nil()), &json!("NoSuchNode"))
    );

    let many: Vec<_> = (0..101).map(|_| json!({ "room": mine })).collect();
    socket
        .send(json!({ "type": "join", "id": 5, "rooms": many }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "LimitExceeded");
    assert_eq!(socket.post(&mine, "still open").await["type"], "posted");
}

#[tokio::test]
async fn a_post_that_is_sent_again_on_another_connection_is_one_message() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut sockets = [
        Socket::connect(&amelie).await,
        Socket::connect(&amelie).await,
    ];
    for socket in &mut sockets {
        socket.join(&room).await;
    }
    let nonces: Vec<_> = (0..40).map(|_| Uuid::new_v4()).collect();
    for (id, nonce) in nonces.iter().enumerate() {
        for socket in &mut sockets {
            socket
                .send(json!({ "type": "post", "id": id, "room": room, "nonce": nonce, "text": "tick" }))
                .await;
        }
    }
    let mut places = Vec::new();
    for socket in &mut sockets {
        for id in 0..nonces.len() {
            let answered = |frame: &Value| frame["type"] == "posted" && frame["id"] == id;
            if !socket.seen.iter().any(answered) {
                socket.expect_where("an acknowledgement", answered).await;
            }
        }
        let posted = socket.seen.iter().filter(|frame| frame["type"] == "posted");
        let mut mine: Vec<_> = posted
            .map(|frame| (frame["id"].as_u64(), frame["seq"].as_u64()))
            .collect();
        mine.sort_unstable();
        places.push(mine);
    }
    assert_eq!(places[0], places[1], "both have the same place");
    let page = amelie.get(&format!("/rooms/{room}/messages")).await.done();
    assert_eq!(seqs(&page["messages"]), (1..=40).collect::<Vec<_>>());
}
