//! Rooms: created, edited, moved, found, and kept from those who may not know of them.

use perch_testkit::{POOL, Person, Server};
use serde_json::{Value, json};
use uuid::Uuid;

fn rooms() -> String {
    format!("/pools/{POOL}/rooms")
}

fn path_of(room: &str) -> String {
    format!("/rooms/{room}")
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

async fn found(person: &Person, query: &str) -> Vec<String> {
    let list = person.get(&format!("/rooms?{query}")).await.done();
    let name = |room: &Value| room["name"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn whoever_creates_a_room_manages_it_and_is_a_member_unless_it_is_open() {
    let server = Server::start().await;
    let cleo = server.person("cleo").await;
    server.category("Trading", &[&cleo]).await;
    let room = cleo
        .post(&rooms(), json!({ "category": "Trading", "name": "FX" }))
        .await
        .done();
    let defaults = ["privacy", "type", "invitations"].map(|name| room[name].as_str().unwrap());
    assert_eq!(defaults, ["closed", "normal", "inherit"]);
    assert_eq!(ids(&room["managers"]), [&cleo.id]);
    assert_eq!(ids(&room["members"]), [&cleo.id]);
    let open = json!({ "category": "trading", "name": "Rates", "privacy": "open" });
    let open = cleo.post(&rooms(), open).await.done();
    assert_eq!(
        (ids(&open["managers"]), ids(&open["members"])),
        (vec![&*cleo.id], vec![])
    );
    assert_eq!(open["permissions"]["post"], true);
}

#[tokio::test]
async fn a_name_is_taken_in_any_letter_case_and_can_be_asked_for() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [cleo, amelie] = [server.person("cleo").await, server.person("amelie").await];
    let everybody = [&cleo.id, &amelie.id];
    let body = json!({ "name": "Trading", "allowed_members": everybody, "creators": [cleo.id] });
    server.category_of(body).await;
    server.room("Trading", "FX", &[]).await;
    let other = server.room("Trading", "Rates", &[]).await;
    let check = format!("/pools/{POOL}/room-name?name=");
    for name in ["FX", "fx", " Fx "] {
        let new = json!({ "category": "Trading", "name": name });
        let answer = control.post(&rooms(), new).await;
        answer.refused(409, "DuplicateRoomName");
        assert_eq!(answer.body["field"], "name");
        let answer = control
            .patch(&path_of(&other), json!({ "name": name }))
            .await;
        answer.refused(409, "DuplicateRoomName");
        let asked = cleo
            .get(&format!("{check}{}", name.replace(' ', "%20")))
            .await;
        assert_eq!(asked.done()["available"], false);
    }
    assert_eq!(
        cleo.get(&format!("{check}Bonds")).await.done()["available"],
        true
    );
    cleo.get(&check).await.refused(422, "InvalidName");
    // It tells of rooms that one may not know of, so only who names rooms may ask.
    amelie
        .get(&format!("{check}FX"))
        .await
        .refused(403, "ErrorPermission");
    amelie
        .get(&format!("{check}Bonds"))
        .await
        .refused(403, "ErrorPermission");
}

#[tokio::test]
async fn lists_that_do_not_fit_the_room_are_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, zoe] = [server.person("amelie").await, server.person("zoe").await];
    server.category("Trading", &[&amelie]).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let before = control.get(&format!("/rooms/{room}/detail")).await.text;
    for (patch, code, field) in [
        (
            json!({ "members": [zoe.id] }),
            "PrincipalsNotInScope",
            "members",
        ),
        (
            json!({ "managers": [zoe.id] }),
            "PrincipalsNotInScope",
            "managers",
        ),
        (
            json!({ "members": ["nobody@contoso.com"] }),
            "NoSuchPrincipal",
            "members",
        ),
        (
            json!({ "presenters": [amelie.id] }),
            "NotAnAuditorium",
            "presenters",
        ),
        (
            json!({ "type": "auditorium", "members": [], "presenters": [amelie.id] }),
            "PresenterNotInMemList",
            "presenters",
        ),
        (json!({ "name": "" }), "InvalidName", "name"),
        (
            json!({ "description": "x".repeat(257) }),
            "InvalidArgument",
            "description",
        ),
        (
            json!({ "category": "Elsewhere" }),
            "NoSuchCategory",
            "category",
        ),
    ] {
        let answer = control.patch(&path_of(&room), patch.clone()).await;
        answer.refused(422, code);
        assert_eq!(answer.body["field"], field, "{patch}");
        let mut new = patch;
        new["category"] = new.get("category").cloned().unwrap_or(json!("Trading"));
        new["name"] = new.get("name").cloned().unwrap_or(json!("New"));
        control.post(&rooms(), new).await.refused(422, code);
    }
    assert_eq!(
        control.get(&format!("/rooms/{room}/detail")).await.text,
        before
    );
    let patch = json!({ "type": "auditorium", "presenters": [amelie.address] });
    control.patch(&path_of(&room), patch).await.done();
}

