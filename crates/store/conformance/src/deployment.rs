//! Principals, credentials and pools.

use std::sync::Arc;

use perch_domain::CredentialId;
use perch_domain::credential::{Credential, CredentialKind};
use perch_domain::principal::{Address, PrincipalKind};
use perch_store::{DeploymentStore, Key, Storage, StoredPrincipal};
use uuid::Uuid;

use crate::fixture::{START, assert_conflict, person, pool, principal};

async fn open(storage: &dyn Storage) -> Arc<dyn DeploymentStore> {
    storage.deployment().await.unwrap()
}

async fn insert(store: &dyn DeploymentStore, principals: &[StoredPrincipal]) {
    let mut write = store.write().await.unwrap();
    for new in principals {
        write.insert_principal(new).await.unwrap();
    }
    write.commit().await.unwrap();
}

async fn find(store: &dyn DeploymentStore, wanted: &StoredPrincipal) -> Option<StoredPrincipal> {
    let directory = store.load().await.unwrap();
    directory
        .principals
        .into_iter()
        .find(|stored| stored.principal.id == wanted.principal.id)
}

fn credential(n: u128, kind: CredentialKind, seconds: i64) -> Credential {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(&n.to_be_bytes());
    Credential {
        id: CredentialId(Uuid::from_u128(n)),
        kind,
        principal: person(1),
        name: format!("Credential {n}"),
        digest,
        created_at: START.plus_seconds(seconds),
        expires_at: (kind == CredentialKind::Session).then(|| START.plus_seconds(3_600)),
    }
}

pub async fn a_new_deployment_is_empty(storage: &dyn Storage) {
    let directory = open(storage).await.load().await.unwrap();
    assert_eq!(directory.principals, []);
    assert_eq!(directory.pools, []);
}

pub async fn principals_of_every_kind_are_found_as_they_were_stored(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut people = vec![
        principal(1, PrincipalKind::User, "amélie@contoso.example"),
        principal(2, PrincipalKind::Group, "CN=Traders,DC=contoso,DC=example"),
        principal(
            3,
            PrincipalKind::OrganizationalUnit,
            "OU=Desk,DC=contoso,DC=example",
        ),
        principal(4, PrincipalKind::Domain, "contoso.example"),
    ];
    people[0].principal.email = Some("amelie@contoso.example".to_owned());
    people[0].principal.administrator = true;
    people[0].principal.display_name = "Amélie Müller 📈".to_owned();
    people[1].principal.disabled = true;
    insert(&*store, &people).await;
    for wanted in &people {
        assert_eq!(find(&*store, wanted).await.as_ref(), Some(wanted));
    }
}

