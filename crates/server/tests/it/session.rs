//! Signing in and out, tokens, and where a request may come from.

use perch_testkit::{Answer, POOL, Person, Server, Socket};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";
const SESSION: &str = "/api/v1/session";

async fn sign_in(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password });
    server.nobody().post("/session", body).await
}

/// The connection ends because its session has.
async fn ends(socket: &mut Socket) {
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(socket.seen.last().unwrap()["code"], "NotSignedIn");
}

#[tokio::test]
async fn a_browser_gets_a_cookie_that_scripts_and_other_sites_do_not() {
    for (origin, name, secure) in [
        ("http://chat.contoso.example", "perch_session", false),
        ("https://chat.contoso.example", "__Host-perch_session", true),
    ] {
        let server = Server::start_at(origin).await;
        server.person("amelie").await;
        let answer = sign_in(&server, "amelie@contoso.com", PASSWORD).await;
        let cookie = answer.header("set-cookie").to_owned();
        answer.done();
        assert!(cookie.starts_with(&format!("{name}=perch_")), "{cookie}");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=1209600"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
        // What browsers ask of the prefix.
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn by_https_a_neighbours_cookie_of_the_plain_name_neither_signs_in_nor_out() {
    let server = Server::start_at("https://chat.contoso.example").await;
    let (amelie, mallory) = (
        server.person("amelie").await,
        server.person("mallory").await,
    );
    let mut secrets = Vec::new();
    for name in ["amelie@contoso.com", "mallory@contoso.com"] {
        let answer = sign_in(&server, name, PASSWORD).await;
        let cookie = answer.header("set-cookie").to_owned();
        answer.done();
        let (_, secret) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        secrets.push(secret.to_owned());
    }
    let session = async |cookie: String| {
        let headers = [("cookie", cookie.as_str())];
        let nobody = server.nobody();
        nobody.fetch(Method::GET, SESSION, &headers, None).await
    };
    let (own, tossed) = (
        format!("__Host-perch_session={}", secrets[0]),
        format!("perch_session={}", secrets[1]),
    );
    session(tossed.clone()).await.refused(401, "NotSignedIn");
    let both = session(format!("{tossed}; {own}")).await.done();
    assert_eq!(both["person"]["id"], amelie.id);
    assert_ne!(both["person"]["id"], mallory.id);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_connections_but_no_other() {
    let server = Server::start().await;
    let [leaving, staying] = [
        server.browser("amelie").await,
        server.browser("amelie").await,
    ];
    let mut open = Socket::connect(&leaving).await;
    let mut other = Socket::connect(&staying).await;
    let cookie = leaving.cookie().unwrap();
    assert_eq!(
        leaving.get("/session").await.done()["person"]["id"],
        leaving.id
    );

    let answer = leaving.delete("/session").await;
    assert!(answer.header("set-cookie").contains("perch_session=;"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    answer.done();
    ends(&mut open).await;
    leaving.get("/session").await.refused(401, "NotSignedIn");
    // Whoever kept the cookie has nothing.
    let thief = server.nobody();
    let kept = [("cookie", cookie.as_str())];
    thief
        .fetch(Method::GET, SESSION, &kept, None)
        .await
        .refused(401, "NotSignedIn");
    staying.get("/session").await.done();
    other.settle().await;
}

#[tokio::test]
async fn a_program_signs_in_with_a_token_whose_secret_is_shown_once() {
    let server = Server::start().await;
    let browser = server.browser("amelie").await;
    let issued = browser
        .post("/tokens", json!({ "name": "ticker" }))
        .await
        .done();
    let secret = issued["secret"].as_str().unwrap();
    let nobody = server.nobody();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {secret}");
        let answer = nobody
            .fetch(Method::GET, SESSION, &[("authorization", &header)], None)
            .await;
        assert_eq!(answer.done()["person"]["id"], browser.id);
    }
    for wrong in [
        format!("Basic {secret}"),
        format!("Bearer {secret}0"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
    ] {
        let answer = nobody
            .fetch(Method::GET, SESSION, &[("authorization", &wrong)], None)
            .await;
        answer.refused(401, "NotSignedIn");
    }
    let listed = browser.get("/tokens").await;
    assert!(listed.text.contains("ticker"));
    assert!(
        !listed.text.contains(secret) && !listed.text.contains("secret"),
        "{}",
        listed.text
    );
}

#[tokio::test]
async fn a_deleted_token_and_its_connections_end_and_only_its_owner_can_delete_it() {
    let server = Server::start().await;
    let browser = server.browser("amelie").await;
    let blake = server.person("blake").await;
    let program = server.person("amelie").await;
    let mut open = Socket::connect(&program).await;
    let tokens = browser.get("/tokens").await.done();
    let token = tokens.as_array().unwrap().last().unwrap()["id"]
        .as_str()
        .unwrap();
    let path = format!("/tokens/{token}");
    blake.delete(&path).await.refused(404, "NoSuchNode");
    program.get("/session").await.done();
    browser.delete(&path).await.done();
    ends(&mut open).await;
    program.get("/session").await.refused(401, "NotSignedIn");
    browser.get("/session").await.done();
}

#[tokio::test]
async fn a_session_and_a_token_end_when_their_time_is_over_in_open_windows_too() {
    const DAY: i64 = 24 * 3_600;
    let server = Server::start().await;
    let browser = server.browser("amelie").await;
    let body = json!({ "name": "short", "expires_in_days": 1 });
    let secret = browser.post("/tokens", body).await.done()["secret"].clone();
    let header = format!("Bearer {}", secret.as_str().unwrap());
    let headers = [("authorization", header.as_str())];
    let program = server.nobody();
    let mut by_token = Socket::try_connect(&program, &headers).await.unwrap();
    let mut by_cookie = Socket::connect(&browser).await;
    program
        .fetch(Method::GET, SESSION, &headers, None)
        .await
        .done();

    server.clock().advance_seconds(DAY);
    program
        .fetch(Method::GET, SESSION, &headers, None)
        .await
        .refused(401, "NotSignedIn");
    by_token.send(json!({ "type": "ping", "id": 1 })).await;
    ends(&mut by_token).await;
    browser.get("/session").await.done();
    by_cookie.settle().await;
    server.clock().advance_seconds(13 * DAY);
    browser.get("/session").await.refused(401, "NotSignedIn");
    by_cookie.send(json!({ "type": "ping", "id": 1 })).await;
    ends(&mut by_cookie).await;
}

#[tokio::test]
async fn a_token_that_would_outlast_time_is_refused() {
    let server = Server::start().await;
    let amelie = server.person("amelie").await;
    for days in [0, 36_501, u32::MAX] {
        let body = json!({ "name": "forever", "expires_in_days": days });
        let answer = amelie.post("/tokens", body).await;
        answer.refused(422, "InvalidArgument");
        assert_eq!(answer.body["field"], "expires_in_days");
    }
    let body = json!({ "name": "long", "expires_in_days": 36_500 });
    let issued = amelie.post("/tokens", body).await.done();
    assert_eq!(
        &issued["token"]["expires_at"].as_str().unwrap()[..4],
        "2125"
    );
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions() {
    let server = Server::start().await;
    let [changing, other] = [
        server.browser("amelie").await,
        server.browser("amelie").await,
    ];
    let mut kept = Socket::connect(&changing).await;
    let mut ended = Socket::connect(&other).await;
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let path = "/session/password";
    let answer = changing
        .post(path, change("wrong horse!", "battery staple"))
        .await;
    answer.refused(401, "SignInFailed");
    assert_eq!(answer.body["field"], "current");
    let answer = changing.post(path, change(PASSWORD, "short")).await;
    answer.refused(422, "InvalidPassword");
    assert_eq!(answer.body["field"], "new");
    other.get("/session").await.done();

    changing
        .post(path, change(PASSWORD, "battery staple"))
        .await
        .done();
    ends(&mut ended).await;
    other.get("/session").await.refused(401, "NotSignedIn");
    changing.get("/session").await.done();
    kept.settle().await;
    sign_in(&server, "amelie@contoso.com", PASSWORD)
        .await
        .refused(401, "SignInFailed");
    sign_in(&server, "amelie@contoso.com", "battery staple")
        .await
        .done();
}

#[tokio::test]
async fn nobody_learns_whether_an_account_exists_or_is_disabled() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let group = json!({ "kind": "group", "address": "CN=Desk", "display_name": "Desk" });
    control.post("/principals", group).await.done();
    sign_in(&server, &amelie.address, PASSWORD).await.done();
    let path = format!("/principals/{}", blake.id);
    control
        .patch(&path, json!({ "disabled": true }))
        .await
        .done();
    let wrong = sign_in(&server, &amelie.address, "wrong horse!").await;
    wrong.refused(401, "SignInFailed");
    let long = "x".repeat(10_000);
    for (name, password) in [
        (blake.address.as_str(), PASSWORD),
        ("nobody@contoso.com", PASSWORD),
        ("CN=Desk", PASSWORD),
        ("", ""),
        (long.as_str(), PASSWORD),
        (amelie.address.as_str(), long.as_str()),
    ] {
        let answer = sign_in(&server, name, password).await;
        assert_eq!(
            (answer.status, &answer.text),
            (wrong.status, &wrong.text),
            "{name:.20}"
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_one_account_however_it_is_typed() {
    let server = Server::start().await;
    let [amelie, blake] = [server.person("amelie").await, server.person("blake").await];
    let spellings = [
        "sip:amelie@contoso.com",
        "amelie@contoso.com",
        "AMELIE@contoso.com",
        amelie.id.as_str(),
    ];
    for attempt in 0..10 {
        let name = spellings[attempt % spellings.len()];
        sign_in(&server, name, "wrong horse!")
            .await
            .refused(401, "SignInFailed");
    }
    for name in spellings {
        let answer = sign_in(&server, name, PASSWORD).await;
        answer.refused(429, "TooManyAttempts");
        assert!(!answer.header("retry-after").is_empty());
    }
    sign_in(&server, &blake.address, PASSWORD).await.done();
    let audit = server.audit().await;
    let failures = audit
        .iter()
        .filter(|entry| entry.action == "session.refuse");
    assert_eq!(failures.count(), 10);
}

#[tokio::test]
async fn a_changing_request_from_a_foreign_page_is_refused() {
    let server = Server::start_at("https://chat.contoso.example").await;
    let amelie = server.person("amelie").await;
    let host = server.url();
    let body = || Some(json!({ "name": "ticker" }).to_string());
    let path = "/api/v1/tokens";
    for headers in [
        vec![("origin", "https://chat.contoso.example")],
        vec![("origin", host.as_str())],
        vec![("sec-fetch-site", "same-origin")],
        vec![],
    ] {
        amelie
            .fetch(Method::POST, path, &headers, body())
            .await
            .done();
    }
    let before = amelie.get("/tokens").await.text;
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://chat.contoso.example.evil.example")],
        vec![("origin", "http://chat.contoso.example")],
        vec![("origin", "null")],
        vec![("origin", "")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
    ] {
        let answer = amelie.fetch(Method::POST, path, &headers, body()).await;
        answer.refused(403, "ForeignOrigin");
        let answer = Socket::try_connect(&amelie, &headers).await;
        let (status, problem) = answer.err().unwrap();
        assert_eq!(
            (status, &problem["code"]),
            (403, &json!("ForeignOrigin")),
            "{headers:?}"
        );
        // Reading is the browser's to prevent: no answer says that others may.
        let answer = amelie.fetch(Method::GET, path, &headers, None).await;
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_eq!(answer.text, before);
    }
    let own = [("origin", "https://chat.contoso.example")];
    Socket::try_connect(&amelie, &own)
        .await
        .unwrap()
        .settle()
        .await;
}

#[tokio::test]
async fn a_connection_needs_a_session() {
    let server = Server::start().await;
    let (status, problem) = Socket::try_connect(&server.nobody(), &[])
        .await
        .err()
        .unwrap();
    assert_eq!((status, &problem["code"]), (401, &json!("NotSignedIn")));
    Socket::connect(&server.browser("amelie").await)
        .await
        .settle()
        .await;
}

#[tokio::test]
async fn a_session_says_what_the_client_needs_at_its_start() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let [idris, cleo, amelie] = [
        server.person("idris").await,
        server.person("cleo").await,
        server.person("amelie").await,
    ];
    let scope = [&idris.id, &cleo.id, &amelie.id];
    server
        .category_of(json!({ "name": "Trading", "allowed_members": scope, "creators": [cleo.id] }))
        .await;
    let room = json!({ "category": "Trading", "name": "FX", "managers": [idris.id], "members": [amelie.id] });
    server.room_of(room).await;
    for (person, flags) in [
        (&control, [true, true, true]),
        (&idris, [false, false, true]),
        (&cleo, [false, true, false]),
        (&amelie, [false, false, false]),
    ] {
        let session = person.get("/session").await.done();
        let said = ["administrator", "may_create_rooms", "may_manage_rooms"]
            .map(|flag| session[flag] == true);
        assert_eq!(said, flags, "{}", person.address);
        assert_eq!(session["pools"][0]["fqdn"], POOL);
        assert_eq!(session["limits"]["message_chars_max"], 4_000);
    }
}

#[tokio::test]
async fn no_answer_and_no_audit_entry_holds_a_secret() {
    let server = Server::start().await;
    let control = server.administrator().await;
    let browser = server.browser("amelie").await;
    let new = json!({ "kind": "user", "address": "zoe@contoso.com", "display_name": "Zoe", "password": "tell nobody of it" });
    let created = control.post("/principals", new).await;
    let id = created.body["id"].as_str().unwrap().to_owned();
    let changed = control
        .patch(
            &format!("/principals/{id}"),
            json!({ "password": "tell nobody either" }),
        )
        .await;
    let mut texts = vec![
        created.text,
        changed.text,
        format!("{:?}", server.audit().await),
    ];
    for person in [&control, &browser] {
        for path in [
            "/session",
            "/tokens",
            "/principals",
            "/principals?search=zoe",
            "/pools",
        ] {
            texts.push(person.get(path).await.text);
        }
    }
    let cookie = browser.cookie().unwrap();
    let secret = cookie.split_once('=').unwrap().1;
    let hidden = [
        PASSWORD,
        "tell nobody",
        "argon2",
        secret,
        Person::secret(&control).unwrap(),
    ];
    for text in texts {
        for hidden in hidden {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
    let audit: Vec<Value> = server
        .audit()
        .await
        .iter()
        .map(|entry| json!(entry.action))
        .collect();
    assert!(audit.contains(&json!("principal.update")));
}