#[tokio::test]
async fn a_presenter_who_leaves_the_members_and_those_of_a_normal_room_go_without_saying() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let both = [&amelie.id, &blake.id];
    server.category("Trading", &[&amelie, &blake]).await;
    let body = json!({ "category": "Trading", "name": "FX", "type": "auditorium", "members": both, "presenters": both });
    let room = server.room_of(body).await;
    let changed = control
        .patch(&path_of(&room), json!({ "members": [blake.id] }))
        .await
        .done();
    assert_eq!(ids(&changed["presenters"]), [&blake.id]);
    let changed = control
        .patch(&path_of(&room), json!({ "type": "normal" }))
        .await
        .done();
    assert_eq!(changed["presenters"], json!([]));
}

#[tokio::test]
async fn moving_a_room_takes_off_its_lists_who_is_not_in_the_new_scope() {
    let server = Server::start().await;
    let [amelie, blake, idris] = [
        server.person("amelie").await,
        server.person("blake").await,
        server.person("idris").await,
    ];
    server.category("Trading", &[&amelie, &blake, &idris]).await;
    server.category("Research", &[&blake, &idris]).await;
    server
        .category_of(json!({ "name": "Foreign", "allowed_members": [idris.id] }))
        .await;
    let body = json!({ "category": "Trading", "name": "FX", "members": [amelie.id, blake.id], "managers": [idris.id] });
    let room = server.room_of(body).await;
    let post = json!({ "nonce": Uuid::new_v4(), "text": "stays" });
    amelie
        .post(&format!("/rooms/{room}/messages"), post)
        .await
        .done();
    let answer = idris
        .patch(&path_of(&room), json!({ "category": "Foreign" }))
        .await;
    answer.refused(403, "ErrorPermission");
    let moved = idris
        .patch(&path_of(&room), json!({ "category": "Research" }))
        .await
        .done();
    assert_eq!(moved["category"]["name"], "Research");
    let members = ids(&moved["members"]);
    assert!(
        members.contains(&&*blake.id) && !members.contains(&&*amelie.id),
        "{members:?}"
    );
    amelie.get(&path_of(&room)).await.refused(404, "NoSuchNode");
    let page = blake.get(&format!("/rooms/{room}/messages")).await.done();
    assert_eq!(page["messages"][0]["text"], "stays");
}

#[tokio::test]
async fn a_disabled_room_is_found_by_who_manages_it_only() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake, idris] = [
        server.person("amelie").await,
        server.person("blake").await,
        server.person("idris").await,
    ];
    server.category("Trading", &[&amelie, &blake, &idris]).await;
    let body = json!({ "category": "Trading", "name": "FX", "members": [amelie.id], "managers": [idris.id] });
    let room = server.room_of(body).await;
    for person in [&amelie, &blake, &idris, &control] {
        assert_eq!(found(person, "").await, ["FX"]);
        person.get(&path_of(&room)).await.done();
    }
    idris
        .patch(&path_of(&room), json!({ "disabled": true }))
        .await
        .done();
    for person in [&amelie, &blake] {
        assert!(found(person, "").await.is_empty());
        assert!(found(person, "relation=member").await.is_empty());
        person.get(&path_of(&room)).await.refused(404, "NoSuchNode");
    }
    for person in [&idris, &control] {
        assert!(found(person, "").await.is_empty(), "not in the directory");
        person.get(&path_of(&room)).await.done();
    }
    assert_eq!(found(&idris, "relation=managed").await, ["FX"]);
    assert_eq!(found(&control, "relation=all&disabled=true").await, ["FX"]);
    idris
        .patch(&path_of(&room), json!({ "disabled": false }))
        .await
        .done();
    assert_eq!(found(&blake, "").await, ["FX"]);
}

