//! Add-ins.

use perch_shell::Exit;
use perch_shell::credentials::Sources;
use perch_wire::addin::NewAddin;

use serde_json::Value;

use crate::support::{PERSON, SCRIPT, World, plain};

const POOL: &str = "atl-cs-001.contoso.com";
pub(crate) const IDENTITY: &str = "atl-cs-001.contoso.com\\ITPersistentChatAddin";
pub(crate) const URL: &str = "http://atl-cs-001.contoso.com/itchat";

pub(crate) async fn with_addin() -> World {
    let world = World::start().await;
    new(&world).await.object();
    world
}

async fn new(world: &World) -> crate::support::Ran {
    world
        .run(&[
            "New-CsPersistentChatAddin",
            "-Name",
            "ITPersistentChatAddin",
            "-PersistentChatPoolFqdn",
            POOL,
            "-Url",
            URL,
        ])
        .await
}

/// Gives the add-in to a room.
pub(crate) async fn used(world: &World) {
    world
        .run(&["New-CsPersistentChatCategory", "-Name", "HelpDesk"])
        .await
        .object();
    let line = [
        "New-CsPersistentChatRoom",
        "R",
        "-Category",
        "HelpDesk",
        "-Addin",
        "ITPersistentChatAddin",
    ];
    world.run(&line).await.object();
}

#[tokio::test]
async fn the_documented_lines_register_show_change_and_remove_an_addin() {
    let world = World::start().await;
    let made = new(&world).await.object();
    assert_eq!(made["Identity"], IDENTITY);
    assert_eq!(made["Url"], URL);
    assert_eq!(made["PersistentChatPoolFqdn"], POOL);
    let shown = world
        .run(&["Get-CsPersistentChatAddin", "-Identity", IDENTITY])
        .await
        .object();
    assert_eq!(shown, made);
    world
        .run(&[
            "Set-CsPersistentChatAddin",
            IDENTITY,
            "-Url",
            "https://it.contoso.com/",
            "-Name",
            "IT",
        ])
        .await
        .silently();
    let shown = world.run(&["Get-CsPersistentChatAddin"]).await.object();
    assert_eq!(
        (shown["Name"].as_str(), shown["Url"].as_str()),
        (Some("IT"), Some("https://it.contoso.com/"))
    );
    world
        .run(&["Remove-CsPersistentChatAddin", "-Identity", "it"])
        .await
        .silently();
    assert!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .is_empty()
    );
    world
        .run(&["Get-CsPersistentChatAddin", "it"])
        .await
        .refused("NoSuchAddin");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_in_the_servers_words() {
    let world = with_addin().await;
    let twice = new(&world).await;
    let said = twice.refused("DuplicateAddinName");
    let again = NewAddin {
        name: "itpersistentCHATaddin".into(),
        url: URL.into(),
        ..NewAddin::default()
    };
    let error = world.client().new_addin(POOL, &again).await.unwrap_err();
    assert!(
        matches!(&error, perch_shell::client::Error::Refused(problem)
        if problem.code == "DuplicateAddinName" && problem.detail.to_lowercase() == said.to_lowercase())
    );
}

#[tokio::test]
async fn an_address_that_cannot_be_registered_is_refused_and_nothing_stored() {
    let world = World::start().await;
    for url in [
        "ftp://a.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "/itchat",
        "http://u:p@a.example/",
    ] {
        let ran = world
            .run(&["New-CsPersistentChatAddin", "-Name", "X", "-Url", url])
            .await;
        let new = NewAddin {
            name: "X".into(),
            url: url.into(),
            ..NewAddin::default()
        };
        let error = world
            .client()
            .new_addin(POOL, &new)
            .await
            .unwrap_err()
            .to_string();
        assert_eq!(ran.err, format!("perch: {error}\n"));
        ran.refused("InvalidUrl");
    }
    assert!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .is_empty()
    );
}

#[tokio::test]
async fn what_if_says_what_would_be_done_and_does_nothing() {
    let world = with_addin().await;
    let lines: [&[&str]; 3] = [
        &["New-CsPersistentChatAddin", "Y", "-Url", URL, "-WhatIf"],
        &[
            "Set-CsPersistentChatAddin",
            IDENTITY,
            "-Name",
            "Y",
            "-WhatIf",
        ],
        &[
            "Remove-CsPersistentChatAddin",
            IDENTITY,
            "-Force",
            "-WhatIf",
        ],
    ];
    for line in lines {
        let name = if line[0].starts_with("New") {
            "Y"
        } else {
            "ITPersistentChatAddin"
        };
        let ran = world.run(line).await;
        let expected = format!(
            "What if: Performing the operation \"{}\" on target \"{POOL}\\{name}\".\n",
            line[0]
        );
        assert_eq!((ran.exit, ran.out), (Exit::Done, expected));
    }
    assert_eq!(
        world.run(&["Get-CsPersistentChatAddin"]).await.object()["Identity"],
        IDENTITY
    );
}

