//! Users, groups, organizational units and domains.

use perch_testkit::{Person, Server, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

async fn create(control: &Person, kind: &str, address: &str, containers: &[&Value]) -> Value {
    let body = json!({ "kind": kind, "address": address, "display_name": address, "containers": containers });
    control.post("/principals", body).await.done()["id"].clone()
}

#[tokio::test]
async fn an_address_is_taken_in_any_letter_case_and_with_or_without_its_scheme() {
    let server = Server::start().await;
    let control = server.administrator().await;
    create(&control, "user", "amelie@contoso.com", &[]).await;
    for address in [
        "amelie@contoso.com",
        "AMELIE@Contoso.com",
        "sip:amelie@contoso.com",
        "SIP:Amelie@contoso.com",
    ] {
        let body = json!({ "kind": "user", "address": address, "display_name": "Amelie" });
        let answer = control.post("/principals", body).await;
        answer.refused(409, "DuplicatePrincipal");
        assert_eq!(answer.body["field"], "address");
    }
}

#[tokio::test]
async fn what_makes_no_principal_is_refused() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    let cases = [
        (
            json!({ "kind": "user", "address": "nobody", "display_name": "N" }),
            "InvalidArgument",
            "address",
        ),
        (
            json!({ "kind": "user", "address": "n@contoso.com", "display_name": " " }),
            "InvalidName",
            "display_name",
        ),
        (
            json!({ "kind": "user", "address": "n@contoso.com", "display_name": "N", "password": "short" }),
            "InvalidPassword",
            "password",
        ),
        (
            json!({ "kind": "group", "address": "CN=N", "display_name": "N", "password": "correct horse" }),
            "InvalidArgument",
            "kind",
        ),
        (
            json!({ "kind": "group", "address": "CN=N", "display_name": "N", "administrator": true }),
            "InvalidArgument",
            "kind",
        ),
        (
            json!({ "kind": "group", "address": "CN=N", "display_name": "N", "containers": [amelie.id] }),
            "InvalidArgument",
            "containers",
        ),
        (
            json!({ "kind": "group", "address": "CN=N", "display_name": "N", "containers": ["CN=Unknown"] }),
            "NoSuchPrincipal",
            "containers",
        ),
    ];
    let before = control.get("/principals").await.text;
    for (body, code, field) in cases {
        let answer = control.post("/principals", body).await;
        answer.refused(422, code);
        assert_eq!(answer.body["field"], field);
    }
    assert_eq!(control.get("/principals").await.text, before);
}

#[tokio::test]
async fn principals_are_found_by_a_part_of_their_name_or_address() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let amelie = server.person("amelie").await;
    create(&control, "group", "CN=Amelie's desk", &[]).await;
    let count = async |query: &str| {
        let found = amelie.get(&format!("/principals?{query}")).await.done();
        found.as_array().unwrap().len()
    };
    assert_eq!(count("search=AMEL").await, 2);
    assert_eq!(count("search=amel&kind=group").await, 1);
    assert_eq!(count("search=nobody").await, 0);
    assert_eq!(count("limit=1").await, 1);
    assert_eq!(count("limit=4000000000").await, 3);
    amelie
        .get("/principals?name=x")
        .await
        .refused(422, "InvalidArgument");
    amelie
        .get("/principals?kind=robot")
        .await
        .refused(422, "InvalidArgument");
    let path = format!("/principals/{}", Uuid::new_v4());
    amelie.get(&path).await.refused(404, "NoSuchNode");
    amelie
        .get("/principals/nobody")
        .await
        .refused(404, "NoSuchNode");
}

#[tokio::test]
async fn only_administrators_change_principals() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let new = json!({ "kind": "group", "address": "CN=Desk", "display_name": "Desk" });
    for path in [&blake.id, &amelie.id] {
        let path = format!("/principals/{path}");
        let patch = json!({ "administrator": true });
        amelie
            .patch(&path, patch.clone())
            .await
            .refused(403, "ErrorPermission");
        assert_eq!(control.get(&path).await.done()["administrator"], false);
    }
    amelie
        .post("/principals", new.clone())
        .await
        .refused(403, "ErrorPermission");
    control.post("/principals", new.clone()).await.done();
    control
        .patch(
            &format!("/principals/{}", amelie.id),
            json!({ "administrator": true }),
        )
        .await
        .done();
    let patch = json!({ "display_name": "Blake B." });
    amelie
        .patch(&format!("/principals/{}", blake.id), patch)
        .await
        .done();
}

#[tokio::test]
async fn administrators_cannot_shut_themselves_out() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let path = format!("/principals/{}", control.id);
    for patch in [
        json!({ "disabled": true }),
        json!({ "administrator": false }),
    ] {
        control
            .patch(&path, patch)
            .await
            .refused(422, "InvalidArgument");
    }
    control
        .patch(&path, json!({ "display_name": "Control room" }))
        .await
        .done();
}

#[tokio::test]
async fn a_password_set_by_an_administrator_ends_the_users_sessions() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let browser = server.browser("amelie").await;
    let mut socket = Socket::connect(&browser).await;
    let path = format!("/principals/{}", browser.id);
    control
        .patch(&path, json!({ "password": "short" }))
        .await
        .refused(422, "InvalidPassword");
    browser.get("/session").await.done();
    control
        .patch(&path, json!({ "password": "battery staple" }))
        .await
        .done();
    assert_eq!(socket.closed().await, Some(1008));
    browser.get("/session").await.refused(401, "NotSignedIn");
    let sign_in = json!({ "name": browser.address, "password": "battery staple" });
    browser.post("/session", sign_in).await.done();
}

#[tokio::test]
async fn a_disabled_person_comes_back_with_a_new_session_and_the_old_tokens() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let (browser, program) = (
        server.browser("amelie").await,
        server.person("amelie").await,
    );
    let path = format!("/principals/{}", browser.id);
    control
        .patch(&path, json!({ "disabled": true }))
        .await
        .done();
    for person in [&browser, &program] {
        person.get("/session").await.refused(401, "NotSignedIn");
    }
    control
        .patch(&path, json!({ "disabled": false }))
        .await
        .done();
    browser.get("/session").await.refused(401, "NotSignedIn");
    program.get("/session").await.done();
}

#[tokio::test]
async fn a_list_covers_people_through_groups_in_groups() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let outer = create(&control, "group", "CN=Everybody", &[]).await;
    let inner = create(&control, "group", "CN=Desk", &[&outer]).await;
    // A circle does no harm.
    let path = format!("/principals/{}", outer.as_str().unwrap());
    control
        .patch(&path, json!({ "containers": [inner] }))
        .await
        .done();
    let path = format!("/principals/{}", amelie.id);
    control
        .patch(&path, json!({ "containers": [inner] }))
        .await
        .done();
    server
        .category_of(json!({ "name": "Trading", "allowed_members": [outer] }))
        .await;
    let room = server
        .room_of(json!({ "category": "Trading", "name": "FX", "members": [outer] }))
        .await;
    let path = format!("/rooms/{room}/messages");
    amelie
        .post(&path, json!({ "nonce": Uuid::new_v4(), "text": "hello" }))
        .await
        .done();
    blake.get(&path).await.refused(404, "NoSuchNode");
}
