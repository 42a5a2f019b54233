//! The bus over a real NATS server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use perch_live::bus::{Bus, Delivery};
use perch_live_nats::{NatsBus, NatsError, NatsSettings};
use perch_test_servers::Nats;

/// How long a test waits for what has to come.
const WAIT_MAX: Duration = Duration::from_secs(30);

fn settings(url: &str, authorities: Option<PathBuf>) -> NatsSettings {
    NatsSettings {
        url: url.parse().unwrap(),
        subject: "perch.test".to_owned(),
        authorities,
        node: "one".to_owned(),
    }
}

/// The next event, whatever was lost before.
async fn next(bus: &NatsBus) -> Bytes {
    let event = async {
        loop {
            if let Delivery::Event(event) = bus.receive().await {
                return event;
            }
        }
    };
    tokio::time::timeout(WAIT_MAX, event).await.unwrap()
}

#[tokio::test]
async fn every_node_hears_what_one_says_itself_included_in_order() {
    let nats = Nats::start();
    let one = NatsBus::connect(&settings(&nats.url(), None))
        .await
        .unwrap();
    let two = NatsBus::connect(&settings(&nats.url(), None))
        .await
        .unwrap();
    // The subscriptions of both are known to the server once both hear something.
    one.publish(Bytes::from_static(b"begin")).await;
    assert_eq!(next(&one).await, "begin");
    two.publish(Bytes::from_static(b"begin")).await;
    while next(&two).await != "begin" {}
    while next(&one).await != "begin" {}
    for n in 0..100 {
        one.publish(Bytes::from(format!("event {n}"))).await;
    }
    for bus in [&one, &two] {
        let mut heard = 0;
        while heard < 100 {
            let event = next(bus).await;
            if event != "begin" {
                assert_eq!(event, format!("event {heard}"));
                heard += 1;
            }
        }
    }
}

#[tokio::test]
async fn a_lost_connection_is_told_and_comes_back() {
    let mut nats = Nats::start();
    let bus = NatsBus::connect(&settings(&nats.url(), None))
        .await
        .unwrap();
    bus.publish(Bytes::from_static(b"before")).await;
    assert_eq!(next(&bus).await, "before");
    nats.kill();
    let lost = tokio::time::timeout(WAIT_MAX, bus.receive()).await.unwrap();
    assert_eq!(lost, Delivery::Lost);
    bus.publish(Bytes::from_static(b"dropped")).await;
    nats.start_again();
    let back = async {
        loop {
            bus.publish(Bytes::from_static(b"after")).await;
            let heard = tokio::time::timeout(Duration::from_millis(100), bus.receive()).await;
            if let Ok(Delivery::Event(event)) = heard {
                assert_eq!(
                    event, "after",
                    "what was said without a connection is not said later"
                );
                return;
            }
        }
    };
    tokio::time::timeout(WAIT_MAX, back).await.unwrap();
}

#[tokio::test]
async fn a_node_starts_without_nats_and_finds_it_later() {
    let mut nats = Nats::start();
    nats.kill();
    let bus = NatsBus::connect(&settings(&nats.url(), None))
        .await
        .unwrap();
    nats.start_again();
    let heard = async {
        loop {
            bus.publish(Bytes::from_static(b"here")).await;
            let heard = tokio::time::timeout(Duration::from_millis(100), bus.receive()).await;
            if let Ok(Delivery::Event(_)) = heard {
                return;
            }
        }
    };
    tokio::time::timeout(WAIT_MAX, heard).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_that_do_not_have_it() {
    let nats = Nats::start();
    let refused = NatsBus::connect(&settings(&nats.url_as("geheim"), None)).await;
    let Err(refused @ NatsError::Refused { .. }) = refused else {
        panic!("connected with a wrong password");
    };
    let said = refused.to_string();
    assert!(said.contains("Check user, password"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}

#[tokio::test]
async fn with_tls_only_a_server_of_a_named_authority_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let [certificate, key] = ["nats.pem", "nats.key"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let nats = Nats::start_tls(&certificate, &key);
    let believed = settings(&nats.url(), Some(certificate));
    let bus = NatsBus::connect(&believed).await.unwrap();
    bus.publish(Bytes::from_static(b"sealed")).await;
    assert_eq!(next(&bus).await, "sealed");
    let refused = NatsBus::connect(&settings(&nats.url(), None)).await;
    assert!(matches!(refused, Err(NatsError::Refused { .. })));
}