#[tokio::test]
async fn removing_asks_a_person_and_confirm_needs_one() {
    let world = with_addin().await;
    let ran = world
        .run_with(PERSON, "n\n", &["Remove-CsPersistentChatAddin", IDENTITY])
        .await;
    assert_eq!(ran.exit, Exit::Done);
    assert!(
        ran.err
            .contains("\"Remove-CsPersistentChatAddin\" on target"),
        "{ran:?}"
    );
    let ran = world
        .run(&["Remove-CsPersistentChatAddin", IDENTITY, "-Confirm"])
        .await;
    assert_eq!(ran.exit, Exit::Usage);
    world
        .run(&["Get-CsPersistentChatAddin", IDENTITY])
        .await
        .object();
    let ran = world
        .run_with(PERSON, "y\n", &["Remove-CsPersistentChatAddin", IDENTITY])
        .await;
    assert_eq!(ran.exit, Exit::Done);
    assert!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .is_empty()
    );
}

#[tokio::test]
async fn an_addin_that_rooms_use_is_removed_by_force_or_by_a_person_who_was_told() {
    let world = with_addin().await;
    used(&world).await;
    let remove = ["Remove-CsPersistentChatAddin", IDENTITY];
    world.run(&remove).await.refused("AddinInUse");
    let quiet = world
        .run_with(PERSON, "y\n", &[remove[0], IDENTITY, "-Confirm:$false"])
        .await;
    quiet.refused("AddinInUse");
    let ran = world.run_with(PERSON, "n\n", &remove).await;
    assert!(ran.err.contains("1 room uses the add-in"), "{ran:?}");
    world
        .run(&["Get-CsPersistentChatAddin", IDENTITY])
        .await
        .object();
    assert_eq!(
        world.run_with(PERSON, "y\n", &remove).await.exit,
        Exit::Done
    );
    assert!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .is_empty()
    );
    assert!(world.run(&["Get-CsPersistentChatRoom", "R"]).await.object()["Addin"].is_null());
    new(&world).await.object();
    world
        .run(&[
            "Set-CsPersistentChatRoom",
            "R",
            "-Addin",
            "ITPersistentChatAddin",
        ])
        .await
        .silently();
    world.run(&[remove[0], IDENTITY, "-Force"]).await.silently();
}

