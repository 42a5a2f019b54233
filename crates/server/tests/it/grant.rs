//! What an add-in may do: granted by an administrator, narrowed by a room's manager, taken away at once.

use std::time::{Duration, Instant};

use perch_testkit::{POOL, Person, Server, Socket};
use serde_json::{Value, json};

const PAGE: &str = "https://prices.contoso.example/";

/// A room that Amelie manages, with an add-in.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) control: Person,
    pub(crate) amelie: Person,
    pub(crate) room: String,
    /// The add-in's path.
    pub(crate) addin: String,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let server = Server::start().await;
        let control = server.administrator().await;
        let amelie = server.person("amelie").await;
        server.category("Trading", &[&amelie]).await;
        let addin = server.addin("Prices", PAGE).await;
        let people = [amelie.id.clone()];
        let body = json!({ "category": "Trading", "name": "FX", "addin": addin, "members": people, "managers": people });
        let room = server.room_of(body).await;
        Self {
            addin: format!("/pools/{POOL}/addins/{addin}"),
            server,
            control,
            amelie,
            room,
        }
    }

    /// Changes the add-in.
    pub(crate) async fn change(&self, patch: Value) -> Value {
        self.control.patch(&self.addin, patch).await.done()
    }

    /// Changes what the room withholds from it.
    pub(crate) async fn withhold(&self, names: &[&str]) -> Value {
        let patch = json!({ "addin_withheld": names });
        self.amelie
            .patch(&format!("/rooms/{}", self.room), patch)
            .await
            .done()
    }

    /// The add-in as the room shows it to its members.
    async fn shown(&self) -> Value {
        let room = self
            .amelie
            .get(&format!("/rooms/{}", self.room))
            .await
            .done();
        room["addin"].clone()
    }
}

#[tokio::test]
async fn a_new_add_in_may_know_its_room_and_its_contexts_but_no_text() {
    let scene = Scene::start().await;
    let addin = scene.control.get(&scene.addin).await.done();
    assert_eq!(
        addin["granted"],
        json!(["room.info", "contexts", "token.issue"])
    );
    assert_eq!(addin["approved"], true);
    assert_eq!(scene.shown().await["granted"], addin["granted"]);
}

#[tokio::test]
async fn what_an_add_in_may_do_in_a_room_is_its_maximum_without_what_the_manager_withholds() {
    let scene = Scene::start().await;
    let maximum = json!(["contexts", "storage", "messages.send.silent"]);
    scene.change(json!({ "granted": maximum })).await;
    let all = json!([
        "contexts",
        "storage",
        "messages.send",
        "messages.send.silent"
    ]);
    assert_eq!(scene.shown().await["granted"], all);

    scene
        .withhold(&["messages.send.silent", "storage", "participants"])
        .await;
    let addin = scene.shown().await;
    assert_eq!(addin["granted"], json!(["contexts", "messages.send"]));
    assert_eq!(
        addin["withheld"],
        json!(["storage", "messages.send.silent"])
    );

    let other = scene.server.addin("Topic", PAGE).await;
    let path = format!("/rooms/{}", scene.room);
    scene
        .amelie
        .patch(&path, json!({ "addin": other }))
        .await
        .done();
    assert_eq!(scene.shown().await["withheld"], json!([]));
}

#[tokio::test]
async fn only_an_administrator_grants_and_only_a_manager_narrows() {
    let scene = Scene::start().await;
    let patch = json!({ "granted": ["messages.live"] });
    scene
        .amelie
        .patch(&scene.addin, patch)
        .await
        .refused(403, "ErrorPermission");
    let idris = scene.server.person("idris").await;
    let withheld = json!({ "addin_withheld": ["contexts"] });
    let path = format!("/rooms/{}", scene.room);
    idris
        .patch(&path, withheld)
        .await
        .refused(404, "NoSuchNode");
    let unknown = json!({ "granted": ["everything"] });
    scene
        .control
        .patch(&scene.addin, unknown)
        .await
        .refused(422, "InvalidArgument");
    assert_eq!(
        scene.shown().await["granted"],
        json!(["room.info", "contexts", "token.issue"])
    );
}

#[tokio::test]
async fn another_origin_may_do_nothing_until_an_administrator_approves_it() {
    let scene = Scene::start().await;
    let granted = scene.shown().await["granted"].clone();
    scene
        .change(json!({ "url": "https://prices.contoso.example/other" }))
        .await;
    assert_eq!(scene.shown().await["granted"], granted);

    let moved = scene
        .change(json!({ "url": "https://prices.fabrikam.example/" }))
        .await;
    assert_eq!(
        (&moved["approved"], &moved["granted"]),
        (&json!(false), &granted)
    );
    let shown = scene.shown().await;
    assert_eq!(
        (&shown["granted"], &shown["pending"]),
        (&json!([]), &json!(true))
    );

    scene.change(json!({ "granted": granted })).await;
    let shown = scene.shown().await;
    assert_eq!(
        (&shown["granted"], &shown["pending"]),
        (&granted, &json!(false))
    );

    let at_once = json!({ "url": PAGE, "granted": ["contexts"] });
    assert_eq!(scene.change(at_once).await["approved"], true);
}

#[tokio::test]
async fn open_panes_are_told_at_once_of_every_change() {
    let scene = Scene::start().await;
    let mut socket = Socket::connect(&scene.amelie).await;
    socket.join(&scene.room).await;

    scene
        .change(json!({ "granted": ["contexts", "storage"] }))
        .await;
    let updated = socket.expect("room_updated").await;
    assert_eq!(
        updated["room"]["addin"]["granted"],
        json!(["contexts", "storage"])
    );

    scene.withhold(&["storage"]).await;
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"]["granted"], json!(["contexts"]));

    let begun = Instant::now();
    scene.change(json!({ "disabled": true })).await;
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"]["disabled"], true);
    assert_eq!(updated["room"]["addin"]["granted"], json!([]));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );

    scene.change(json!({ "disabled": false })).await;
    let updated = socket.expect("room_updated").await;
    assert_eq!(updated["room"]["addin"]["granted"], json!(["contexts"]));
}

#[tokio::test]
async fn the_page_of_a_disabled_add_in_is_not_handed_out() {
    let scene = Scene::start().await;
    let frame = format!("/addin-frame/{}", scene.room);
    let page = || scene.amelie.fetch(reqwest::Method::GET, &frame, &[], None);
    assert_eq!(page().await.status, 200);
    scene.change(json!({ "disabled": true })).await;
    page().await.refused(403, "AddinDisabled");
    scene
        .change(json!({ "disabled": false, "granted": ["popups"] }))
        .await;
    assert!(page().await.text.contains("data-sandbox=\"allow-popups"));
}