#[tokio::test]
async fn rooms_are_listed_by_what_one_is_to_them_and_by_what_they_are() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, idris] = [server.person("amelie").await, server.person("idris").await];
    server.category("Trading", &[&amelie, &idris]).await;
    server.category("Research", &[&amelie]).await;
    let addin = server
        .addin("Topic", "https://topics.contoso.example/")
        .await;
    let body = json!({ "category": "Trading", "name": "FX Spot", "members": [amelie.id], "managers": [idris.id], "addin": addin });
    let fx = server.room_of(body).await;
    let body = json!({ "category": "Trading", "name": "Town hall", "type": "auditorium", "description": "All about FX" });
    server.room_of(body).await;
    let body = json!({ "category": "Research", "name": "Open house", "privacy": "open", "invitations": "false" });
    server.room_of(body).await;
    server
        .room_of(json!({ "category": "Research", "name": "Hush", "privacy": "secret" }))
        .await;
    amelie
        .put(&format!("/rooms/{fx}/follow"), json!({}))
        .await
        .done();

    for (query, expected) in [
        ("", vec!["FX Spot", "Open house", "Town hall"]),
        ("relation=member", vec!["FX Spot"]),
        ("relation=followed", vec!["FX Spot"]),
        ("relation=managed", vec![]),
        ("name=fx", vec!["FX Spot"]),
        (
            "name=fx&search_description=true",
            vec!["FX Spot", "Town hall"],
        ),
        ("name=%3F%3F%20s*", vec!["FX Spot"]),
        ("category=RESEARCH", vec!["Open house"]),
        ("addin=topic", vec!["FX Spot"]),
        ("type=auditorium", vec!["Town hall"]),
        ("privacy=open", vec!["Open house"]),
        ("privacy=secret", vec![]),
        ("invitations=false", vec!["Open house"]),
        ("limit=2", vec!["FX Spot", "Open house"]),
        ("pool=atl-cs-001.contoso.com&name=hall", vec!["Town hall"]),
    ] {
        assert_eq!(found(&amelie, query).await, expected, "{query}");
    }
    assert_eq!(found(&idris, "relation=managed").await, ["FX Spot"]);
    assert_eq!(found(&control, "relation=all").await.len(), 4);
    // Lists are for those who may see them.
    for query in ["member=amelie@contoso.com", "manager=idris@contoso.com"] {
        assert_eq!(found(&idris, query).await, ["FX Spot"], "{query}");
        assert!(found(&amelie, query).await.is_empty(), "{query}");
    }
    amelie
        .get("/rooms?relation=all")
        .await
        .refused(403, "ErrorPermission");
    amelie
        .get("/rooms?pool=none")
        .await
        .refused(404, "NoSuchNode");
    amelie
        .get("/rooms?member=nobody")
        .await
        .refused(422, "NoSuchPrincipal");
    amelie
        .get("/rooms?colour=red")
        .await
        .refused(422, "InvalidArgument");
    amelie.delete(&format!("/rooms/{fx}/follow")).await.done();
    assert!(found(&amelie, "relation=followed").await.is_empty());
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_meanwhile_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let room = server.room("Trading", "FX", &[]).await;
    let body = |text: &str| json!({ "description": text, "revision": 1 });
    control.patch(&path_of(&room), body("first")).await.done();
    control
        .patch(&path_of(&room), body("second"))
        .await
        .refused(409, "DataCollision");
    let patch = json!({ "description": "without a revision" });
    assert_eq!(
        control.patch(&path_of(&room), patch).await.done()["revision"],
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_take_a_name_at_the_same_time_one_gets_it() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let mut creating = tokio::task::JoinSet::new();
    for n in 0..8 {
        let control = control.clone();
        let name = if n % 2 == 0 { "FX" } else { "fx" };
        let body = json!({ "category": "Trading", "name": name });
        creating.spawn(async move { control.post(&rooms(), body).await });
    }
    let answers = creating.join_all().await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "DuplicateRoomName");
    }
    assert_eq!(found(&control, "").await.len(), 1);
}
