//! Pages that another page opened beside the room's own: bound to their own add-in, with no part of the room.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::grant::Scene;
use crate::pane::{askable, for_page, used};

/// A second add-in in the scene's pool, granted everything there is for pages, and a pane of its page beside the room's own.
async fn beside(scene: &Scene) -> (String, Value) {
    let addin = scene
        .server
        .addin("Depth", "https://depth.contoso.example/")
        .await;
    let path = format!("/pools/{}/addins/{addin}", perch_testkit::POOL);
    let granted = json!({ "granted": ["contexts", "messages.history", "messages.send.silent", "participants", "storage", "token.issue"] });
    scene.control.patch(&path, granted).await.done();
    let pane = scene
        .amelie
        .post(
            &format!("/rooms/{}/panes", scene.room),
            json!({ "beside": addin }),
        )
        .await
        .done();
    (path, pane)
}

#[tokio::test]
async fn a_page_beside_the_rooms_own_has_no_part_of_the_room_but_what_is_chosen() {
    let scene = Scene::start().await;
    let (_, pane) = beside(&scene).await;
    assert_eq!(pane["granted"], json!(["contexts"]));
    let token = pane["token"].as_str().unwrap();
    for (needed, method, path, body) in askable(&scene.room) {
        let answer = for_page(&scene.amelie, token, method, &path, body).await;
        answer.refused(403, "ActionNotGranted");
        assert_eq!(answer.body["params"]["capability"], needed);
    }
    let path = format!("/rooms/{}/token", scene.room);
    scene
        .amelie
        .post(&path, json!({ "pane": token }))
        .await
        .refused(403, "ActionNotGranted");
    let path = format!("/rooms/{}/panes", scene.room);
    scene
        .amelie
        .post(&path, json!({ "beside": Uuid::new_v4() }))
        .await
        .refused(404, "NoSuchNode");
}

#[tokio::test]
async fn a_page_beside_the_rooms_own_ends_with_its_own_add_in_and_is_counted_until_then() {
    let scene = Scene::start().await;
    let (addin, pane) = beside(&scene).await;
    let report = async || {
        let body = json!({ "pane": pane["token"], "told": { "contexts": 2 } });
        let path = format!("/rooms/{}/panes/report", scene.room);
        scene.amelie.post(&path, body).await
    };
    report().await.done();
    let uses = used(&scene).await;
    assert_eq!(uses[0]["contexts"], 2);
    assert_eq!(
        Some(uses[0]["addin"].as_str().unwrap()),
        addin.rsplit('/').next()
    );

    let (frame, panes) = (
        format!(
            "/addin-frame/{}?addin={}",
            scene.room,
            uses[0]["addin"].as_str().unwrap()
        ),
        format!("/rooms/{}/panes", scene.room),
    );
    let again = json!({ "beside": uses[0]["addin"] });
    let history = format!("/rooms/{}/messages", scene.room);
    let read = async || {
        let token = pane["token"].as_str().unwrap();
        for_page(&scene.amelie, token, Method::GET, &history, None).await
    };
    let change = async |patch: Value| scene.control.patch(&addin, patch).await.done();
    change(json!({ "disabled": true })).await;
    read().await.refused(403, "AddinDisabled");
    scene
        .amelie
        .post(&panes, again.clone())
        .await
        .refused(403, "AddinDisabled");
    scene
        .amelie
        .fetch(Method::GET, &frame, &[], None)
        .await
        .refused(403, "AddinDisabled");
    change(json!({ "disabled": false })).await;
    report().await.done();

    change(json!({ "url": "https://depth.fabrikam.example/" })).await;
    report().await.refused(409, "PaneEnded");
    let pending = scene.amelie.post(&panes, again.clone()).await.done();
    assert_eq!(pending["granted"], json!([]));

    scene.control.delete(&addin).await.done();
    report().await.refused(404, "NoSuchNode");
    scene
        .amelie
        .post(&panes, again)
        .await
        .refused(404, "NoSuchNode");
}
