//! Tokens for add-ins' own servers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use perch_testkit::Person;
use reqwest::Method;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::grant::Scene;
use crate::pane::pane;

async fn issued(scene: &Scene, person: &Person) -> String {
    let body = json!({ "pane": pane(person, &scene.room).await });
    let answer = person
        .post(&format!("/rooms/{}/token", scene.room), body)
        .await
        .done();
    assert_eq!(answer["expires_in"], 300);
    answer["token"].as_str().unwrap().to_owned()
}

async fn keys(scene: &Scene) -> Vec<Value> {
    let answer = scene
        .server
        .nobody()
        .fetch(Method::GET, "/.well-known/jwks.json", &[], None)
        .await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    answer.body["keys"].as_array().unwrap().clone()
}

fn json_of(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What an add-in's server does: finds the key, checks the signature, reads the claims.
async fn checked(scene: &Scene, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header = json_of(header);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("ES256"), &json!("perch-addin+jwt"))
    );
    let keys = keys(scene).await;
    let key = keys.iter().find(|key| key["kid"] == header["kid"])?;
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], part("x"), part("y")].concat();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &signature)
        .ok()?;
    Some(json_of(claims))
}

async fn is_active(scene: &Scene, token: &str) -> bool {
    let url = format!("{}/api/v1/introspect", scene.server.url());
    let answer = reqwest::Client::new()
        .post(url)
        .form(&[("token", token)])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let active = answer["active"].as_bool().unwrap();
    assert_eq!(answer.get("sub").is_some(), active, "{answer}");
    active
}

#[tokio::test]
async fn a_token_proves_who_looks_at_which_room_for_five_minutes() {
    let scene = Scene::start().await;
    let token = issued(&scene, &scene.amelie).await;
    let claims = checked(&scene, &token).await.unwrap();
    assert_eq!(claims["iss"], scene.server.url());
    assert_eq!(claims["room"], scene.room);
    assert_eq!(claims["role"], "manager");
    assert_eq!(claims["origin"], "https://prices.contoso.example");
    assert_eq!(
        claims["caps"],
        json!(["room.info", "contexts", "token.issue"])
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    assert!(claims.get("name").is_none() && claims.get("email").is_none());
    assert!(!token.contains(&scene.amelie.id) && claims["sub"] != scene.amelie.id);
    assert!(is_active(&scene, &token).await);
    scene.server.clock().advance_seconds(301);
    assert!(!is_active(&scene, &token).await);
}

#[tokio::test]
async fn a_pseudonym_is_the_same_each_time_and_another_for_each_person_and_add_in() {
    let scene = Scene::start().await;
    let sub = async |person: &Person| {
        let token = issued(&scene, person).await;
        checked(&scene, &token).await.unwrap()["sub"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = sub(&scene.amelie).await;
    assert_eq!(first, sub(&scene.amelie).await);
    assert_ne!(first, sub(&scene.control).await);
    let topic = scene
        .server
        .addin("Topic", "https://prices.contoso.example/")
        .await;
    scene
        .amelie
        .patch(&format!("/rooms/{}", scene.room), json!({ "addin": topic }))
        .await
        .done();
    assert_ne!(first, sub(&scene.amelie).await);
}

#[tokio::test]
async fn a_name_is_in_the_token_of_an_add_in_that_may_know_it() {
    let scene = Scene::start().await;
    scene
        .change(json!({ "granted": ["token.issue", "user.identity.basic"] }))
        .await;
    let token = issued(&scene, &scene.amelie).await;
    let claims = checked(&scene, &token).await.unwrap();
    assert_eq!(
        (&claims["sub"], &claims["name"]),
        (&json!(scene.amelie.id), &json!("amelie"))
    );
    assert!(is_active(&scene, &token).await);
}

#[tokio::test]
async fn a_token_holds_no_more_once_what_it_says_is_not_so() {
    let scene = Scene::start().await;
    let granted = json!({ "granted": ["token.issue"], "disabled": false });
    let room = format!("/rooms/{}", scene.room);
    let token = issued(&scene, &scene.amelie).await;
    assert!(is_active(&scene, &token).await);

    scene.change(json!({ "disabled": true })).await;
    assert!(!is_active(&scene, &token).await);
    scene.change(granted.clone()).await;
    assert!(is_active(&scene, &token).await);

    scene.withhold(&["token.issue"]).await;
    assert!(!is_active(&scene, &token).await);
    scene.withhold(&[]).await;
    assert!(is_active(&scene, &token).await);

    let nobody = json!({ "members": [scene.control.id], "managers": [scene.control.id] });
    scene.control.patch(&room, nobody).await.done();
    assert!(!is_active(&scene, &token).await);
    let back = json!({ "members": [scene.amelie.id] });
    scene.control.patch(&room, back).await.done();
    assert!(is_active(&scene, &token).await);

    scene
        .change(json!({ "url": "https://prices.fabrikam.example/", "granted": ["token.issue"] }))
        .await;
    assert!(!is_active(&scene, &token).await);
    for forged in [
        "",
        "a.b.c",
        &format!("{token}x"),
        &pane(&scene.amelie, &scene.room).await,
    ] {
        assert!(!is_active(&scene, forged).await);
    }
}

#[tokio::test]
async fn a_page_without_the_grant_gets_no_token() {
    let scene = Scene::start().await;
    scene.change(json!({ "granted": ["contexts"] })).await;
    let body = json!({ "pane": pane(&scene.amelie, &scene.room).await });
    let path = format!("/rooms/{}/token", scene.room);
    scene
        .amelie
        .post(&path, body.clone())
        .await
        .refused(403, "ActionNotGranted");
    scene
        .control
        .post(&path, body)
        .await
        .refused(409, "PaneEnded");
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_an_old_one_until_nothing_of_it_is_valid() {
    let scene = Scene::start().await;
    let clock = scene.server.clock();
    let kid = |token: &str| json_of(token.split('.').next().unwrap())["kid"].clone();
    let first = issued(&scene, &scene.amelie).await;
    assert_eq!(keys(&scene).await.len(), 1);
    scene.control.post("/token-keys", json!({})).await.done();
    assert_eq!(keys(&scene).await.len(), 2);
    let second = issued(&scene, &scene.amelie).await;
    assert_eq!(
        kid(&first),
        kid(&second),
        "whoever kept the published keys does not know the new one yet"
    );

    clock.advance_seconds(601);
    let third = issued(&scene, &scene.amelie).await;
    assert_ne!(kid(&first), kid(&third));
    assert!(checked(&scene, &third).await.is_some());
    assert_eq!(keys(&scene).await.len(), 2);
    clock.advance_seconds(601);
    let left = keys(&scene).await;
    assert_eq!(
        left.iter()
            .map(|key| key["kid"].clone())
            .collect::<Vec<_>>(),
        [kid(&third)]
    );
}

#[tokio::test]
async fn nothing_holds_that_a_stolen_key_signed() {
    let scene = Scene::start().await;
    let token = issued(&scene, &scene.amelie).await;
    assert!(is_active(&scene, &token).await);
    let keys = scene
        .control
        .post("/token-keys", json!({ "at_once": true }))
        .await
        .done();
    assert_eq!(keys.as_array().unwrap().len(), 1);
    assert!(!is_active(&scene, &token).await);
    assert!(checked(&scene, &token).await.is_none());
    let token = issued(&scene, &scene.amelie).await;
    assert!(is_active(&scene, &token).await && checked(&scene, &token).await.is_some());
}
