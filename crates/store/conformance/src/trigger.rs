//! Triggers.

use futures_util::TryStreamExt;
use perch_domain::trigger::{ContextType, Pattern, Rule, Trigger, Words};
use perch_domain::{Name, Revision, TriggerId};
use perch_store::snapshot::{Copyable, Part, Selection, tables};
use perch_store::{Key, Storage};
use uuid::Uuid;

use crate::fixture::{START, assert_conflict, fqdn, open};

fn tickets(n: u128, name: &str) -> Trigger {
    Trigger {
        id: TriggerId(Uuid::from_u128(n)),
        name: Name::parse(name).unwrap(),
        enabled: true,
        context_type: ContextType::parse("x.ticket").unwrap(),
        rule: Rule::Pattern(Pattern {
            pattern: r"INC-(\d+) 'é\".to_owned(),
            id_field: "number".to_owned(),
            match_case: false,
            whole_words: true,
            before: "^|[^$]".to_owned(),
            after: String::new(),
        }),
        revision: Revision(1),
        created_at: START,
        updated_at: START,
    }
}

fn dictionary() -> Rule {
    let csv = "word;ticker;ISIN\n\"Nestlé; S.A.\";NESN;CH0038863350\nMicrosoft;MSFT;";
    Rule::Words(Words::parse(csv).unwrap())
}

pub async fn a_trigger_is_found_as_it_was_stored_and_changed(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut trigger = tickets(1, "Tickets – café");
    let mut write = store.write().await.unwrap();
    write.put_trigger(&trigger).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().triggers, [trigger.clone()]);

    trigger.name = Name::parse("Companies").unwrap();
    trigger.enabled = false;
    trigger.context_type = ContextType::parse("fdc3.instrument").unwrap();
    trigger.rule = dictionary();
    trigger.revision = Revision(2);
    trigger.updated_at = START.plus_seconds(60);
    let mut write = store.write().await.unwrap();
    write.put_trigger(&trigger).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().triggers, [trigger.clone()]);

    trigger.rule = tickets(1, "x").rule;
    let mut write = store.write().await.unwrap();
    write.put_trigger(&trigger).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().triggers, [trigger]);
}

pub async fn a_triggers_name_is_unique_in_any_letter_case(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write.put_trigger(&tickets(1, "Straße")).await.unwrap();
    write.put_trigger(&tickets(1, "STRASSE")).await.unwrap();
    write.put_trigger(&tickets(2, "Other")).await.unwrap();
    write.commit().await.unwrap();
    for n in [2, 3] {
        let mut write = store.write().await.unwrap();
        assert_conflict(
            write.put_trigger(&tickets(n, "straße")).await,
            Key::TriggerName,
        );
    }
    assert_eq!(store.load().await.unwrap().triggers.len(), 2);
}

pub async fn an_absent_trigger_is_not_deleted(storage: &dyn Storage) {
    let store = open(storage).await;
    let there = tickets(1, "Tickets");
    let mut write = store.write().await.unwrap();
    write.put_trigger(&there).await.unwrap();
    assert!(
        !write
            .delete_trigger(TriggerId(Uuid::from_u128(2)))
            .await
            .unwrap()
    );
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().triggers, [there]);
}

pub async fn a_trigger_is_read_as_a_change_and_so_is_that_it_is_gone(storage: &dyn Storage) {
    let store = open(storage).await;
    let (first, second) = (tickets(1, "First"), tickets(2, "Second"));
    let mut write = store.write().await.unwrap();
    write.put_trigger(&first).await.unwrap();
    let seen = write.commit().await.unwrap();
    let mut write = store.write().await.unwrap();
    write.put_trigger(&second).await.unwrap();
    let then = write.commit().await.unwrap();
    assert!(then > seen);
    let changes = store.changes(seen).await.unwrap();
    assert_eq!(changes.triggers, [(second.id, Some(second))]);
    let mut write = store.write().await.unwrap();
    assert!(write.delete_trigger(first.id).await.unwrap());
    write.commit().await.unwrap();
    let changes = store.changes(then).await.unwrap();
    assert_eq!(changes.triggers, [(first.id, None)]);
}

pub async fn triggers_are_in_a_copy(storage: &(impl Storage + Copyable)) {
    let store = open(storage).await;
    let companies = Trigger {
        rule: dictionary(),
        ..tickets(2, "Companies")
    };
    let mut write = store.write().await.unwrap();
    write.put_trigger(&tickets(1, "Tickets")).await.unwrap();
    write.put_trigger(&companies).await.unwrap();
    write.commit().await.unwrap();
    let part = Part::Pool(fqdn());
    let table = tables(&part)
        .iter()
        .find(|table| table.name == "trigger")
        .unwrap();
    let columns: Vec<_> = table.columns.iter().collect();
    let selection = Selection {
        table,
        columns: &columns,
        room: None,
    };
    let mut snapshot = storage.snapshot(&part).await.unwrap().unwrap();
    let rows: Vec<_> = snapshot.rows(selection).try_collect().await.unwrap();
    let other = perch_domain::pool::PoolFqdn::parse("pchat02.contoso.example").unwrap();
    let mut filling = storage.filling(&Part::Pool(other.clone())).await.unwrap();
    filling.insert(selection, &rows).await.unwrap();
    filling.commit().await.unwrap();
    drop(filling);
    let copied = storage.pool(&other).await.unwrap().load().await.unwrap();
    let mut copied = copied.triggers;
    copied.sort_by_key(|trigger| trigger.id);
    assert_eq!(copied, [tickets(1, "Tickets"), companies]);
}
