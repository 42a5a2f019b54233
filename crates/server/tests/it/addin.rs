//! Registering add-ins, and choosing one for a room.

use perch_testkit::{POOL, Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

const PAGE: &str = "https://prices.contoso.example/";

fn addins() -> String {
    format!("/pools/{POOL}/addins")
}

async fn names(person: &Person) -> Vec<String> {
    let list = person.get(&addins()).await.done();
    let name = |addin: &Value| addin["name"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn an_address_is_registered_or_refused_as_the_shared_table_says() {
    let fixtures: Value =
        serde_json::from_str(include_str!("../../../../api/fixtures/addin-url.json")).unwrap();
    let server = Server::start_at(fixtures["own_origin"].as_str().unwrap()).await;
    let control = server.administrator().await;
    let existing = server.addin("Existing", PAGE).await;
    let mut expected = 1;
    for (number, case) in fixtures["cases"].as_array().unwrap().iter().enumerate() {
        let filler = "x".repeat(usize::try_from(case["repeat"].as_u64().unwrap_or(0)).unwrap());
        let url = format!("{}{filler}", case["url"].as_str().unwrap());
        let new = json!({ "name": format!("Add-in {number}"), "url": url });
        let answer = control.post(&addins(), new).await;
        if case["accepted"] == true {
            assert_eq!(answer.done()["url"], url, "{case}");
            expected += 1;
        } else {
            answer.refused(422, "InvalidUrl");
            assert_eq!(answer.body["field"], "url", "{case}");
            let path = format!("{}/{existing}", addins());
            let answer = control.patch(&path, json!({ "url": url })).await;
            answer.refused(422, "InvalidUrl");
            assert_eq!(control.get(&path).await.done()["url"], PAGE, "{case}");
        }
        assert_eq!(names(&control).await.len(), expected, "{case}");
    }
}

#[tokio::test]
async fn a_host_that_would_widen_the_policy_of_the_frame_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    for url in [
        "https://*/",
        "https://*.contoso.example/",
        "https://a;script-src/",
        "https://a,b/",
        "https://'self'/",
        "https://a%3Bscript-src/",
    ] {
        let answer = control
            .post(&addins(), json!({ "name": "Wide", "url": url }))
            .await;
        answer.refused(422, "InvalidUrl");
    }
    for url in [
        "https://a_b.example/",
        "https://[::1]:8443/",
        "https://bücher.example/",
    ] {
        let new = json!({ "name": url, "url": url });
        control.post(&addins(), new).await.done();
    }
}

#[tokio::test]
async fn the_chats_own_address_cannot_be_registered() {
    let server = Server::start().await;
    let control = server.administrator().await;
    for url in [
        format!("{}/addin", server.url()),
        server.url().replacen("http", "HTTP", 1),
    ] {
        let answer = control
            .post(&addins(), json!({ "name": "Own", "url": url }))
            .await;
        answer.refused(422, "InvalidUrl");
        assert_eq!(answer.body["field"], "url");
    }
    assert!(names(&control).await.is_empty());
}

#[tokio::test]
async fn a_name_is_taken_in_any_letter_case_and_width() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let first = server.addin("Stock history", PAGE).await;
    let second = server.addin("Topic", PAGE).await;
    for name in [
        "Stock history",
        "STOCK HISTORY",
        "ｓtock history",
        "  stock History ",
    ] {
        let new = json!({ "name": name, "url": PAGE });
        let answer = control.post(&addins(), new).await;
        answer.refused(409, "DuplicateAddinName");
        assert_eq!(answer.body["field"], "name");
        let path = format!("{}/{second}", addins());
        let answer = control.patch(&path, json!({ "name": name })).await;
        answer.refused(409, "DuplicateAddinName");
    }
    assert_eq!(names(&control).await, ["Stock history", "Topic"]);
    let path = format!("{}/{first}", addins());
    let renamed = control
        .patch(&path, json!({ "name": "STOCK HISTORY" }))
        .await;
    assert_eq!(renamed.done()["name"], "STOCK HISTORY");
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    for name in ["", "   ", "a\u{7}b", &"x".repeat(257)] {
        let answer = control
            .post(&addins(), json!({ "name": name, "url": PAGE }))
            .await;
        answer.refused(422, "InvalidName");
        assert_eq!(answer.body["field"], "name");
    }
    control
        .post(&addins(), json!({ "name": "x".repeat(256), "url": PAGE }))
        .await
        .done();
}

#[tokio::test]
async fn two_pools_may_each_have_an_add_in_of_a_name() {
    let server = Server::start().await;
    let control = server.administrator().await;
    control
        .post("/pools", json!({ "fqdn": "other.contoso.com" }))
        .await
        .done();
    server.addin("Topic", PAGE).await;
    let path = "/pools/other.contoso.com/addins";
    control
        .post(path, json!({ "name": "Topic", "url": PAGE }))
        .await
        .done();
}

#[tokio::test]
async fn a_room_takes_an_add_in_of_its_own_pool_only() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let own = server.addin("Own", PAGE).await;
    control
        .post("/pools", json!({ "fqdn": "other.contoso.com" }))
        .await
        .done();
    let other = control
        .post(
            "/pools/other.contoso.com/addins",
            json!({ "name": "Theirs", "url": PAGE }),
        )
        .await
        .done()["id"]
        .clone();
    let room = server.room("Trading", "FX", &[]).await;
    let path = format!("/rooms/{room}");
    for foreign in [&other, &json!("Theirs"), &json!(Uuid::new_v4())] {
        let answer = control.patch(&path, json!({ "addin": foreign })).await;
        answer.refused(422, "NoSuchAddin");
        assert_eq!(answer.body["field"], "addin");
        let new = json!({ "category": "Trading", "name": "FX 2", "addin": foreign });
        let answer = control.post(&format!("/pools/{POOL}/rooms"), new).await;
        answer.refused(422, "NoSuchAddin");
    }
    assert_eq!(control.get(&path).await.done()["addin"], Value::Null);
    for known in [json!(own), json!("OWN")] {
        let changed = control.patch(&path, json!({ "addin": known })).await.done();
        assert_eq!(changed["addin"]["id"], own);
    }
    let cleared = control.patch(&path, json!({ "addin": null })).await.done();
    assert_eq!(cleared["addin"], Value::Null);
}

