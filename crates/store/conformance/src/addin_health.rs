//! Health of add-ins.

use std::sync::Arc;

use perch_domain::addin_health::Handshake;
use perch_domain::{AddinId, PrincipalId};
use perch_store::{CheckClaim, HandshakeCount, HandshakeReport, PoolStore, SeenPage, Storage};
use uuid::Uuid;

use crate::fixture::{START, addin, open};

const CHART: AddinId = AddinId(Uuid::from_u128(70));
const GONE: AddinId = AddinId(Uuid::from_u128(79));
const HOUR: i64 = 3_600;

async fn prepare(storage: &dyn Storage) -> Arc<dyn PoolStore> {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write.insert_addin(&addin(70, "Chart")).await.unwrap();
    write.commit().await.unwrap();
    store
}

fn claim(at: i64, when_due: bool) -> CheckClaim {
    CheckClaim {
        addin: CHART,
        now: START.plus_seconds(at),
        held_until: START.plus_seconds(at + 15),
        due_at: START.plus_seconds(at + 24 * HOUR),
        when_due,
    }
}

fn seen(at: i64) -> SeenPage {
    SeenPage {
        at: START.plus_seconds(at),
        url: "https://prices.contoso.example/".to_owned(),
        observation: format!("{{\"at\":{at}}}"),
    }
}

fn said(person: u128, at: i64, handshake: Handshake) -> HandshakeReport {
    HandshakeReport {
        addin: CHART,
        person: PrincipalId(Uuid::from_u128(person)),
        at: START.plus_seconds(at),
        handshake,
        spoke: handshake == Handshake::Ok,
    }
}

fn fared([ok, silent, blocked]: [u64; 3], speaks: bool) -> HandshakeCount {
    HandshakeCount {
        addin: CHART,
        ok,
        silent,
        blocked,
        speaks,
    }
}

pub async fn a_page_is_looked_at_by_one_at_a_time(storage: &dyn Storage) {
    let store = prepare(storage).await;
    let claims = [claim(0, true), claim(0, true), claim(0, false)];
    let [first, second, third] = claims
        .each_ref()
        .map(|claim| store.claim_addin_check(claim));
    let won = [
        first.await.unwrap(),
        second.await.unwrap(),
        third.await.unwrap(),
    ];
    assert_eq!(won, [true, false, false]);
    // The claim has ended: by hand at once, otherwise when it is due.
    assert!(!store.claim_addin_check(&claim(14, false)).await.unwrap());
    assert!(!store.claim_addin_check(&claim(15, true)).await.unwrap());
    assert!(store.claim_addin_check(&claim(15, false)).await.unwrap());
    assert!(
        store
            .claim_addin_check(&claim(16 + 24 * HOUR, true))
            .await
            .unwrap()
    );
    let gone = CheckClaim {
        addin: GONE,
        ..claim(0, false)
    };
    assert!(!store.claim_addin_check(&gone).await.unwrap());
}

pub async fn what_was_seen_is_kept_until_the_page_is_another(storage: &dyn Storage) {
    let store = prepare(storage).await;
    let later = START.plus_seconds(20);
    assert!(
        !store
            .put_addin_health(CHART, &seen(0), later)
            .await
            .unwrap()
    );
    assert!(store.claim_addin_check(&claim(0, true)).await.unwrap());
    assert!(
        store
            .put_addin_health(CHART, &seen(1), later)
            .await
            .unwrap()
    );
    let [health] = &store.addin_health().await.unwrap()[..] else {
        panic!()
    };
    assert_eq!((health.addin, health.seen.clone()), (CHART, Some(seen(1))));
    assert_eq!(health.due_at, START.plus_seconds(24 * HOUR));
    assert!(!store.claim_addin_check(&claim(19, false)).await.unwrap());
    let spoke = [said(1, 0, Handshake::Ok)];
    store.put_addin_handshakes(&spoke, START).await.unwrap();
    let mut write = store.write().await.unwrap();
    write.forget_addin_health(CHART).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.addin_health().await.unwrap(), []);
    assert_eq!(store.addin_handshakes(START).await.unwrap(), []);
    assert!(store.claim_addin_check(&claim(1, true)).await.unwrap());
}

pub async fn of_each_person_the_last_time_counts(storage: &dyn Storage) {
    let store = prepare(storage).await;
    let gone = HandshakeReport {
        addin: GONE,
        ..said(4, 0, Handshake::Ok)
    };
    let first = [
        said(1, 10, Handshake::Ok),
        said(2, 11, Handshake::Silent),
        said(3, 12, Handshake::Blocked),
        gone,
    ];
    store.put_addin_handshakes(&first, START).await.unwrap();
    let counts = store.addin_handshakes(START).await.unwrap();
    assert_eq!(counts, [fared([1, 1, 1], true)]);

    // It works for the second now, and not for the first any more; what comes late changes nothing.
    let then = [said(1, 20, Handshake::Silent), said(2, 21, Handshake::Ok)];
    store.put_addin_handshakes(&then, START).await.unwrap();
    let late = [said(2, 15, Handshake::Blocked)];
    store.put_addin_handshakes(&late, START).await.unwrap();
    let counts = store.addin_handshakes(START).await.unwrap();
    assert_eq!(counts, [fared([1, 1, 1], true)]);
    let counts = store.addin_handshakes(START.plus_seconds(21)).await;
    assert_eq!(counts.unwrap(), [fared([1, 0, 0], true)]);
}

pub async fn that_a_page_has_spoken_is_known_for_as_long_as_people_are(storage: &dyn Storage) {
    let store = prepare(storage).await;
    let spoke = [said(1, 0, Handshake::Ok)];
    store.put_addin_handshakes(&spoke, START).await.unwrap();
    let silent = [said(1, 5, Handshake::Silent), said(2, 6, Handshake::Silent)];
    store.put_addin_handshakes(&silent, START).await.unwrap();
    let counts = store.addin_handshakes(START).await.unwrap();
    assert_eq!(counts, [fared([0, 2, 0], true)]);

    let later = START.plus_seconds(6);
    store.put_addin_handshakes(&[], later).await.unwrap();
    let counts = store.addin_handshakes(START).await.unwrap();
    assert_eq!(counts, [fared([0, 1, 0], false)]);
    let mut write = store.write().await.unwrap();
    write.delete_addin(CHART).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.addin_handshakes(START).await.unwrap(), []);
}
