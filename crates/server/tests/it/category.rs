//! Categories: created, narrowed and removed by administrators.

use perch_testkit::{POOL, Person, Server};
use serde_json::{Value, json};

fn categories() -> String {
    format!("/pools/{POOL}/categories")
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

fn path_of(category: &Value) -> String {
    format!("{}/{}", categories(), category["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_category_begins_with_what_the_original_switches_on() {
    let server = Server::start().await;
    let category = server.category_of(json!({ "name": "Trading" })).await;
    let flags = ["invitations", "file_upload", "chat_history"].map(|flag| category[flag] == true);
    assert_eq!(flags, [false, false, true]);
    for list in ["allowed_members", "denied_members", "creators"] {
        assert_eq!(category[list], json!([]));
    }
}

#[tokio::test]
async fn a_name_is_taken_in_any_letter_case() {
    let server = Server::start().await;
    let control = server.administrator().await;
    server.category("Trading", &[]).await;
    let other = server.category("Research", &[]).await;
    for name in ["Trading", "TRADING", " trading "] {
        let answer = control.post(&categories(), json!({ "name": name })).await;
        answer.refused(409, "DuplicateCategoryName");
        assert_eq!(answer.body["field"], "name");
        let answer = control
            .patch(&path_of(&other), json!({ "name": name }))
            .await;
        answer.refused(409, "DuplicateCategoryName");
    }
    assert_eq!(
        names(&control.get(&categories()).await.done()),
        ["Research", "Trading"]
    );
}

#[tokio::test]
async fn lists_that_contradict_themselves_are_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    let both =
        json!({ "name": "A", "allowed_members": [amelie.id], "denied_members": [amelie.address] });
    let outside = json!({ "name": "B", "creators": [amelie.id] });
    let denied = json!({ "name": "C", "denied_members": [amelie.id], "creators": [amelie.id] });
    let unknown = json!({ "name": "D", "allowed_members": ["zoe@contoso.com"] });
    for (body, code, field) in [
        (both, "PrincipalsAlreadyDefined", "denied_members"),
        (outside, "PrincipalsNotInScope", "creators"),
        (denied, "PrincipalsNotInScope", "creators"),
        (unknown, "NoSuchPrincipal", "allowed_members"),
    ] {
        let answer = control.post(&categories(), body).await;
        answer.refused(422, code);
        assert_eq!(answer.body["field"], field);
    }
    assert_eq!(control.get(&categories()).await.done(), json!([]));
    let good = json!({ "name": "A", "allowed_members": [amelie.id], "creators": [amelie.address] });
    control.post(&categories(), good).await.done();
}

#[tokio::test]
async fn a_category_with_rooms_stays() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let category = server.category("Trading", &[]).await;
    let room = server.room("Trading", "FX", &[]).await;
    let answer = control.delete(&path_of(&category)).await;
    answer.refused(409, "CategoryNotEmpty");
    assert_eq!(answer.body["params"]["rooms"], "1");
    control.delete(&format!("/rooms/{room}")).await.done();
    control.delete(&path_of(&category)).await.done();
    control
        .get(&path_of(&category))
        .await
        .refused(404, "NoSuchNode");
}

#[tokio::test]
async fn creators_see_their_categories_without_the_lists() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [cleo, amelie] = [server.person("cleo").await, server.person("amelie").await];
    let everybody = [&cleo.id, &amelie.id];
    let body = json!({ "name": "Trading", "allowed_members": everybody, "creators": [cleo.id] });
    let category = server.category_of(body).await;
    server.category("Research", &[]).await;
    let seen = async |person: &Person| person.get(&categories()).await.done();
    assert_eq!(names(&seen(&control).await), ["Research", "Trading"]);
    let mine = seen(&cleo).await;
    assert_eq!(names(&mine), ["Trading"]);
    for list in ["allowed_members", "denied_members", "creators"] {
        assert_eq!(mine[0][list], json!([]), "{list}");
    }
    assert_eq!(seen(&amelie).await, json!([]));
    cleo.get(&path_of(&category))
        .await
        .refused(403, "ErrorPermission");
    control.get(&path_of(&category)).await.done();
}

#[tokio::test]
async fn a_narrowed_scope_takes_people_off_every_list() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let category = server.category("Trading", &[&amelie, &blake]).await;
    let both = [&amelie.id, &blake.id];
    let room = server
        .room_of(json!({
            "category": "Trading", "name": "FX", "type": "auditorium",
            "members": both, "managers": both, "presenters": both,
        }))
        .await;
    let body = json!({ "allowed_members": [blake.id] });
    let narrowed = control.patch(&path_of(&category), body).await.done();
    let ids = |list: &Value| {
        let list = list.as_array().unwrap();
        list.iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&narrowed["creators"]), [json!(blake.id)]);
    let detail = control.get(&format!("/rooms/{room}/detail")).await.done();
    // The administrator who made the room stays: scope does not bind administrators.
    for (list, stays) in [("members", 2), ("managers", 2), ("presenters", 1)] {
        let ids = ids(&detail[list]);
        assert_eq!(ids.len(), stays, "{list}");
        assert!(!ids.contains(&json!(amelie.id)), "{list}");
    }
    amelie
        .get(&format!("/rooms/{room}"))
        .await
        .refused(404, "NoSuchNode");
    // Widening does not bring anybody back.
    control
        .patch(&path_of(&category), json!({ "allowed_members": both }))
        .await
        .done();
    let again = control.get(&format!("/rooms/{room}/detail")).await.done();
    assert_eq!(ids(&again["members"]).len(), 2);
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_meanwhile_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let category = server.category("Trading", &[]).await;
    let body = |description: &str| json!({ "description": description, "revision": 1 });
    control
        .patch(&path_of(&category), body("first"))
        .await
        .done();
    control
        .patch(&path_of(&category), body("second"))
        .await
        .refused(409, "DataCollision");
    assert_eq!(
        control.get(&path_of(&category)).await.done()["description"],
        "first"
    );
}

#[tokio::test]
async fn a_category_of_another_pool_is_not_found_in_this_one() {
    let server = Server::start().await;
    let control = server.administrator().await;
    control
        .post("/pools", json!({ "fqdn": "other.contoso.com" }))
        .await
        .done();
    let theirs = control
        .post(
            "/pools/other.contoso.com/categories",
            json!({ "name": "Theirs" }),
        )
        .await
        .done()["id"]
        .clone();
    let path = format!("{}/{}", categories(), theirs.as_str().unwrap());
    control.get(&path).await.refused(404, "NoSuchNode");
    control.delete(&path).await.refused(404, "NoSuchNode");
    for category in [&theirs, &json!("Theirs")] {
        let room = json!({ "category": category, "name": "FX" });
        let answer = control.post(&format!("/pools/{POOL}/rooms"), room).await;
        answer.refused(422, "NoSuchCategory");
        assert_eq!(answer.body["field"], "category");
    }
    control
        .get("/pools/none.contoso.com/categories")
        .await
        .refused(404, "NoSuchNode");
    control
        .get("/pools/OTHER.contoso.com/categories")
        .await
        .done();
    control
        .post("/pools", json!({ "fqdn": "Other.contoso.com" }))
        .await
        .refused(409, "DuplicatePool");
    control
        .post("/pools", json!({ "fqdn": "../other" }))
        .await
        .refused(422, "InvalidArgument");
}
