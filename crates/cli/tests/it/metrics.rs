//! The documented metrics are those that a server exports, no more and no fewer, and the dashboard shows nothing else.

use std::collections::{BTreeMap, BTreeSet};

use perch_testkit::{Person, Socket};
use serde_json::{Value, json};

use crate::nodes::Deployment;
use crate::process::{PASSWORD, Serving, deployment};

const POOL: &str = "/pools/pchat01.contoso.com";

/// Types and labels, by name.
type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

/// The table of `docs/metrics.md`.
fn documented() -> Metrics {
    let document = include_str!("../../../../docs/metrics.md");
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, name, kind, labels, _, _] = cells[..] else {
            return None;
        };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        let labels = labels.split('`').skip(1).step_by(2).map(str::to_owned);
        Some((name.to_owned(), (kind.to_owned(), labels.collect())))
    });
    rows.collect()
}

/// What `/metrics` says, as a table of the same form.
fn exported(text: &str) -> Metrics {
    let mut metrics = Metrics::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(typed) = line.strip_prefix("# TYPE ") {
            let (name, kind) = typed.split_once(' ').unwrap();
            name.clone_into(&mut current);
            metrics.insert(current.clone(), (kind.to_owned(), BTreeSet::new()));
        } else if let Some((_, labels)) = line.split_once('{') {
            let (labels, _) = labels.rsplit_once('}').unwrap();
            let names = labels
                .split("\",")
                .filter_map(|label| label.split_once('='));
            let known = &mut metrics.get_mut(&current).expect(line).1;
            known.extend(
                names
                    .map(|(name, _)| name.to_owned())
                    .filter(|name| name != "le"),
            );
        }
    }
    metrics
}

async fn scraped(server: &Serving) -> String {
    let answer = reqwest::get(server.metrics_url()).await.unwrap();
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    answer.text().await.unwrap()
}

/// The value of a series.
fn value(text: &str, series: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.expect(series).parse().unwrap()
}

