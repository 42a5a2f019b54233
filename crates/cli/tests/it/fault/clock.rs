//! The clock of the server's machine is set back and forward while it runs. Debian's `faketime` does it to this process alone.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use perch_testkit::Person;
use serde_json::json;

use super::{Recording, Site, WAIT_MAX, rounds};
use crate::process::{PASSWORD, Serving};

#[tokio::test]
async fn a_history_is_right_when_the_clock_is_set() {
    let site = Site::new();
    let clock = site.folder.path().join("clock");
    fs::write(&clock, "+0").unwrap();
    let mut command = site.command(&[]);
    command
        .env("LD_PRELOAD", faketime())
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let server = Serving::spawn(command);
    let mut person = Person::nobody(&server.url);
    person.sign_in("control@contoso.com", PASSWORD).await;
    let steady = (Instant::now(), now(&person).await);
    let mut recording = Recording::start(&site, &["--pause-ms", "10"]).await;
    for _ in rounds(1) {
        for offset in ["+3600", "-7200", "+86400", "+0"] {
            // Written beside it and renamed: it is never read half.
            let written = site.folder.path().join("clock.new");
            fs::write(&written, offset).unwrap();
            fs::rename(&written, &clock).unwrap();
            let seconds = offset.parse().unwrap();
            until_set(&person, &steady, seconds).await;
            recording.wait_posted(500);
        }
    }
    recording.prove();
    assert!(server.terminate().success());
}

/// The server's clock, in seconds: when it made a token.
async fn now(person: &Person) -> i64 {
    let token = person.post("/tokens", json!({ "name": "clock" })).await;
    let made: jiff::Timestamp = token.done()["token"]["created_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    made.as_second()
}

/// Waits until the server's clock is off by so many seconds.
async fn until_set(person: &Person, (start, then): &(Instant, i64), seconds: i64) {
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        let passed = i64::try_from(start.elapsed().as_secs()).unwrap();
        if (now(person).await - then - passed - seconds).abs() < 60 {
            return;
        }
        assert!(Instant::now() < deadline, "the clock was not set");
    }
}

fn faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists())
        .expect("faketime is missing. Install it: apt install faketime")
}
