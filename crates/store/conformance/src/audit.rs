//! The audit log of both kinds of store.

use perch_domain::audit::AuditRecord;
use perch_domain::principal::PrincipalKind;
use perch_store::{AuditEntry, Storage};

use crate::fixture::{START, open, person, principal};

fn record(action: &'static str, target: &str, by: Option<u128>) -> AuditRecord {
    AuditRecord {
        at: START,
        actor: by.map(person),
        action,
        target: target.to_owned(),
        before: None,
        after: Some("{\"name\":\"Équipe\"}".to_owned()),
    }
}

fn entry(action: &str, target: &str, by: Option<u128>) -> AuditEntry {
    AuditEntry {
        actor: by.map(person),
        action: action.to_owned(),
        target: target.to_owned(),
        after: Some("{\"name\":\"Équipe\"}".to_owned()),
    }
}

pub async fn a_pools_audit_log_is_read_newest_first(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write
        .audit(&record("addin.create", r"pchat01\Chart", Some(1)))
        .await
        .unwrap();
    write
        .audit(&record("room.create", r"pchat01\Équipe", None))
        .await
        .unwrap();
    write.commit().await.unwrap();
    let mut write = store.write().await.unwrap();
    write
        .audit(&record("addin.delete", r"pchat01\Chart", Some(2)))
        .await
        .unwrap();
    write.commit().await.unwrap();

    let wanted = [
        entry("addin.delete", r"pchat01\Chart", Some(2)),
        entry("room.create", r"pchat01\Équipe", None),
        entry("addin.create", r"pchat01\Chart", Some(1)),
    ];
    assert_eq!(store.audit(10).await.unwrap(), wanted);
    assert_eq!(store.audit(1).await.unwrap(), wanted[..1]);
}

pub async fn an_audit_record_is_undone_with_its_change(storage: &dyn Storage) {
    let store = storage.deployment().await.unwrap();
    let user = principal(1, PrincipalKind::User, "amelie@contoso.example");
    let mut write = store.write().await.unwrap();
    write.insert_principal(&user).await.unwrap();
    write
        .audit(&record(
            "principal.create",
            "sip:amelie@contoso.example",
            None,
        ))
        .await
        .unwrap();
    drop(write);
    assert_eq!(store.audit(10).await.unwrap(), []);

    let mut write = store.write().await.unwrap();
    write.insert_principal(&user).await.unwrap();
    write
        .audit(&record(
            "principal.create",
            "sip:amelie@contoso.example",
            None,
        ))
        .await
        .unwrap();
    write.commit().await.unwrap();
    assert_eq!(
        store.audit(10).await.unwrap(),
        [entry(
            "principal.create",
            "sip:amelie@contoso.example",
            None
        )]
    );
}