#[tokio::test]
async fn the_documented_metrics_are_those_that_a_busy_server_exports() {
    let folder = deployment();
    let flags = [
        "--metrics-listen",
        "127.0.0.1:0",
        "--live-frames-burst",
        "20",
    ];
    let server = Serving::start(folder.path(), &flags);
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    let body = json!({ "name": "Floor", "allowed_members": ["control@contoso.com"] });
    control
        .post(&format!("{POOL}/categories"), body)
        .await
        .done();
    let body = json!({ "category": "Floor", "name": "Busy", "members": ["control@contoso.com"] });
    let room = control.post(&format!("{POOL}/rooms"), body).await.done();
    let room = room["id"].as_str().unwrap();

    let mut one = Socket::connect(&control).await;
    let mut other = Socket::connect(&control).await;
    one.join(room).await;
    other.join(room).await;
    one.post(room, "hello").await;
    other.expect("message").await;
    let busy = scraped(&server).await;
    assert_eq!(value(&busy, "perch_connections"), 2.0);
    assert_eq!(value(&busy, "perch_rooms_live"), 1.0);
    assert_eq!(value(&busy, "perch_join_seconds_count"), 2.0);
    let pool = r#"pool="pchat01.contoso.com""#;
    assert_eq!(
        value(&busy, &format!("perch_deliveries_total{{{pool}}}")),
        2.0
    );
    assert_eq!(
        value(
            &busy,
            &format!(r#"perch_posts_total{{{pool},outcome="stored"}}"#)
        ),
        1.0
    );

    let body = json!({ "name": "Prices", "url": "https://prices.contoso.example/" });
    let addin = control.post(&format!("{POOL}/addins"), body).await.done();
    let path = format!("/rooms/{room}");
    control
        .patch(&path, json!({ "addin": addin["id"] }))
        .await
        .done();
    let pane = control
        .post(&format!("{path}/panes"), json!({}))
        .await
        .done();
    let headers = [("perch-pane", pane["token"].as_str().unwrap())];
    let messages = format!("/api/v1{path}/messages");
    let refused = control.fetch(reqwest::Method::GET, &messages, &headers, None);
    refused.await.refused(403, "ActionNotGranted");
    let refused = json!({ "pane": pane["token"], "refused": [{ "code": "Flooded", "count": 3 }] });
    control
        .post(&format!("{path}/panes/report"), refused)
        .await
        .done();
    // Nobody listens there.
    let webhook = format!("{POOL}/addins/{}/webhook", addin["id"].as_str().unwrap());
    let receiver = json!({ "url": "http://127.0.0.1:9/" });
    control.put(&webhook, receiver).await.done();
    one.post(room, "$MSFT again").await;
    let away = r#"perch_webhook_events_total{outcome="away"}"#;
    while !scraped(&server).await.contains(away) {
        tokio::task::yield_now().await;
    }

    for id in 0..30 {
        one.send(json!({ "type": "ping", "id": id })).await;
    }
    assert_eq!(one.closed().await, Some(1008));
    let stranger = Person::nobody(&server.url);
    for _ in 0..11 {
        let wrong = json!({ "name": "nobody@contoso.com", "password": "not this one" });
        stranger.post("/session", wrong).await;
    }
    let text = scraped(&server).await;
    assert_eq!(value(&text, r#"perch_live_closes_total{code="1008"}"#), 1.0);
    assert_eq!(value(&text, r#"perch_rejected_total{limit="frames"}"#), 1.0);
    assert_eq!(
        value(&text, r#"perch_rejected_total{limit="sign_in"}"#),
        1.0
    );
    let refusals = |labels| value(&text, &format!("perch_addin_refusals_total{{{labels}}}"));
    assert_eq!(refusals(r#"by="server",code="ActionNotGranted""#), 1.0);
    assert_eq!(refusals(r#"by="client",code="Flooded""#), 3.0);
    assert!(
        text.contains(r#"route="/api/v1/pools/{pool}/rooms""#),
        "{text}"
    );
    assert!(!text.contains(room), "a label names a room:\n{text}");
    let mut exported = exported(&text);
    exported.append(&mut of_two_nodes().await);
    assert_eq!(exported, documented());
}

/// What a node exports that has another one beside it, and lost it once.
async fn of_two_nodes() -> Metrics {
    let deployment = Deployment::new();
    let one = deployment.node("one");
    let two = deployment.node("two");
    let until = async |series: &str, is: f64| {
        let series = |text: &str| text.contains(series) && value(text, series) == is;
        while !series(&scraped(&one).await) {
            tokio::task::yield_now().await;
        }
    };
    until("perch_nodes", 2.0).await;
    until("perch_bus_in_doubt", 0.0).await;
    two.kill();
    until("perch_nodes", 1.0).await;
    until("perch_bus_in_doubt", 0.0).await;
    exported(&scraped(&one).await)
}

#[tokio::test]
async fn the_chats_own_listener_shows_no_metrics() {
    let folder = deployment();
    let server = Serving::start(folder.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let answer = Person::nobody(&server.url)
        .fetch(reqwest::Method::GET, "/metrics", &[], None)
        .await;
    assert!(!answer.text.contains("perch_"), "{}", answer.text);
}

/// Every name in the expressions of a dashboard that looks like one of a metric.
fn named(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "expr" || name == "query" => names.extend(
                        text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                            .filter(|word| {
                                word.starts_with("perch_") || word.starts_with("process_")
                            })
                            .map(str::to_owned),
                    ),
                    _ => named(value, names),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| named(value, names)),
        _ => {}
    }
}

#[test]
fn the_dashboard_shows_documented_metrics_only_and_all_of_ours() {
    let dashboard = include_str!("../../../../packaging/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(dashboard).unwrap();
    let documented = documented();
    let mut shown = BTreeSet::new();
    named(&dashboard, &mut shown);
    let shown: BTreeSet<_> = shown
        .iter()
        .map(|name| {
            let metric = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|ending| name.strip_suffix(ending))
                .filter(|name| {
                    documented
                        .get(*name)
                        .is_some_and(|known| known.0 == "histogram")
                });
            metric.unwrap_or(name).to_owned()
        })
        .collect();
    let ours = documented.keys().filter(|name| name.starts_with("perch_"));
    for name in &shown {
        assert!(
            documented.contains_key(name),
            "{name} is not in docs/metrics.md"
        );
    }
    for name in ours {
        assert!(shown.contains(name), "the dashboard does not show {name}");
    }
}
