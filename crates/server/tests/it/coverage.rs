//! Every operation of the API: refused to those who may not, and written to the audit log once when it changes something.
//! An operation that is added to the description must be added here.

mod scene;

use std::collections::{BTreeMap, BTreeSet};

use perch_testkit::POOL;
use reqwest::Method;
use serde_json::{Value, json};

use scene::{Operation, scene};

/// Operations that anybody who is signed in may carry out, so that nobody can be refused but by being signed out. May only
/// shrink.
const OPEN_TO_ALL: [&str; 10] = [
    "change_password",
    "create_token",
    "get_principal",
    "get_session",
    "list_applications",
    "list_pools",
    "list_principals",
    "list_tokens",
    "sign_in",
    "sign_out",
];

/// Changing operations without an audit entry: what people say, and what they keep for themselves, are no administrative
/// acts, and the log of the room says who posted; what a token is used for is for the add-in to record; trying a text and
/// looking at a page change nothing; what clients report of pages is written in sums. May only shrink.
const NOT_AUDITED: [&str; 9] = [
    "check_addin",
    "follow_room",
    "issue_token",
    "mark_read",
    "post_message",
    "report_handshake",
    "report_pane",
    "test_triggers",
    "unfollow_room",
];

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
