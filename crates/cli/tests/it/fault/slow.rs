//! Some clients read more slowly than is posted: they fall behind what is in memory, and are caught up from the store.

use super::{Recording, Site, rounds};

#[tokio::test]
async fn a_history_is_right_when_some_read_slowly() {
    let site = Site::new();
    let server = site.serve(&[]);
    let flags = [
        "--rooms",
        "1",
        "--clients",
        "8",
        "--slow",
        "1",
        "--pause-ms",
        "1",
        "--chars-max",
        "3900",
    ];
    let mut recording = Recording::start(&site, &flags).await;
    for _ in rounds(1) {
        // A client is sent the room anew without having asked.
        recording.wait(1, "\"asked\":false");
    }
    recording.prove();
    assert!(server.terminate().success());
}
