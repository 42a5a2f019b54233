//! `perch trigger`.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn triggers_are_created_tried_changed_and_removed() {
    let world = World::start().await;
    let line = [
        "trigger",
        "new",
        "Tickets",
        "--type",
        "x.ticket",
        "--pattern",
        r"INC-(\d+)",
        "--id-field",
        "number",
        "--ignore-case",
    ];
    assert_eq!(world.plain(&line).await.object()["Pattern"], r"INC-(\d+)");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("companies.csv");
    std::fs::write(&file, "word,ticker\nMicrosoft,MSFT\n").unwrap();
    let file = file.to_str().unwrap();
    let import = ["trigger", "import", "Companies", file];
    world.plain(&import).await.refused("NoSuchNode");
    let typed = [&import[..], &["--type", "fdc3.instrument"]].concat();
    assert_eq!(world.plain(&typed).await.object()["Words"], 1);
    std::fs::write(file, "word,ticker\nMicrosoft,MSFT\nApple,AAPL\n").unwrap();
    assert_eq!(world.plain(&import).await.object()["Words"], 2);

    let test = ["trigger", "test", "inc-47 apple"];
    let found = world.plain(&test).await.objects();
    assert_eq!(found.len(), 2);
    let ticket = json!({ "Name": "47", "Type": "x.ticket", "Id": "number=47", "Start": 0, "End": 6, "Trigger": "Tickets" });
    assert_eq!(found[0], ticket);

    let set = ["trigger", "set", "tickets", "--pattern", r"CALL-\d+"];
    world.plain(&set).await.silently();
    assert_eq!(world.plain(&test).await.objects().len(), 1);
    let wrong = ["trigger", "set", "tickets", "--pattern", "("];
    world.plain(&wrong).await.refused("InvalidPattern");
    world
        .plain(&["trigger", "remove", "Companies"])
        .await
        .silently();
    assert_eq!(world.plain(&["trigger", "list"]).await.objects().len(), 2);
    world
        .plain(&["trigger", "remove", "Stock tickers"])
        .await
        .refused("InvalidArgument");
}
