//! Categories.

use serde_json::json;

use crate::support::{SCRIPT, World, plain};

#[tokio::test]
async fn the_documented_lines_create_show_change_and_remove_a_category() {
    let world = World::start().await;
    let made = world
        .run(&[
            "New-CsPersistentChatCategory",
            "-Name",
            "HelpDesk",
            "-Description",
            "Help",
            "-EnableInvitations",
        ])
        .await
        .object();
    assert_eq!(made["Identity"], "atl-cs-001.contoso.com\\HelpDesk");
    let flags = |object: &serde_json::Value| {
        [
            &object["Invitations"],
            &object["FileUpload"],
            &object["ChatHistory"],
        ]
        .map(|flag| flag == true)
    };
    assert_eq!(flags(&made), [true, false, true]);
    let line = [
        "Set-CsPersistentChatCategory",
        "HelpDesk",
        "-Invitations",
        "$false",
        "-FileUpload:$true",
        "-ChatHistory",
        "$false",
    ];
    world.run(&line).await.silently();
    let shown = world
        .run(&["Get-CsPersistentChatCategory", "-Identity", "HelpDesk"])
        .await
        .object();
    assert_eq!(flags(&shown), [false, true, false]);
    world
        .run(&["New-CsPersistentChatRoom", "R", "-Category", "HelpDesk"])
        .await
        .object();
    world
        .run(&["Remove-CsPersistentChatCategory", "HelpDesk"])
        .await
        .refused("CategoryNotEmpty");
    world
        .run(&["Remove-CsPersistentChatRoom", "R"])
        .await
        .silently();
    world
        .run(&["Remove-CsPersistentChatCategory", "HelpDesk"])
        .await
        .silently();
    assert!(
        world
            .run(&["Get-CsPersistentChatCategory"])
            .await
            .objects()
            .is_empty()
    );
}

#[tokio::test]
async fn lists_are_replaced_changed_and_emptied() {
    let world = World::start().await;
    world
        .run(&["New-CsPersistentChatCategory", "C"])
        .await
        .object();
    for (address, name) in [
        ("kenmyer@contoso.com", "Ken Myer"),
        ("pilar@contoso.com", "Pilar Ackerman"),
    ] {
        world
            .plain(&["user", "new", address, "--display-name", name])
            .await
            .object();
    }
    let group = "CN=Traders,OU=Groups,DC=contoso,DC=com";
    world
        .plain(&["group", "new", group, "--display-name", "Traders"])
        .await
        .object();
    let set = async |change: &str| {
        world
            .run(&[
                "Set-CsPersistentChatCategory",
                "C",
                "-AllowedMembers",
                change,
            ])
            .await
    };
    let allowed = async || {
        world
            .run(&["Get-CsPersistentChatCategory", "C"])
            .await
            .object()["AllowedMembers"]
            .clone()
    };
    set(&format!("{group},sip:kenmyer@contoso.com"))
        .await
        .silently();
    assert_eq!(allowed().await, json!([group, "sip:kenmyer@contoso.com"]));
    set("@{Add=\"pilar@contoso.com\";Remove=\"sip:KenMyer@contoso.com\"}")
        .await
        .silently();
    assert_eq!(allowed().await, json!([group, "sip:pilar@contoso.com"]));
    let named = world
        .run(&["Get-CsPersistentChatCategory", "C", "-AsObject"])
        .await
        .object();
    assert_eq!(named["AllowedMembers"][1]["DisplayName"], "Pilar Ackerman");
    set("@{Add=\"sip:nobody@contoso.com\"}")
        .await
        .refused("NoSuchPrincipal");
    set("$Null").await.silently();
    assert_eq!(allowed().await, json!([]));
}

#[tokio::test]
async fn two_changes_of_a_list_at_the_same_time_both_count() {
    let world = World::start().await;
    world
        .run(&["New-CsPersistentChatCategory", "C"])
        .await
        .object();
    let addresses: Vec<String> = (0..4).map(|n| format!("sip:u{n}@contoso.com")).collect();
    for address in &addresses {
        world
            .plain(&["user", "new", address, "--display-name", address])
            .await
            .object();
    }
    let add = |address: String| {
        let sources = world.sources.clone();
        async move {
            plain(
                &sources,
                SCRIPT,
                "",
                &["category", "set", "C", "--add-allowed-members", &address],
            )
            .await
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    for address in addresses.clone() {
        tasks.spawn(add(address));
    }
    for ran in tasks.join_all().await {
        ran.silently();
    }
    let mut allowed: Vec<String> = serde_json::from_value(
        world
            .run(&["Get-CsPersistentChatCategory", "C"])
            .await
            .object()["AllowedMembers"]
            .clone(),
    )
    .unwrap();
    allowed.sort();
    assert_eq!(allowed, addresses);
}
