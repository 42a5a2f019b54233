//! Rooms.

use serde_json::json;

use crate::support::{PERSON, World};

const KEN: &str = "sip:kenmyer@contoso.com";

/// A category with a person in its scope, two add-ins, and two rooms.
pub(crate) async fn with_rooms() -> World {
    let world = World::start().await;
    world
        .plain(&["user", "new", KEN, "--display-name", "Ken Myer"])
        .await
        .object();
    world
        .run(&["New-CsPersistentChatCategory", "HelpDesk"])
        .await
        .object();
    world
        .run(&[
            "Set-CsPersistentChatCategory",
            "HelpDesk",
            "-AllowedMembers",
            KEN,
        ])
        .await
        .silently();
    for addin in ["X", "Y"] {
        world
            .run(&[
                "New-CsPersistentChatAddin",
                addin,
                "-Url",
                "https://a.example/",
            ])
            .await
            .object();
    }
    for room in ["ITChatRoom", "ITChatRoom 2"] {
        let line = [
            "New-CsPersistentChatRoom",
            "-Name",
            room,
            "-Category",
            "HelpDesk",
            "-Addin",
            "X",
        ];
        world.run(&line).await.object();
    }
    world
}

#[tokio::test]
async fn the_documented_lines_create_show_change_and_remove_a_room() {
    let world = with_rooms().await;
    let room = world
        .run(&[
            "Get-CsPersistentChatRoom",
            "-Identity",
            "atl-cs-001.contoso.com\\ITChatRoom",
        ])
        .await
        .object();
    assert_eq!(room["Category"], "atl-cs-001.contoso.com\\HelpDesk");
    assert_eq!(
        [
            &room["Privacy"],
            &room["Type"],
            &room["Invitations"],
            &room["Addin"]
        ],
        ["Closed", "Normal", "Inherit", "X"]
    );
    assert_eq!(room["Disabled"], false);
    let line = [
        "Set-CsPersistentChatRoom",
        "ITChatRoom",
        "-Name",
        "Operations",
        "-Description",
        "On call",
        "-Disabled",
        "$true",
        "-Privacy",
        "secret",
        "-Type",
        "Auditorium",
        "-Invitations",
        "False",
        "-Addin",
        "$null",
        "-Members",
        "@{Add=\"sip:kenmyer@contoso.com\"}",
        "-Presenters",
        KEN,
    ];
    world.run(&line).await.silently();
    let room = world
        .run(&["Get-CsPersistentChatRoom", "operations"])
        .await
        .object();
    assert_eq!(
        [&room["Privacy"], &room["Type"], &room["Invitations"]],
        ["Secret", "Auditorium", "False"]
    );
    assert_eq!(
        (&room["Disabled"], &room["Addin"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(room["Presenters"], json!([KEN]));
    assert!(
        room["Members"].as_array().unwrap().contains(&json!(KEN)),
        "{room}"
    );
    world
        .run(&["Remove-CsPersistentChatRoom", "Operations"])
        .await
        .silently();
    world
        .run(&["Get-CsPersistentChatRoom", "Operations"])
        .await
        .refused("NoSuchNode");
    world
        .run(&[
            "New-CsPersistentChatRoom",
            "ITCHATROOM 2",
            "-Category",
            "HelpDesk",
        ])
        .await
        .refused("DuplicateRoomName");
    world
        .run(&["New-CsPersistentChatRoom", "Z", "-Category", "None"])
        .await
        .refused("NoSuchCategory");
}

#[tokio::test]
async fn rooms_are_found_by_what_they_have() {
    let world = with_rooms().await;
    world
        .run(&[
            "Set-CsPersistentChatRoom",
            "ITChatRoom 2",
            "-Addin",
            "Y",
            "-Members",
            KEN,
            "-Description",
            "Spare parts",
        ])
        .await
        .silently();
    let cases: [(&[&str], usize); 14] = [
        (&[], 2),
        (&["-Addin", "Y"], 1),
        (&["-Category", "HelpDesk"], 2),
        (&["-Filter", "{Name -like \"*2\"}"], 1),
        (&["-Filter", "{Name", "-like", "*chat*}"], 2),
        (&["-Filter", "{Name -eq \"itchatroom\"}"], 1),
        (&["-Filter", "*parts*"], 0),
        (&["-Filter", "*parts*", "-SearchDescription"], 1),
        (&["-Member", KEN], 1),
        (&["-Disabled", "$true"], 0),
        (&["-Privacy", "Closed", "-Type", "Normal"], 2),
        (&["-ResultSize", "1"], 1),
        (&["-ResultSize", "0"], 0),
        (
            &[
                "-PersistentChatPoolFqdn",
                "atl-cs-001.contoso.com",
                "-Invitations",
                "Inherit",
            ],
            2,
        ),
    ];
    for (conditions, count) in cases {
        let line = [&["Get-CsPersistentChatRoom"], conditions].concat();
        assert_eq!(
            world.run(&line).await.objects().len(),
            count,
            "{conditions:?}"
        );
    }
    world
        .run(&["Get-CsPersistentChatRoom", "-ChatContentExceedsMB", "5"])
        .await
        .refused("MsgNotSupported");
    let table = world
        .run_with(PERSON, "", &["Get-CsPersistentChatRoom", "-Addin", "Y"])
        .await
        .out;
    assert!(
        table.contains("ITChatRoom 2") && table.contains("Privacy"),
        "{table}"
    );
}

#[tokio::test]
async fn confirm_asks_and_a_no_changes_nothing() {
    let world = with_rooms().await;
    let line = [
        "Set-CsPersistentChatRoom",
        "ITChatRoom",
        "-Addin",
        "Y",
        "-Confirm",
    ];
    let ran = world.run_with(PERSON, "\n", &line).await;
    assert!(ran.err.contains("Are you sure"), "{ran:?}");
    assert_eq!(
        world
            .run(&["Get-CsPersistentChatRoom", "ITChatRoom"])
            .await
            .object()["Addin"],
        "X"
    );
    world.run_with(PERSON, "y\n", &line).await;
    assert_eq!(
        world
            .run(&["Get-CsPersistentChatRoom", "ITChatRoom"])
            .await
            .object()["Addin"],
        "Y"
    );
}