#[tokio::test]
async fn an_add_in_in_use_is_deleted_with_force_only_and_open_rooms_are_told() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let addin = server.addin("Stock history", PAGE).await;
    let rooms = [
        server.room("Trading", "FX", &[&amelie]).await,
        server.room("Trading", "Rates", &[&amelie]).await,
    ];
    for room in &rooms {
        let body = json!({ "addin": addin });
        control.patch(&format!("/rooms/{room}"), body).await.done();
    }
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&rooms[0]).await;
    let path = format!("{}/{addin}", addins());
    assert_eq!(control.get(&path).await.done()["room_count"], 2);

    let answer = control.delete(&path).await;
    answer.refused(409, "AddinInUse");
    assert_eq!(answer.body["params"]["rooms"], "2");
    assert_eq!(names(&control).await, ["Stock history"]);

    control.delete(&format!("{path}?force=true")).await.done();
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"], Value::Null);
    for room in &rooms {
        let room = control.get(&format!("/rooms/{room}")).await.done();
        assert_eq!(room["addin"], Value::Null);
    }
    control.get(&path).await.refused(404, "NoSuchNode");
    control.delete(&path).await.refused(404, "NoSuchNode");
}

#[tokio::test]
async fn an_add_in_without_rooms_is_deleted_without_force() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let addin = server.addin("Topic", PAGE).await;
    control
        .delete(&format!("{}/{addin}", addins()))
        .await
        .done();
    assert!(names(&control).await.is_empty());
}

