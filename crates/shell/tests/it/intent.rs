//! `perch addin intents`.

use perch_shell::Exit;
use serde_json::json;

use crate::addin::{IDENTITY, with_addin};

#[tokio::test]
async fn what_an_add_in_answers_is_shown_and_set_from_a_file() {
    let world = with_addin().await;
    let shown = world.plain(&["addin", "intents", IDENTITY]).await.object();
    assert_eq!(shown["Intents"], json!({}));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("intents.json");
    let path = file.to_str().unwrap();
    let intents =
        json!({ "ViewChart": { "displayName": "Show a chart", "contexts": ["fdc3.instrument"] } });
    std::fs::write(&file, intents.to_string()).unwrap();
    let set = ["addin", "intents", IDENTITY, path];
    assert_eq!(world.plain(&set).await.object()["Intents"], intents);
    let shown = world.plain(&["addin", "intents", IDENTITY]).await.object();
    assert_eq!(shown["Intents"], intents);

    std::fs::write(&file, r#"{ "ViewChart": { "colour": "red" } }"#).unwrap();
    let wrong = world.plain(&set).await;
    assert_eq!(wrong.exit, Exit::Usage);
    assert!(wrong.err.contains("colour"), "{wrong:?}");
    std::fs::write(&file, "{}").unwrap();
    assert_eq!(world.plain(&set).await.object()["Intents"], json!({}));
}
