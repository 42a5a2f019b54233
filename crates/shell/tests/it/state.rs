//! The state of pools, and which nodes take new clients, where there is one node. Several are in `perch-cli`'s tests.

use perch_wire::pool::NewPool;
use serde_json::json;

use crate::support::{PERSON, World};

const POOL: &str = "PersistentChatServer:atl-cs-001.contoso.com";

#[tokio::test]
async fn the_documented_lines_show_the_state_of_pools() {
    let world = World::start().await;
    let fqdn = "pchat02.litwareinc.com".to_owned();
    let new = NewPool {
        fqdn,
        display_name: None,
    };
    world.client().new_pool(&new).await.unwrap();
    let shown = async |arguments: &[&str]| {
        let line = [&["Get-CsPersistentChatState"], arguments].concat();
        let objects = world.run(&line).await.objects();
        let identity = |object: &serde_json::Value| object["Identity"].as_str().unwrap().to_owned();
        objects.iter().map(identity).collect::<Vec<_>>()
    };
    let other = "PersistentChatServer:pchat02.litwareinc.com";
    assert_eq!(shown(&[]).await, [POOL, other]);
    assert_eq!(shown(&["-LocalStore"]).await, [POOL, other]);
    assert_eq!(shown(&["-Filter", "*.litwareinc.com"]).await, [other]);
    assert_eq!(shown(&["-Filter", "service:*"]).await, [POOL, other]);
    for identity in [
        POOL,
        "service:ATL-CS-001.contoso.com",
        "atl-cs-001.contoso.com",
    ] {
        assert_eq!(shown(&["-Identity", identity]).await, [POOL], "{identity}");
    }
    let state = world.run(&["Get-CsPersistentChatState", POOL]).await;
    assert_eq!(
        state.object(),
        json!({ "Identity": POOL, "PoolState": "Normal", "ActiveServers": ["node"], "InactiveServers": [] })
    );
    let line = ["Get-CsPersistentChatState", "service:nowhere.contoso.com"];
    let absent = world.run(&line).await;
    assert!(
        absent
            .refused("NoSuchNode")
            .contains("pchat02.litwareinc.com")
    );
}

#[tokio::test]
async fn a_pool_stays_normal_and_says_what_to_do_instead_of_failing_over() {
    let world = World::start().await;
    let set = async |arguments: &[&str]| {
        let line = [&["Set-CsPersistentChatState"], arguments].concat();
        world.run(&line).await
    };
    let refused = set(&["-Identity", POOL, "-PoolState", "FailedOver"]).await;
    assert!(refused.refused("InvalidArgument").contains("standby"));
    set(&["-Identity", POOL, "-PoolState", "Normal"])
        .await
        .silently();
    set(&["-PoolState", "normal", "-Force"]).await.silently();
    let line = [
        "Set-CsPersistentChatState",
        "-PoolState",
        "Normal",
        "-WhatIf",
    ];
    assert!(world.run(&line).await.out.starts_with("What if: "));
}

#[tokio::test]
async fn the_last_active_node_stays_active() {
    let world = World::start().await;
    let set = async |arguments: &[&str]| {
        let line = [&["Set-CsPersistentChatActiveServer"], arguments].concat();
        world.run_with(PERSON, "", &line).await
    };
    set(&["-Identity", "global", "-ActiveServers", "@{Add=\"node\"}"])
        .await
        .silently();
    let pool = "atl-cs-001.contoso.com";
    set(&["-Identity", pool, "-ActiveServers", "node"])
        .await
        .silently();
    for last in [
        &["-Identity", "global", "-ActiveServers", "$Null"][..],
        &["-ActiveServers", "@{Remove=\"node\"}"],
        &["-Swap"],
    ] {
        let ran = set(last).await;
        assert!(ran.refused("InvalidArgument").contains("Leave one active"));
    }
    let wrong = ["-Identity", "pchat09.contoso.com", "-ActiveServers", "node"];
    set(&wrong).await.refused("NoSuchNode");
    let wrong = [
        "-Identity",
        "global",
        "-ActiveServers",
        "@{Add=\"atl-gc-001.litwareinc.com\"}",
    ];
    assert!(
        set(&wrong)
            .await
            .refused("NoSuchNode")
            .contains("inactive: node.")
    );
}
