//! Who has a room open.

use perch_testkit::{Person, Server, Socket};
use serde_json::{Value, json};

async fn open(person: &Person, room: &str) -> (Socket, Value) {
    let mut socket = Socket::connect(person).await;
    socket.join(room).await;
    let there = socket.watch(room).await;
    (socket, there)
}

fn ids(participants: &Value) -> Vec<&str> {
    let list = participants.as_array().unwrap();
    list.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_in_a_room_sees_who_comes_and_goes_once_for_each_person() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let (mut watching, there) = open(&amelie, &room).await;
    assert_eq!(ids(&there["participants"]), [&amelie.id]);

    let (first, there) = open(&blake, &room).await;
    assert_eq!(ids(&there["participants"]), [&amelie.id, &blake.id]);
    let came = watching.expect("presence").await;
    assert_eq!(
        (ids(&came["arrived"]), &came["count"]),
        (vec![&*blake.id], &json!(2))
    );
    let (mut second, _) = open(&blake, &room).await;
    let list = amelie
        .get(&format!("/rooms/{room}/participants"))
        .await
        .done();
    assert_eq!(ids(&list), [&amelie.id, &blake.id]);

    drop(first);
    second.send(json!({ "type": "leave", "room": room })).await;
    let went = watching.expect("presence").await;
    assert_eq!(
        (&went["departed"], &went["count"]),
        (&json!([blake.id]), &json!(1))
    );
}

#[tokio::test]
async fn who_comes_and_goes_is_told_only_where_it_is_asked() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let watch = |watching| json!({ "type": "watch", "room": room, "watching": watching });
    let mut socket = Socket::connect(&amelie).await;
    socket.send(watch(true)).await;
    socket.join(&room).await;
    // Whoever is told a message is told with it who came and went before.
    let (mut other, _) = open(&blake, &room).await;
    let told = async |socket: &mut Socket, other: &mut Socket| {
        let before = socket.seen.len();
        let mut third = Socket::connect(&blake).await;
        other.send(json!({ "type": "leave", "room": room })).await;
        other.settle().await;
        third.join(&room).await;
        third.post(&room, "hello").await;
        socket.expect("message").await;
        other.join(&room).await;
        let told = socket.seen[before..].iter();
        told.filter(|frame| frame["type"] == "presence" || frame["type"] == "participants")
            .count()
    };
    assert_eq!(told(&mut socket, &mut other).await, 0, "it was not open");

    assert_eq!(ids(&socket.watch(&room).await["participants"]).len(), 2);
    assert!(told(&mut socket, &mut other).await > 0);
    socket.send(watch(false)).await;
    socket.settle().await;
    assert_eq!(told(&mut socket, &mut other).await, 0);

    socket.watch(&room).await;
    socket.join(&room).await;
    assert_eq!(told(&mut socket, &mut other).await, 0, "it was opened anew");
}

#[tokio::test]
async fn a_participant_says_who_manages_and_presents() {
    let server = Server::start().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    server.category("Trading", &[&amelie, &idris]).await;
    let room = server
        .room_of(json!({
            "category": "Trading", "name": "Town hall", "type": "auditorium",
            "members": [amelie.id, idris.id], "managers": [idris.id], "presenters": [amelie.id],
        }))
        .await;
    let (_amelie, _) = open(&amelie, &room).await;
    let (_idris, there) = open(&idris, &room).await;
    let flags = |one: &Value| {
        (
            one["id"].clone(),
            one["manager"].clone(),
            one["presenter"].clone(),
        )
    };
    let list: Vec<_> = there["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(flags)
        .collect();
    assert_eq!(
        list,
        [
            (json!(amelie.id), json!(false), json!(true)),
            (json!(idris.id), json!(true), json!(false)),
        ]
    );
}

#[tokio::test]
async fn a_roster_has_the_roles_of_now() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    server.category("Trading", &[&amelie, &blake]).await;
    let room = server.room("Trading", "FX", &[&amelie, &blake]).await;
    let (_open, there) = open(&amelie, &room).await;
    let roles = |list: &Value| {
        let list = list.as_array().unwrap();
        let amelie = list.iter().find(|one| one["id"] == amelie.id).unwrap();
        (amelie["manager"] == true, amelie["presenter"] == true)
    };
    assert_eq!(roles(&there["participants"]), (false, false));
    let patch = json!({ "type": "auditorium", "managers": [amelie.id], "presenters": [amelie.id] });
    control.patch(&format!("/rooms/{room}"), patch).await.done();
    let list = blake
        .get(&format!("/rooms/{room}/participants"))
        .await
        .done();
    assert_eq!(roles(&list), (true, true));
    let (_late, there) = open(&blake, &room).await;
    assert_eq!(roles(&there["participants"]), (true, true));
}

#[tokio::test]
async fn a_large_room_sends_no_roster_and_tells_nobody_who_comes() {
    const LIMIT: usize = 75;
    let server = Server::start().await;
    let mut people = Vec::new();
    for n in 0..LIMIT + 2 {
        people.push(server.person(&format!("person{n:03}")).await);
    }
    server
        .category("Trading", &people.iter().collect::<Vec<_>>())
        .await;
    let room = server
        .room_of(json!({ "category": "Trading", "name": "FX", "privacy": "open" }))
        .await;
    let (mut watching, _) = open(&people[0], &room).await;
    let mut others = Vec::new();
    for person in &people[1..LIMIT] {
        let (socket, there) = open(person, &room).await;
        assert!(there["participants"].is_array());
        others.push(socket);
    }
    let (_one_more, there) = open(&people[LIMIT], &room).await;
    assert_eq!(there["participants"], Value::Null);
    let became = watching
        .expect_where("the room to become large", |frame| frame["large"] == true)
        .await;
    assert_eq!(
        (&became["count"], &became["arrived"]),
        (&json!(LIMIT + 1), &json!([]))
    );

    let (mut late, there) = open(&people[LIMIT + 1], &room).await;
    assert_eq!(there["participants"], Value::Null);
    // Whoever comes after this message has seen what came before it.
    late.post(&room, "hello").await;
    watching.expect("message").await;
    let last = watching
        .seen
        .iter()
        .rfind(|frame| frame["type"] == "presence");
    assert_eq!(last, Some(&became), "nobody is told of one more");
    let list = people[0]
        .get(&format!("/rooms/{room}/participants"))
        .await
        .done();
    assert_eq!(list.as_array().unwrap().len(), LIMIT + 2, "but may ask");
}
