//! Objects from one cmdlet to the next.

use perch_shell::Exit;
use serde_json::json;

use crate::addin::{IDENTITY, URL, with_addin};
use crate::room::with_rooms;
use crate::support::PIPE;

#[tokio::test]
async fn objects_are_piped_from_get_to_set_and_remove() {
    let world = with_addin().await;
    world
        .run(&["New-CsPersistentChatAddin", "Other", "-Url", URL])
        .await
        .object();
    let all = world.run(&["Get-CsPersistentChatAddin"]).await.out;
    let edited = all.replace("/itchat", "/edited");
    world
        .run_with(PIPE, &edited, &["Set-CsPersistentChatAddin"])
        .await
        .silently();
    for addin in world.run(&["Get-CsPersistentChatAddin"]).await.objects() {
        assert_eq!(addin["Url"], "http://atl-cs-001.contoso.com/edited");
    }
    world
        .run_with(PIPE, &all, &["Remove-CsPersistentChatAddin"])
        .await
        .silently();
    assert!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .is_empty()
    );
}

#[tokio::test]
async fn a_pipe_carries_on_after_a_refusal_and_stops_at_what_is_no_object() {
    let world = with_addin().await;
    let input = format!(
        "{}\n{}\n",
        r#"{"Identity":"gone"}"#, r#"{"Identity":"ITPersistentChatAddin"}"#
    );
    let ran = world
        .run_with(
            PIPE,
            &input,
            &["Set-CsPersistentChatAddin", "-Url", "https://b.example/"],
        )
        .await;
    ran.refused("NoSuchAddin");
    assert_eq!(
        world.run(&["Get-CsPersistentChatAddin"]).await.object()["Url"],
        "https://b.example/"
    );
    let ran = world
        .run_with(PIPE, "no json\n", &["Remove-CsPersistentChatAddin"])
        .await;
    assert_eq!(ran.exit, Exit::Usage);
    let ran = world
        .run_with(PIPE, "", &["Remove-CsPersistentChatAddin"])
        .await;
    assert_eq!(ran.exit, Exit::Done);
    assert!(ran.err.contains("Nothing came"));
}

#[tokio::test]
async fn an_object_of_another_kind_is_not_taken_for_its_namesake() {
    let world = with_addin().await;
    let categories = world
        .run(&["New-CsPersistentChatCategory", "ITPersistentChatAddin"])
        .await
        .out;
    let ran = world
        .run_with(PIPE, &categories, &["Remove-CsPersistentChatAddin"])
        .await;
    assert_eq!(ran.exit, Exit::Usage, "{ran:?}");
    world
        .run(&["Get-CsPersistentChatAddin", IDENTITY])
        .await
        .object();
}

#[tokio::test]
async fn rooms_with_one_addin_are_piped_to_another() {
    let world = with_rooms().await;
    let before = world
        .run(&["Get-CsPersistentChatRoom", "-Addin", "X"])
        .await;
    world
        .run_with(
            PIPE,
            &before.out,
            &["Set-CsPersistentChatRoom", "-Addin", "Y"],
        )
        .await
        .silently();
    assert!(
        world
            .run(&["Get-CsPersistentChatRoom", "-Addin", "X"])
            .await
            .objects()
            .is_empty()
    );
    let after = world
        .run(&["Get-CsPersistentChatRoom", "-Addin", "Y"])
        .await
        .objects();
    let with_y: Vec<_> = before
        .objects()
        .into_iter()
        .map(|mut room| {
            room["Addin"] = json!("Y");
            room
        })
        .collect();
    assert_eq!(after, with_y, "nothing else changed");
    let what_if = world
        .run_with(
            PIPE,
            &before.out,
            &["Set-CsPersistentChatRoom", "-Addin", "X", "-WhatIf"],
        )
        .await;
    assert_eq!(what_if.out.lines().count(), 2, "{what_if:?}");
    world
        .run_with(PIPE, &before.out, &["Remove-CsPersistentChatRoom"])
        .await
        .silently();
    assert!(
        world
            .run(&["Get-CsPersistentChatRoom"])
            .await
            .objects()
            .is_empty()
    );
}
