//! Every operation of the API: refused to those who may not, and written to the audit log once when it changes something.
//! An operation that is added to the description must be added here.

use std::collections::{BTreeMap, BTreeSet};

use perch_testkit::{POOL, Person, Server};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Operations that anybody who is signed in may carry out, so that nobody can be refused but by being signed out. May only
/// shrink.
const OPEN_TO_ALL: [&str; 9] = [
    "change_password",
    "create_token",
    "get_principal",
    "get_session",
    "list_pools",
    "list_principals",
    "list_tokens",
    "sign_in",
    "sign_out",
];

/// Changing operations without an audit entry: what people say, and what they keep for themselves, are no administrative
/// acts, and the log of the room says who posted. May only shrink.
const NOT_AUDITED: [&str; 5] = [
    "follow_room",
    "mark_read",
    "post_message",
    "put_storage",
    "unfollow_room",
];

struct Operation {
    id: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
    /// What somebody is told who is signed in and is nobody here.
    outsider: Option<(u16, &'static str)>,
}

struct Scene {
    server: Server,
    /// An administrator who signed in as a browser does.
    browser: Person,
    operations: Vec<Operation>,
}

/// Each operation once, in an order in which all of them succeed for an administrator.
async fn scene() -> Scene {
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
    let token = browser
        .post("/tokens", json!({ "name": "old" }))
        .await
        .done()["token"]["id"]
        .clone();
    let pool = |rest: &str| format!("/pools/{POOL}/{rest}");
    let in_room = |rest: &str| format!("/rooms/{room}{rest}");
    let (addin, category) = (
        format!("addins/{addin}"),
        format!("categories/{}", category["id"].as_str().unwrap()),
    );
    let person = format!("/principals/{}", amelie.id);
    let imported = json!({ "nonce": Uuid::new_v4(), "author": amelie.address, "at": "2006-03-11T10:00:00Z", "text": "old" });
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
            "update_addin",
            "PATCH",
            pool(&addin),
            Some(json!({ "name": "Topics" })),
            denied,
        ),
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

/// What the description says: the operations and their methods.
fn described() -> BTreeMap<String, Method> {
    let api: Value = serde_json::from_str(include_str!("../../../../api/openapi.json")).unwrap();
    let paths = api["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap());
    operations
        .map(|(method, operation)| {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            (id, method.to_uppercase().parse().unwrap())
        })
        .collect()
}

/// Whether two lists are the same; says what is missing and what is too much.
#[track_caller]
fn same(found: &BTreeSet<&str>, list: &[&str], what: &str) {
    let list: BTreeSet<_> = list.iter().copied().collect();
    let (more, less) = (found - &list, &list - found);
    assert!(more.is_empty(), "{what}, and not in the list: {more:?}");
    assert!(
        less.is_empty(),
        "in the list without need, shorten it: {less:?}"
    );
}

#[tokio::test]
async fn the_table_names_every_operation_of_the_description() {
    let scene = scene().await;
    let table: BTreeMap<_, _> = scene
        .operations
        .iter()
        .map(|operation| (operation.id.to_owned(), operation.method.clone()))
        .collect();
    assert_eq!(table, described());
}

#[tokio::test]
async fn every_operation_is_refused_to_who_is_not_signed_in() {
    let scene = scene().await;
    let nobody = scene.server.nobody();
    for operation in scene.operations {
        let Operation {
            id,
            method,
            path,
            body,
            ..
        } = operation;
        let answer = nobody.ask(method, &path, body.clone()).await;
        if id == "sign_in" {
            answer.done();
            let wrong = json!({ "name": body.unwrap()["name"], "password": "wrong horse!" });
            let answer = scene.server.nobody().post(&path, wrong).await;
            answer.refused(401, "SignInFailed");
            nobody.delete("/session").await.done();
            continue;
        }
        answer.refused(401, "NotSignedIn");
    }
}

#[tokio::test]
async fn every_operation_but_those_for_all_is_refused_to_who_is_nobody_here() {
    let scene = scene().await;
    let outsider = scene.server.person("zoe").await;
    let mut open = BTreeSet::new();
    for Operation {
        id,
        method,
        path,
        body,
        outsider: refusal,
    } in &scene.operations
    {
        let Some((status, code)) = refusal else {
            open.insert(*id);
            continue;
        };
        let answer = outsider.ask(method.clone(), path, body.clone()).await;
        answer.refused(*status, code);
    }
    // Categories are listed to everybody, those that one may use: none.
    assert!(open.remove("list_categories"));
    let path = format!("/pools/{POOL}/categories");
    assert_eq!(outsider.get(&path).await.done(), json!([]));
    assert_ne!(scene.browser.get(&path).await.done(), json!([]));
    same(&open, &OPEN_TO_ALL, "refused to nobody");
}

#[tokio::test]
async fn every_change_is_refused_to_a_foreign_page() {
    let scene = scene().await;
    for Operation {
        id,
        method,
        path,
        body,
        ..
    } in scene.operations
    {
        if method == Method::GET {
            continue;
        }
        let path = format!("/api/v1{path}");
        let body = body.map(|body| body.to_string());
        let foreign = [("origin", "https://evil.example")];
        let answer = scene.browser.fetch(method, &path, &foreign, body).await;
        answer.refused(403, "ForeignOrigin");
        assert_eq!(answer.body["code"], "ForeignOrigin", "{id}");
    }
    let own = [("origin", scene.server.url())];
    let own = own.each_ref().map(|(name, value)| (*name, value.as_str()));
    let path = "/api/v1/session";
    scene
        .browser
        .fetch(Method::DELETE, path, &own, None)
        .await
        .done();
}

#[tokio::test]
async fn every_change_is_audited_once_and_no_reading_is() {
    let scene = scene().await;
    let mut unaudited = BTreeSet::new();
    let mut before = scene.server.audit().await.len();
    for Operation {
        id,
        method,
        path,
        body,
        ..
    } in scene.operations
    {
        // Whoever signs in is somebody else, so that the browser keeps its session.
        let caller = if id == "sign_in" {
            scene.server.nobody()
        } else {
            scene.browser.clone()
        };
        caller.ask(method.clone(), &path, body).await.done();
        let audit = scene.server.audit().await;
        let entries = audit.len() - before;
        before = audit.len();
        if method == Method::GET {
            assert_eq!(entries, 0, "{id} only reads");
        } else if entries == 0 {
            unaudited.insert(id);
        } else {
            assert_eq!(entries, 1, "{id}");
            let newest = audit.iter().any(|entry| {
                entry.action.contains('.') && !entry.target.is_empty() && entry.actor.is_some()
            });
            assert!(newest, "{id}");
        }
    }
    same(&unaudited, &NOT_AUDITED, "changes without an audit entry");
}

#[tokio::test]
async fn what_is_refused_is_not_audited_as_done() {
    let scene = scene().await;
    let outsider = scene.server.person("zoe").await;
    let before = scene.server.audit().await;
    for operation in scene.operations {
        if operation.outsider.is_some() {
            let Operation {
                method, path, body, ..
            } = operation;
            let answer = outsider.ask(method, &path, body).await;
            assert!(answer.status >= 400, "{}", answer.text);
        }
    }
    assert_eq!(scene.server.audit().await, before);
}
