//! What a room keeps for its add-in.

use perch_testkit::{Person, Server, Socket};
use serde_json::{Value, json};

struct Scene {
    server: Server,
    amelie: Person,
    blake: Person,
    addin: String,
    room: String,
}

impl Scene {
    /// An auditorium in which Amelie presents and Blake listens.
    async fn open() -> Self {
        let server = Server::start().await;
        let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
        server.category("Trading", &[&amelie, &blake]).await;
        let addin = server
            .addin("Topic", "https://topics.contoso.example/")
            .await;
        let room = server
            .room_of(json!({
                "category": "Trading", "name": "FX", "type": "auditorium", "addin": addin,
                "members": [amelie.id, blake.id], "presenters": [amelie.id],
            }))
            .await;
        Self {
            server,
            amelie,
            blake,
            addin,
            room,
        }
    }

    fn path(&self, key: &str) -> String {
        format!("/rooms/{}/storage/{key}", self.room)
    }

    fn all(&self) -> String {
        format!("/rooms/{}/storage", self.room)
    }
}

fn value(value: impl serde::Serialize, version: u64) -> Value {
    json!({ "value": value, "version": version })
}

#[tokio::test]
async fn whoever_may_post_writes_and_whoever_may_see_the_add_in_reads() {
    let scene = Scene::open().await;
    let path = scene.path("topic");
    scene.blake.get(&path).await.refused(404, "NoSuchNode");
    let stored = scene
        .amelie
        .put(&path, value(json!({ "topic": "rates" }), 0))
        .await
        .done();
    assert_eq!(
        (&stored["version"], &stored["updated_by"]["id"]),
        (&json!(1), &json!(scene.amelie.id))
    );
    assert_eq!(scene.blake.get(&path).await.done(), stored);
    assert_eq!(scene.blake.get(&scene.all()).await.done(), json!([stored]));
    let answer = scene.blake.put(&path, value(json!("mine"), 1)).await;
    answer.refused(403, "ErrorPermission");
    assert_eq!(scene.blake.get(&path).await.done(), stored);
}

#[tokio::test]
async fn who_was_first_is_decided_by_the_version() {
    let scene = Scene::open().await;
    let path = scene.path("topic");
    let put =
        async |text: &str, version: u64| scene.amelie.put(&path, value(json!(text), version)).await;
    put("too early", 1).await.refused(409, "DataCollision");
    assert_eq!(put("first", 0).await.done()["version"], 1);
    put("late", 0).await.refused(409, "DataCollision");
    assert_eq!(put("second", 1).await.done()["version"], 2);
    for stale in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX - 1, u64::MAX] {
        put("late", stale).await.refused(409, "DataCollision");
    }
    assert_eq!(scene.amelie.get(&path).await.done()["value"], "second");
}

#[tokio::test]
async fn another_add_in_of_the_room_sees_nothing_and_the_first_finds_its_own_again() {
    let scene = Scene::open().await;
    let control = scene.server.administrator().await;
    let path = scene.path("topic");
    let stored = scene
        .amelie
        .put(&path, value(json!("rates"), 0))
        .await
        .done();
    let other = scene
        .server
        .addin("Prices", "https://prices.contoso.example/")
        .await;
    let room = format!("/rooms/{}", scene.room);
    control.patch(&room, json!({ "addin": other })).await.done();
    assert_eq!(scene.amelie.get(&scene.all()).await.done(), json!([]));
    scene.amelie.get(&path).await.refused(404, "NoSuchNode");
    scene
        .amelie
        .put(&path, value(json!("prices"), 0))
        .await
        .done();
    control
        .patch(&room, json!({ "addin": scene.addin }))
        .await
        .done();
    assert_eq!(scene.amelie.get(&path).await.done(), stored);
}

#[tokio::test]
async fn a_room_without_an_add_in_keeps_nothing_for_one() {
    let scene = Scene::open().await;
    let control = scene.server.administrator().await;
    let path = scene.path("topic");
    scene
        .amelie
        .put(&path, value(json!("rates"), 0))
        .await
        .done();
    control
        .patch(&format!("/rooms/{}", scene.room), json!({ "addin": null }))
        .await
        .done();
    scene
        .amelie
        .get(&scene.all())
        .await
        .refused(422, "NoSuchAddin");
    scene.amelie.get(&path).await.refused(422, "NoSuchAddin");
    scene
        .amelie
        .put(&path, value(json!("rates"), 1))
        .await
        .refused(422, "NoSuchAddin");
}

#[tokio::test]
async fn every_open_connection_hears_of_a_change() {
    let scene = Scene::open().await;
    let mut sockets = [
        Socket::connect(&scene.amelie).await,
        Socket::connect(&scene.blake).await,
    ];
    for socket in &mut sockets {
        socket.join(&scene.room).await;
    }
    let stored = scene
        .amelie
        .put(&scene.path("topic"), value(json!([1, 2]), 0))
        .await
        .done();
    for socket in &mut sockets {
        let changed = socket.expect("storage_changed").await;
        assert_eq!(
            (&changed["entry"], &changed["addin"]),
            (&stored, &json!(scene.addin))
        );
    }
}

#[tokio::test]
async fn keys_values_and_their_number_are_limited() {
    let scene = Scene::open().await;
    for key in ["a%20b", "%C3%A9", "..%2Fx", &"k".repeat(129)] {
        let answer = scene.amelie.put(&scene.path(key), value(json!(1), 0)).await;
        answer.refused(422, "InvalidArgument");
        assert_eq!(answer.body["field"], "key");
    }
    let large = json!("x".repeat(32 * 1_024));
    let answer = scene
        .amelie
        .put(&scene.path("large"), value(large, 0))
        .await;
    answer.refused(429, "LimitExceeded");
    assert_eq!(answer.body["field"], "value");
    let fits = json!("x".repeat(32 * 1_024 - 2));
    scene
        .amelie
        .put(&scene.path("large"), value(fits, 0))
        .await
        .done();
    for n in 1..64 {
        scene
            .amelie
            .put(&scene.path(&format!("key:{n}")), value(Value::Null, 0))
            .await
            .done();
    }
    let answer = scene
        .amelie
        .put(&scene.path("one-more"), value(json!(1), 0))
        .await;
    answer.refused(429, "LimitExceeded");
    scene
        .amelie
        .put(&scene.path("key:1"), value(json!(2), 1))
        .await
        .done();
    assert_eq!(
        scene
            .amelie
            .get(&scene.all())
            .await
            .done()
            .as_array()
            .unwrap()
            .len(),
        64
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_write_the_same_version_one_wins() {
    let scene = Scene::open().await;
    let path = scene.path("topic");
    for version in 0..5_u64 {
        let mut writing = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (amelie, path) = (scene.amelie.clone(), path.clone());
            writing.spawn(async move { amelie.put(&path, value(n, version)).await });
        }
        let answers = writing.join_all().await;
        let won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(won.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(409, "DataCollision");
        }
        assert_eq!(scene.amelie.get(&path).await.done(), won[0].body);
    }
}