pub async fn containers_are_found_as_they_were_stored_and_replaced(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut user = principal(1, PrincipalKind::User, "amelie@contoso.example");
    let group = principal(2, PrincipalKind::Group, "CN=Traders");
    let domain = principal(3, PrincipalKind::Domain, "contoso.example");
    user.containers = vec![person(2), person(3)];
    insert(&*store, &[group, domain, user.clone()]).await;
    let mut stored = find(&*store, &user).await.unwrap();
    stored.containers.sort();
    assert_eq!(stored, user);

    user.containers = vec![person(3)];
    let mut write = store.write().await.unwrap();
    assert!(write.update_principal(&user).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(find(&*store, &user).await, Some(user));
}

pub async fn an_address_is_unique_in_any_letter_case(storage: &dyn Storage) {
    let store = open(storage).await;
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    let mut write = store.write().await.unwrap();
    let second = principal(2, PrincipalKind::User, "Amelie@CONTOSO.example");
    assert_conflict(write.insert_principal(&second).await, Key::Address);
    drop(write);
    assert_eq!(store.load().await.unwrap().principals.len(), 1);
}

pub async fn a_principal_changes_but_for_its_kind(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut user = principal(1, PrincipalKind::User, "amelie@contoso.example");
    let other = principal(2, PrincipalKind::User, "idris@contoso.example");
    insert(&*store, &[user.clone(), other]).await;

    user.principal.address =
        Address::parse(PrincipalKind::User, "amelie.roy@contoso.example").unwrap();
    user.principal.display_name = "Amélie Roy".to_owned();
    user.principal.email = Some("roy@contoso.example".to_owned());
    user.principal.disabled = true;
    user.principal.administrator = true;
    let mut write = store.write().await.unwrap();
    assert!(write.update_principal(&user).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(find(&*store, &user).await.as_ref(), Some(&user));

    user.principal.address = Address::parse(PrincipalKind::User, "IDRIS@contoso.example").unwrap();
    let mut write = store.write().await.unwrap();
    assert_conflict(write.update_principal(&user).await, Key::Address);
}

pub async fn an_absent_principal_is_not_updated(storage: &dyn Storage) {
    let store = open(storage).await;
    insert(&*store, &[principal(2, PrincipalKind::Group, "CN=Traders")]).await;
    let mut absent = principal(1, PrincipalKind::User, "nobody@contoso.example");
    absent.containers = vec![person(2)];
    let mut write = store.write().await.unwrap();
    assert!(!write.update_principal(&absent).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(find(&*store, &absent).await, None);
}

pub async fn a_dropped_deployment_transaction_leaves_nothing(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write
        .insert_principal(&principal(1, PrincipalKind::User, "amelie@contoso.example"))
        .await
        .unwrap();
    write
        .insert_pool(&pool("pchat01.contoso.example", 0))
        .await
        .unwrap();
    drop(write);
    let directory = store.load().await.unwrap();
    assert_eq!((directory.principals.len(), directory.pools.len()), (0, 0));
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    assert_eq!(store.load().await.unwrap().principals.len(), 1);
}

pub async fn a_password_hash_is_kept_and_replaced(storage: &dyn Storage) {
    let store = open(storage).await;
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    assert_eq!(store.password_hash(person(1)).await.unwrap(), None);
    assert_eq!(store.password_hash(person(9)).await.unwrap(), None);
    for hash in ["$argon2id$one", "$argon2id$two"] {
        let mut write = store.write().await.unwrap();
        write.set_password_hash(person(1), hash).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(
            store.password_hash(person(1)).await.unwrap().as_deref(),
            Some(hash)
        );
    }
}

pub async fn a_password_hash_survives_a_change_of_its_principal(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut user = principal(1, PrincipalKind::User, "amelie@contoso.example");
    insert(&*store, &[user.clone()]).await;
    let mut write = store.write().await.unwrap();
    write
        .set_password_hash(person(1), "$argon2id$one")
        .await
        .unwrap();
    user.principal.display_name = "Amélie".to_owned();
    assert!(write.update_principal(&user).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(
        store.password_hash(person(1)).await.unwrap().as_deref(),
        Some("$argon2id$one")
    );
}

pub async fn credentials_are_found_by_their_digest_or_identifier_and_listed_by_kind(
    storage: &dyn Storage,
) {
    let store = open(storage).await;
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    let later = credential(10, CredentialKind::Token, 20);
    let earlier = credential(11, CredentialKind::Token, 10);
    let session = credential(12, CredentialKind::Session, 0);
    let mut write = store.write().await.unwrap();
    for new in [&later, &earlier, &session] {
        write.insert_credential(new).await.unwrap();
    }
    write.commit().await.unwrap();

    let by_digest = async |digests: &[[u8; 32]]| {
        let mut found = store.find_credentials(digests).await.unwrap();
        found.sort_by_key(|credential| credential.id);
        found
    };
    let asked = [session.digest, [9; 32], later.digest, session.digest];
    let found = by_digest(&asked).await;
    assert_eq!(found.iter().collect::<Vec<_>>(), [&later, &session]);
    assert_eq!(by_digest(&[[9; 32]]).await, []);
    assert_eq!(by_digest(&[]).await, []);
    for known in [&later, &session] {
        let found = store.credential(known.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(known));
    }
    let unknown = credential(13, CredentialKind::Session, 0).id;
    assert_eq!(store.credential(unknown).await.unwrap(), None);
    assert_eq!(
        store
            .list_credentials(person(1), CredentialKind::Token)
            .await
            .unwrap(),
        [earlier, later]
    );
    assert_eq!(
        store
            .list_credentials(person(1), CredentialKind::Session)
            .await
            .unwrap(),
        [session]
    );
    assert_eq!(
        store
            .list_credentials(person(2), CredentialKind::Token)
            .await
            .unwrap(),
        []
    );
}

pub async fn only_its_owner_removes_a_credential(storage: &dyn Storage) {
    let store = open(storage).await;
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    let token = credential(10, CredentialKind::Token, 0);
    let mut write = store.write().await.unwrap();
    write.insert_credential(&token).await.unwrap();
    assert!(!write.delete_credential(person(2), token.id).await.unwrap());
    write.commit().await.unwrap();
    let found = store.find_credentials(&[token.digest]).await.unwrap();
    assert_eq!(found.first(), Some(&token));

    let mut write = store.write().await.unwrap();
    assert!(write.delete_credential(person(1), token.id).await.unwrap());
    assert!(!write.delete_credential(person(1), token.id).await.unwrap());
    write.commit().await.unwrap();
    let found = store.find_credentials(&[token.digest]).await.unwrap();
    assert_eq!(found, []);
}

pub async fn all_sessions_but_one_end_and_tokens_stay(storage: &dyn Storage) {
    let store = open(storage).await;
    insert(
        &*store,
        &[principal(1, PrincipalKind::User, "amelie@contoso.example")],
    )
    .await;
    let token = credential(10, CredentialKind::Token, 0);
    let sessions = [11, 12, 13].map(|n| credential(n, CredentialKind::Session, 0));
    let mut write = store.write().await.unwrap();
    for new in sessions.iter().chain([&token]) {
        write.insert_credential(new).await.unwrap();
    }
    write
        .delete_sessions(person(1), Some(sessions[1].id))
        .await
        .unwrap();
    write.commit().await.unwrap();
    let left = store
        .list_credentials(person(1), CredentialKind::Session)
        .await
        .unwrap();
    assert_eq!(left, [sessions[1].clone()]);

    let mut write = store.write().await.unwrap();
    write.delete_sessions(person(1), None).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(
        store
            .list_credentials(person(1), CredentialKind::Session)
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .list_credentials(person(1), CredentialKind::Token)
            .await
            .unwrap(),
        [token]
    );
}

pub async fn pools_are_listed_in_the_order_of_their_creation(storage: &dyn Storage) {
    let store = open(storage).await;
    let pools = [
        pool("zurich.contoso.example", 0),
        pool("atlanta.contoso.example", 10),
    ];
    let mut write = store.write().await.unwrap();
    for new in pools.iter().rev() {
        write.insert_pool(new).await.unwrap();
    }
    write.commit().await.unwrap();
    assert_eq!(store.load().await.unwrap().pools, pools);
}

pub async fn a_pools_name_is_unique(storage: &dyn Storage) {
    let store = open(storage).await;
    let mut write = store.write().await.unwrap();
    write
        .insert_pool(&pool("pchat01.contoso.example", 0))
        .await
        .unwrap();
    assert_conflict(
        write.insert_pool(&pool("PChat01.Contoso.Example", 1)).await,
        Key::PoolFqdn,
    );
}
