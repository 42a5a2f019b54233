//! Signing in and out, users and tokens.

use perch_shell::Exit;
use perch_shell::credentials::Sources;

use crate::support::{PIPE, SCRIPT, World, plain};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn signing_in_stores_a_token_that_signing_out_ends() {
    let world = World::start().await;
    let new = [
        "user",
        "new",
        "kim@contoso.com",
        "--display-name",
        "Kim",
        "--administrator",
        "--password-stdin",
    ];
    let made = plain(&world.sources, PIPE, &format!("{PASSWORD}\n"), &new)
        .await
        .object();
    assert_eq!(
        (&made["Address"], &made["Administrator"]),
        (&"sip:kim@contoso.com".into(), &true.into())
    );
    let directory = tempfile::tempdir().unwrap();
    let sources = Sources {
        file: Some(directory.path().join("credentials.toml")),
        ..Sources::default()
    };
    let missing = plain(&sources, SCRIPT, "", &["addin", "list"]).await;
    assert_eq!(missing.exit, Exit::Usage);
    assert!(missing.err.contains("perch sign-in --url"), "{missing:?}");
    let sign_in = [
        "sign-in",
        "--url",
        &world.server.url(),
        "--name",
        "kim@contoso.com",
        "--password-stdin",
    ];
    plain(&sources, PIPE, "wrong password\n", &sign_in)
        .await
        .refused("SignInFailed");
    let ran = plain(&sources, PIPE, &format!("{PASSWORD}\n"), &sign_in).await;
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(
        ran.err.contains("Signed in") && !ran.err.contains("https"),
        "{ran:?}"
    );
    plain(&sources, SCRIPT, "", &["addin", "list"])
        .await
        .silently();
    let tokens = plain(&sources, SCRIPT, "", &["token", "list"])
        .await
        .objects();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    let token = sources.find().unwrap();
    let ran = plain(&sources, SCRIPT, "", &["sign-out"]).await;
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(sources.stored().unwrap().is_none());
    let stolen = Sources {
        url: Some(token.url),
        token: Some(token.token),
        file: None,
    };
    plain(&stolen, SCRIPT, "", &["token", "list"])
        .await
        .refused("NotSignedIn");
}

#[tokio::test]
async fn tokens_are_issued_listed_and_ended() {
    let world = World::start().await;
    let issued = world
        .plain(&["token", "new", "nightly", "--expires-in-days", "7"])
        .await
        .object();
    let token = Sources {
        token: issued["Secret"].as_str().map(str::to_owned),
        ..world.sources.clone()
    };
    let listed = plain(&token, SCRIPT, "", &["token", "list"]).await;
    assert!(
        listed
            .objects()
            .iter()
            .any(|token| token["Name"] == "nightly" && token["Id"] == issued["Id"])
    );
    assert!(!listed.out.contains(issued["Secret"].as_str().unwrap()));
    world
        .plain(&["token", "remove", issued["Id"].as_str().unwrap()])
        .await
        .silently();
    plain(&token, SCRIPT, "", &["token", "list"])
        .await
        .refused("NotSignedIn");
}

#[tokio::test]
async fn users_are_found_and_changed_by_address() {
    let world = World::start().await;
    world
        .plain(&["user", "new", "kim@contoso.com", "--display-name", "Kim"])
        .await
        .object();
    world
        .plain(&[
            "user",
            "set",
            "KIM@contoso.com",
            "--display-name",
            "Kim Akers",
            "--disabled",
            "true",
        ])
        .await
        .silently();
    let kim = world.plain(&["user", "list", "akers"]).await.object();
    assert_eq!(
        (&kim["DisplayName"], &kim["Disabled"]),
        (&"Kim Akers".into(), &true.into())
    );
    world
        .plain(&["user", "set", "nobody@contoso.com", "--disabled", "true"])
        .await
        .refused("NoSuchPrincipal");
    assert_eq!(
        world.plain(&["user", "set", "kim@contoso.com"]).await.exit,
        Exit::Usage
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_exit_code_of_its_own() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let sources = Sources {
        url: Some(format!("http://127.0.0.1:{port}")),
        token: Some("t".into()),
        file: None,
    };
    let ran = plain(&sources, SCRIPT, "", &["addin", "list"]).await;
    assert_eq!((ran.exit, ran.exit.code()), (Exit::Unreachable, 3));
    assert!(ran.err.contains("Cannot reach"), "{ran:?}");
}
