//! The table: each operation with a request that succeeds.

use perch_testkit::{POOL, Person, Server};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) struct Operation {
    pub(super) id: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// What somebody is told who is signed in and is nobody here.
    pub(super) outsider: Option<(u16, &'static str)>,
}

pub(super) struct Scene {
    pub(super) server: Server,
    /// An administrator who signed in as a browser does.
    pub(super) browser: Person,
    pub(super) operations: Vec<Operation>,
}

/// Each operation once, in an order in which all of them succeed for an administrator.
pub(super) async fn scene() -> Scene {
    let server = Server::start().await;
    let browser = server.browser("control").await;
    let amelie = server.person("amelie").await;
    let category = server.category("Trading", &[&amelie]).await;
    let addin = server
        .addin("Topic", "https://topics.contoso.example/")
        .await;
    let room = server
        .room_of(json!({ "category": "Trading", "name": "FX", "addin": addin }))
        .await;
    let asked = json!({ "nonce": Uuid::new_v4(), "text": "Who follows $MSFT?" });
    let messages = format!("/rooms/{room}/messages");
    browser.post(&messages, asked).await.done();
    let webhook = format!("addins/{addin}/webhook");
    // Nobody is there, and is found out at once.
    let receiver = json!({ "url": "http://127.0.0.1:9/" });
    let path = format!("/pools/{POOL}/{webhook}");
    browser.put(&path, receiver.clone()).await.done();
    server.give_up(&addin, &room, 1).await;
    let letter = format!("{webhook}/dead-letters/{room}/1");
    let token = browser
        .post("/tokens", json!({ "name": "old" }))
        .await
        .done()["token"]["id"]
        .clone();
    let tickets = |name: &str| {
        let rule = json!({ "kind": "pattern", "pattern": "INC-[0-9]+", "id_field": "number" });
        json!({ "name": name, "context_type": "x.ticket", "rule": rule })
    };
    let trigger = browser
        .post(&format!("/pools/{POOL}/triggers"), tickets("Tickets"))
        .await
        .done()["id"]
        .clone();
    let trigger = format!("triggers/{}", trigger.as_str().unwrap());
    let pool = |rest: &str| format!("/pools/{POOL}/{rest}");
    let in_room = |rest: &str| format!("/rooms/{room}{rest}");
    let addin_id = addin.clone();
    let (addin, category) = (
        format!("addins/{addin}"),
        format!("categories/{}", category["id"].as_str().unwrap()),
    );
    let person = format!("/principals/{}", amelie.id);
    let imported = json!({ "nonce": Uuid::new_v4(), "author": amelie.address, "at": "2006-03-11T10:00:00Z", "text": "old" });
    let pane = browser.post(&in_room("/panes"), json!({})).await.done();
    let keys = "/token-keys".to_owned();
    let denied = Some((403, "ErrorPermission"));
    let hidden = Some((404, "NoSuchNode"));
    let rows = [
        ("get_session", "GET", "/session".to_owned(), None, None),
        (
            "sign_in",
            "POST",
            "/session".to_owned(),
            Some(json!({ "name": amelie.address, "password": "correct horse" })),
            None,
        ),
        ("list_tokens", "GET", "/tokens".to_owned(), None, None),
        (
            "create_token",
            "POST",
            "/tokens".to_owned(),
            Some(json!({ "name": "new" })),
            None,
        ),
        (
            "delete_token",
            "DELETE",
            format!("/tokens/{}", token.as_str().unwrap()),
            None,
            hidden,
        ),
        ("list_pools", "GET", "/pools".to_owned(), None, None),
        (
            "create_pool",
            "POST",
            "/pools".to_owned(),
            Some(json!({ "fqdn": "other.contoso.com" })),
            denied,
        ),
        ("list_nodes", "GET", "/nodes".to_owned(), None, denied),
        (
            "update_node",
            "PATCH",
            "/nodes/node".to_owned(),
            Some(json!({ "active": true })),
            denied,
        ),
        (
            "list_principals",
            "GET",
            "/principals".to_owned(),
            None,
            None,
        ),
        (
            "create_principal",
            "POST",
            "/principals".to_owned(),
            Some(
                json!({ "kind": "user", "address": "new@contoso.com", "display_name": "New", "password": "correct horse" }),
            ),
            denied,
        ),
        ("get_principal", "GET", person.clone(), None, None),
        (
            "update_principal",
            "PATCH",
            person,
            Some(json!({ "display_name": "Amelie", "password": "battery staple" })),
            denied,
        ),
        // Below /v2, where the standard has them.
        (
            "list_applications",
            "GET",
            "/../../v2/apps".to_owned(),
            None,
            None,
        ),
        (
            "get_application",
            "GET",
            format!("/../../v2/apps/Topic@{POOL}"),
            None,
            Some((404, "NoSuchNode")),
        ),
        ("list_addins", "GET", pool("addins"), None, denied),
        (
            "create_addin",
            "POST",
            pool("addins"),
            Some(json!({ "name": "Prices", "url": "https://prices.contoso.example/" })),
            denied,
        ),
        ("get_addin", "GET", pool(&addin), None, denied),
        (
            "list_addin_health",
            "GET",
            pool("addin-health"),
            None,
            denied,
        ),
        (
            "get_addin_health",
            "GET",
            pool(&format!("{addin}/health")),
            None,
            denied,
        ),
        (
            "check_addin",
            "POST",
            pool(&format!("{addin}/health")),
            None,
            denied,
        ),
        (
            "update_addin",
            "PATCH",
            pool(&addin),
            Some(json!({ "name": "Topics" })),
            denied,
        ),
        ("get_webhook", "GET", pool(&webhook), None, denied),
        ("set_webhook", "PUT", pool(&webhook), Some(receiver), denied),
        (
            "rotate_webhook_secret",
            "POST",
            pool(&format!("{webhook}/secret")),
            None,
            denied,
        ),
        (
            "replay_webhook",
            "POST",
            pool(&format!("{webhook}/replay")),
            Some(json!({ "room": room, "from": 2 })),
            denied,
        ),
        ("retry_dead_letter", "POST", pool(&letter), None, denied),
        ("discard_dead_letter", "DELETE", pool(&letter), None, denied),
        ("delete_webhook", "DELETE", pool(&webhook), None, denied),
        ("list_triggers", "GET", pool("triggers"), None, denied),
        (
            "create_trigger",
            "POST",
            pool("triggers"),
            Some(tickets("Calls")),
            denied,
        ),
        ("get_trigger", "GET", pool(&trigger), None, denied),
        (
            "update_trigger",
            "PATCH",
            pool(&trigger),
            Some(json!({ "enabled": false })),
            denied,
        ),
        (
            "test_triggers",
            "POST",
            pool("triggers/test"),
            Some(json!({ "text": "$MSFT" })),
            denied,
        ),
        ("delete_trigger", "DELETE", pool(&trigger), None, denied),
        ("list_categories", "GET", pool("categories"), None, None),
        (
            "create_category",
            "POST",
            pool("categories"),
            Some(json!({ "name": "Research" })),
            denied,
        ),
        ("get_category", "GET", pool(&category), None, denied),
        (
            "update_category",
            "PATCH",
            pool(&category),
            Some(json!({ "description": "changed" })),
            denied,
        ),
        (
            "list_rooms",
            "GET",
            "/rooms?relation=all".to_owned(),
            None,
            denied,
        ),
        (
            "create_room",
            "POST",
            pool("rooms"),
            Some(json!({ "category": "Trading", "name": "Rates" })),
            Some((403, "UnableToCreateRoom")),
        ),
        (
            "check_room_name",
            "GET",
            pool("room-name?name=Bonds"),
            None,
            denied,
        ),
        ("get_room", "GET", in_room(""), None, hidden),
        (
            "update_room",
            "PATCH",
            in_room(""),
            Some(json!({ "description": "changed" })),
            hidden,
        ),
        ("get_room_detail", "GET", in_room("/detail"), None, hidden),
        (
            "list_participants",
            "GET",
            in_room("/participants"),
            None,
            hidden,
        ),
        ("follow_room", "PUT", in_room("/follow"), None, hidden),
        ("unfollow_room", "DELETE", in_room("/follow"), None, hidden),
        (
            "post_message",
            "POST",
            in_room("/messages"),
            Some(json!({ "nonce": Uuid::new_v4(), "text": "hello" })),
            hidden,
        ),
        (
            "mark_read",
            "PUT",
            in_room("/read"),
            Some(json!({ "seq": 1 })),
            hidden,
        ),
        ("list_messages", "GET", in_room("/messages"), None, hidden),
        ("list_originals", "GET", in_room("/originals"), None, hidden),
        (
            "search_messages",
            "GET",
            format!("/search/messages?q=old&room={room}"),
            None,
            hidden,
        ),
        (
            "import_messages",
            "POST",
            in_room("/import"),
            Some(json!({ "messages": [imported] })),
            hidden,
        ),
        (
            "put_storage",
            "PUT",
            in_room("/storage/topic"),
            Some(json!({ "value": 1, "version": 0 })),
            hidden,
        ),
        (
            "get_storage",
            "GET",
            in_room("/storage/topic"),
            None,
            hidden,
        ),
        ("list_storage", "GET", in_room("/storage"), None, hidden),
        (
            "open_pane",
            "POST",
            in_room("/panes"),
            Some(json!({ "wants": ["storage"] })),
            hidden,
        ),
        (
            "report_handshake",
            "POST",
            in_room("/handshakes"),
            Some(json!({ "addin": addin_id, "handshake": "ok" })),
            hidden,
        ),
        (
            "get_room_addin_health",
            "GET",
            in_room("/addin-health"),
            None,
            hidden,
        ),
        (
            "issue_token",
            "POST",
            in_room("/token"),
            Some(json!({ "pane": pane["token"] })),
            Some((409, "PaneEnded")),
        ),
        (
            "report_pane",
            "POST",
            in_room("/panes/report"),
            Some(
                json!({ "pane": pane["token"], "refused": [{ "code": "MsgNotSupported", "count": 2 }] }),
            ),
            Some((409, "PaneEnded")),
        ),
        ("list_token_keys", "GET", keys.clone(), None, denied),
        ("rotate_token_key", "POST", keys, Some(json!({})), denied),
        (
            "delete_addin",
            "DELETE",
            pool(&format!("{addin}?force=true")),
            None,
            denied,
        ),
        ("delete_room", "DELETE", in_room(""), None, hidden),
        (
            "delete_category",
            "DELETE",
            pool("categories/{emptied}"),
            None,
            denied,
        ),
        (
            "change_password",
            "POST",
            "/session/password".to_owned(),
            Some(json!({ "current": "correct horse", "new": "battery staple" })),
            None,
        ),
        ("sign_out", "DELETE", "/session".to_owned(), None, None),
    ];
    let emptied = server.category("Emptied", &[]).await;
    let emptied = emptied["id"].as_str().unwrap();
    let operations = rows
        .into_iter()
        .map(|(id, method, path, body, outsider)| Operation {
            id,
            method: method.parse().unwrap(),
            path: path.replace("{emptied}", emptied),
            body,
            outsider,
        })
        .collect();
    Scene {
        server,
        browser,
        operations,
    }
}
