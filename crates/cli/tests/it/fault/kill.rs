//! The server is killed while many clients post as fast as they are answered.

use super::{Recording, Site, rounds};

const FLAGS: [&str; 6] = ["--clients", "50", "--pause-ms", "5", "--slow", "0"];

#[tokio::test]
async fn a_history_is_right_when_the_server_is_killed() {
    let site = Site::new();
    let mut server = site.serve(&[]);
    let mut recording = Recording::start(&site, &FLAGS).await;
    for _ in rounds(3) {
        recording.wait_posted(400);
        server.kill();
        server = site.serve(&[]);
    }
    recording.wait_posted(100);
    recording.prove();
    assert!(server.terminate().success());
}

#[tokio::test]
async fn a_history_is_right_when_the_server_is_restarted_in_order() {
    let site = Site::new();
    let mut server = site.serve(&[]);
    let mut recording = Recording::start(&site, &FLAGS).await;
    for _ in rounds(2) {
        recording.wait_posted(400);
        assert!(server.terminate().success());
        server = site.serve(&[]);
    }
    recording.wait_posted(100);
    recording.prove();
    assert!(server.terminate().success());
}
