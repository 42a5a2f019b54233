//! The disk is full for a while.

use std::fs;

use super::{Recording, Site, rounds};

/// Room for some hundred messages.
const BYTES_LEFT: u64 = 200_000;

#[tokio::test]
async fn a_history_is_right_when_the_disk_is_full_for_a_while() {
    let site = Site::new();
    let mut server = site.serve(&[]);
    let mut recording = Recording::start(&site, &["--pause-ms", "10"]).await;
    for _ in rounds(1) {
        recording.wait_posted(200);
        assert!(server.terminate().success());
        let bytes_max = (largest_file(&site) + BYTES_LEFT).to_string();
        server = site.serve(&["--storage-bytes-max", &bytes_max]);
        recording.wait(100, "\"not_stored\"");
        assert!(server.terminate().success());
        server = site.serve(&[]);
    }
    recording.wait_posted(200);
    recording.prove();
    assert!(server.terminate().success());
}

/// Of the databases, without their logs.
fn largest_file(site: &Site) -> u64 {
    let mut folders = vec![site.folder.path().join("perch-data")];
    let mut largest = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "db") {
                largest = largest.max(path.metadata().unwrap().len());
            }
        }
    }
    assert!(largest > 0);
    largest
}
