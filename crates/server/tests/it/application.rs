//! Add-ins as an FDC3 application directory lists them, and their pages opened beside a room's own.

use perch_testkit::{Answer, POOL, Person, Server};
use reqwest::Method;
use serde_json::json;

const PAGE: &str = "https://charts.contoso.example/?room={room.id}&name={room.name}&pool={pool}";

async fn get(person: &Person, path: &str) -> Answer {
    person.fetch(Method::GET, path, &[], None).await
}

#[tokio::test]
async fn the_directory_lists_add_ins_with_the_intents_that_were_declared() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let addins = format!("/pools/{POOL}/addins");
    let intents =
        json!({ "ViewChart": { "displayName": "Chart", "contexts": ["fdc3.instrument"] } });
    let new = json!({ "name": "Charts", "url": PAGE, "intents": intents });
    let addin = control.post(&addins, new).await.done();
    assert_eq!(addin["intents"], intents);

    let list = get(&control, "/v2/apps").await.done();
    let app = &list["applications"][0];
    assert_eq!(app["appId"], format!("Charts@{POOL}"));
    assert_eq!(app["interop"]["intents"]["listensFor"], intents);

    let path = format!("{addins}/{}", addin["id"].as_str().unwrap());
    let changed = control.patch(&path, json!({ "name": "Graphs" })).await;
    assert_eq!(changed.done()["intents"], intents);
    let none = control.patch(&path, json!({ "intents": {} })).await;
    assert_eq!(none.done()["intents"], json!({}));
    for bad in [
        json!({ "View Chart": {} }),
        json!({ "ViewChart": { "contexts": ["x".repeat(129)] } }),
    ] {
        let answer = control.patch(&path, json!({ "intents": bad })).await;
        answer.refused(422, "InvalidArgument");
        assert_eq!(answer.body["field"], "intents");
    }
}

#[tokio::test]
async fn a_page_beside_a_rooms_own_is_shown_without_the_room_and_only_to_those_who_see_it() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, jo] = [server.person("amelie").await, server.person("jo").await];
    server.category("Trading", &[&amelie]).await;
    let own = server.addin("Own", "https://own.contoso.example/").await;
    let other = server.addin("Charts", PAGE).await;
    let body = json!({ "category": "Trading", "name": "FX", "members": [amelie.id], "addin": own });
    let room = server.room_of(body).await;
    let path = format!("/addin-frame/{room}?locale=en&addin={other}");

    let answer = get(&amelie, &path).await;
    assert_eq!(answer.status, 200);
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-src https://charts.contoso.example;"),
        "{policy}"
    );
    assert!(
        answer
            .text
            .contains(&format!("?room=&amp;name=&amp;pool={POOL}")),
        "{}",
        answer.text
    );
    get(&jo, &path).await.refused(404, "NoSuchNode");

    control
        .post("/pools", json!({ "fqdn": "other.contoso.com" }))
        .await
        .done();
    let foreign = control
        .post(
            "/pools/other.contoso.com/addins",
            json!({ "name": "Far", "url": PAGE }),
        )
        .await
        .done();
    let far = format!(
        "/addin-frame/{room}?addin={}",
        foreign["id"].as_str().unwrap()
    );
    get(&amelie, &far).await.refused(404, "NoSuchNode");

    let disable = format!("/pools/{POOL}/addins/{other}");
    control
        .patch(&disable, json!({ "disabled": true }))
        .await
        .done();
    get(&amelie, &path).await.refused(403, "AddinDisabled");
}