#[tokio::test]
async fn a_person_sees_a_table() {
    let world = with_addin().await;
    let ran = world
        .run_with(PERSON, "", &["Get-CsPersistentChatAddin"])
        .await;
    assert!(
        ran.out.contains("RoomCount") && ran.out.contains(IDENTITY),
        "{}",
        ran.out
    );
    let ran = world
        .run_with(PERSON, "", &["Get-CsPersistentChatAddin", IDENTITY])
        .await;
    assert!(
        ran.out
            .contains("Name                   : ITPersistentChatAddin"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn plain_subcommands_do_the_same() {
    let world = World::start().await;
    let made = world
        .plain(&["addin", "new", "X", "--url", URL])
        .await
        .object();
    assert_eq!(
        made,
        world.run(&["Get-CsPersistentChatAddin"]).await.object()
    );
    world
        .plain(&["addin", "new", "x", "--url", URL])
        .await
        .refused("DuplicateAddinName");
    world
        .plain(&["addin", "set", "X", "--url", "https://b.example/"])
        .await
        .silently();
    assert_eq!(
        world.plain(&["addin", "list"]).await.object()["Url"],
        "https://b.example/"
    );
    world
        .plain(&["addin", "remove", "X", "--yes"])
        .await
        .silently();
}

#[tokio::test]
async fn with_several_pools_the_pool_must_be_known() {
    let world = with_addin().await;
    world
        .plain(&["pool", "new", "lon-cs-001.contoso.com"])
        .await
        .object();
    let ran = world
        .run(&["New-CsPersistentChatAddin", "X", "-Url", URL])
        .await;
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains("-PersistentChatPoolFqdn"), "{ran:?}");
    let line = [
        "New-CsPersistentChatAddin",
        "ITPersistentChatAddin",
        "-Url",
        URL,
        "-Pers",
        "lon-cs-001.contoso.com",
    ];
    world.run(&line).await.object();
    assert_eq!(
        world
            .run(&["Get-CsPersistentChatAddin"])
            .await
            .objects()
            .len(),
        2
    );
    assert_eq!(
        world
            .run(&["Get-CsPersistentChatAddin", "-PersistentChatPoolFqdn", POOL])
            .await
            .objects()
            .len(),
        1
    );
    world
        .run(&[
            "New-CsPersistentChatCategory",
            "C",
            "-Pers",
            "lon-cs-001.contoso.com",
        ])
        .await
        .object();
    let line = [
        "New-CsPersistentChatRoom",
        "R",
        "-Category",
        "lon-cs-001.contoso.com\\C",
        "-Addin",
        "ITPersistentChatAddin",
    ];
    assert_eq!(
        world.run(&line).await.object()["PersistentChatPoolFqdn"],
        "lon-cs-001.contoso.com"
    );
    let line = [
        "Set-CsPersistentChatRoom",
        "lon-cs-001.contoso.com\\R",
        "-Addin",
        IDENTITY,
    ];
    assert_eq!(world.run(&line).await.exit, Exit::Usage);
}

/// The server's own answers may not be framed by anybody: a page that is as broken as a page can be.
#[tokio::test]
async fn the_doctor_says_which_header_to_change_and_needs_no_server_to_be_signed_in_to() {
    let world = World::start().await;
    let url = format!("{}/health/live", world.server.url());
    let sources = Sources::default();
    let line = ["addin", "doctor", &url, "--origin", "http://localhost:1"];
    let ran = plain(&sources, SCRIPT, "", &line).await;
    assert_eq!(ran.exit, Exit::Refused, "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["State"], "fault");
    assert_eq!(said["Status"], 200);
    assert_eq!(said["Findings"][0]["code"], "FrameAncestorsNone");

    let ran = plain(&sources, PERSON, "", &line).await;
    assert!(
        ran.out
            .contains("Red: browsers do not show this page in the pane."),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("Replace 'none' by http://localhost:1 in frame-ancestors in the page's Content-Security-Policy header. (FrameAncestorsNone)"),
        "{ran:?}"
    );

    let ran = plain(&sources, SCRIPT, "", &line[..3]).await;
    assert_eq!(ran.exit, Exit::Usage, "{ran:?}");
    assert!(ran.err.contains("--origin"), "{ran:?}");
}

#[tokio::test]
async fn an_add_in_is_granted_disabled_and_enabled() {
    let world = with_addin().await;
    let name = "ITPersistentChatAddin";
    let ran = world
        .plain(&["addin", "grant", name, "contexts", "messages.send.silent"])
        .await;
    let granted = ran.objects()[0]["Granted"].clone();
    assert_eq!(
        granted,
        serde_json::json!(["contexts", "messages.send", "messages.send.silent"])
    );
    world
        .plain(&["addin", "grant", name, "everything"])
        .await
        .refused("InvalidArgument");
    let ran = world.plain(&["addin", "disable", name]).await;
    assert_eq!(ran.objects()[0]["Disabled"], true);
    let ran = world.plain(&["addin", "enable", name]).await;
    assert_eq!(ran.objects()[0]["Disabled"], false);
    assert_eq!(ran.objects()[0]["Granted"], granted);
    world
        .plain(&["addin", "disable", "Nobody"])
        .await
        .refused("NoSuchAddin");
}

#[tokio::test]
async fn an_add_ins_page_is_isolated_with_the_hosts_that_are_named_and_shown_directly_again() {
    let world = with_addin().await;
    let name = "ITPersistentChatAddin";
    let cdn = ["--host", "https://cdn.example/"];
    let ran = world
        .plain(&[&["addin", "proxy", name][..], &cdn].concat())
        .await;
    let shown = &ran.objects()[0];
    assert_eq!(shown["Proxied"], true);
    assert_eq!(
        shown["ProxiedHosts"],
        serde_json::json!(["https://cdn.example"])
    );
    world
        .plain(&["addin", "proxy", name, "--host", "no origin"])
        .await
        .refused("InvalidUrl");
    let ran = world.plain(&["addin", "proxy", name, "--off"]).await;
    assert_eq!(ran.objects()[0]["Proxied"], false);
}

#[tokio::test]
async fn the_key_of_tokens_is_changed() {
    let world = World::start().await;
    assert_eq!(world.plain(&["addin", "keys"]).await.objects().len(), 1);
    let ran = world.plain(&["addin", "rotate-key"]).await;
    let signing: Vec<_> = ran
        .objects()
        .iter()
        .map(|key| key["Signing"].clone())
        .collect();
    assert_eq!(signing, [true, false]);
    let ran = world.plain(&["addin", "rotate-key", "--at-once"]).await;
    assert_eq!(ran.objects().len(), 1);
}