#[tokio::test]
async fn a_changed_page_reaches_the_rooms_that_show_it() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    server.category("Trading", &[&amelie]).await;
    let addin = server.addin("Topic", PAGE).await;
    let room = server.room("Trading", "FX", &[&amelie]).await;
    let mut socket = Socket::connect(&amelie).await;
    socket.join(&room).await;
    control
        .patch(&format!("/rooms/{room}"), json!({ "addin": addin }))
        .await
        .done();
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"]["url"], PAGE);
    let url = "https://topics.contoso.example/";
    control
        .patch(&format!("{}/{addin}", addins()), json!({ "url": url }))
        .await
        .done();
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"]["url"], url);
}

#[tokio::test]
async fn whoever_may_know_of_add_ins_hears_of_every_change_of_them() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let people = ["idris", "cleo", "amelie", "jo"];
    let [idris, cleo, amelie, jo] = [
        server.person(people[0]).await,
        server.person(people[1]).await,
        server.person(people[2]).await,
        server.person(people[3]).await,
    ];
    let scope = [&idris.id, &cleo.id, &amelie.id];
    let category = json!({ "name": "Trading", "allowed_members": scope, "creators": [cleo.id] });
    server.category_of(category).await;
    let room = server
        .room_of(json!({
            "category": "Trading", "name": "FX", "managers": [idris.id], "members": [amelie.id],
        }))
        .await;
    let mut concerned = Vec::new();
    for person in [&control, &idris, &cleo, &amelie] {
        concerned.push(Socket::connect(person).await);
    }
    // In the scope of no category of the pool.
    let mut stranger = Socket::connect(&jo).await;

    let path = {
        let new = json!({ "name": "Topic", "url": PAGE });
        let addin = control.post(&addins(), new).await.done();
        format!("{}/{}", addins(), addin["id"].as_str().unwrap())
    };
    control
        .patch(&path, json!({ "name": "Topics" }))
        .await
        .done();
    control.delete(&path).await.done();
    for socket in &mut concerned {
        for _ in 0..3 {
            let frame = socket.expect("catalogue_changed").await;
            assert_eq!(
                (&frame["pool"], &frame["kind"]),
                (&json!(POOL), &json!("addin"))
            );
        }
    }
    stranger.settle().await;
    assert!(
        stranger
            .seen
            .iter()
            .all(|frame| frame["type"] != "catalogue_changed")
    );
    // Of what the pool is run with otherwise, its members hear nothing.
    let mut member = Socket::connect(&amelie).await;
    member.join(&room).await;
    control
        .patch(&format!("/rooms/{room}"), json!({ "name": "FX Spot" }))
        .await
        .done();
    concerned[0].expect("catalogue_changed").await;
    member.expect("room_updated").await;
    member.settle().await;
    assert!(
        member
            .seen
            .iter()
            .all(|frame| frame["type"] != "catalogue_changed")
    );
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_meanwhile_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let addin = server.addin("Topic", PAGE).await;
    let path = format!("{}/{addin}", addins());
    let body = |name: &str| json!({ "name": name, "revision": 1 });
    assert_eq!(
        control.patch(&path, body("First")).await.done()["revision"],
        2
    );
    control
        .patch(&path, body("Second"))
        .await
        .refused(409, "DataCollision");
    assert_eq!(names(&control).await, ["First"]);
}

#[tokio::test]
async fn unknown_fields_and_parameters_are_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let new = json!({ "name": "Topic", "url": PAGE, "uri": PAGE });
    control
        .post(&addins(), new)
        .await
        .refused(422, "InvalidArgument");
    let addin = server.addin("Topic", PAGE).await;
    let path = format!("{}/{addin}", addins());
    let answer = control.patch(&path, json!({ "nmae": "Topics" })).await;
    answer.refused(422, "InvalidArgument");
    assert_eq!(names(&control).await, ["Topic"]);
}
