//! Backup, restore, verification and migration, with both kinds of storage.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use perch_domain::message::Draft;
use perch_domain::pool::PoolFqdn;
use perch_domain::trigger::Detector;
use perch_domain::{Nonce, PrincipalId, RoomId, Timestamp};
use perch_store::{Append, Batch, Storage};
use perch_store_sqlite::SqliteStorage;
use perch_test_servers::Postgres;
use perch_testkit::Person;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::process::{PASSWORD, Serving, deployment, perch, run};

const POOL: &str = "pchat01.contoso.com";
/// Enough that a copy is told in steps, and is killed before its end.
const MANY: usize = 40_000;

/// What a command that succeeds prints.
#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that is refused says.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output: Output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

async fn control(server: &Serving) -> Person {
    let mut control = Person::nobody(&server.url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    control
}

/// A deployment with something in every table, and a room.
struct Busy {
    folder: TempDir,
    room: String,
}

impl Busy {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn new() -> Self {
        let folder = deployment();
        let server = Serving::start(folder.path(), &[]);
        let control = control(&server).await;
        for (kind, address) in [
            ("group", "desk@contoso.com"),
            ("user", "amelie@contoso.com"),
        ] {
            let mut body =
                json!({ "kind": kind, "address": address, "display_name": "A \"name\", \\ ünd" });
            if kind == "user" {
                body["containers"] = json!(["desk@contoso.com"]);
            }
            control.post("/principals", body).await.done();
        }
        let members = json!(["control@contoso.com", "amelie@contoso.com"]);
        let body = json!({ "name": "Floor", "allowed_members": members });
        let categories = format!("/pools/{POOL}/categories");
        control.post(&categories, body).await.done();
        let body = json!({ "name": "Stocks", "url": "https://stocks.contoso.com/" });
        let addin = control.post(&format!("/pools/{POOL}/addins"), body).await;
        let addin = addin.done()["id"].clone();
        let rooms = format!("/pools/{POOL}/rooms");
        let body =
            json!({ "category": "Floor", "name": "Busy", "members": members, "addin": addin });
        let room = control.post(&rooms, body).await.done();
        let body = json!({ "category": "Floor", "name": "Empty", "members": members });
        control.post(&rooms, body).await.done();
        let room = room["id"].as_str().unwrap().to_owned();
        let path = format!("/rooms/{room}/storage/topic");
        control
            .put(&path, json!({ "value": { "text": "ünd" }, "version": 0 }))
            .await
            .done();
        for number in 0..10 {
            post(
                &control,
                &room,
                &format!("$MSFT \u{1f4c8} \"{number}\"\n\tend"),
            )
            .await;
        }
        assert!(server.terminate().success());
        Self { folder, room }
    }

    /// Many messages more, straight into the store.
    async fn fill(&self) {
        let storage = SqliteStorage::new(self.path().join("perch-data"));
        let pool = storage.pool(&PoolFqdn::parse(POOL).unwrap()).await.unwrap();
        let append = |number: usize| Append {
            room: RoomId(self.room.parse().unwrap()),
            author: PrincipalId(Uuid::from_u128(7)),
            at: Timestamp::from_micros(1_700_000_000_000_000),
            draft: Draft::parse(
                &format!("message {number}"),
                false,
                None,
                &Detector::default(),
            )
            .unwrap(),
            nonce: Nonce(Uuid::new_v4()),
            via: None,
            original: None,
        };
        for chunk in (0..MANY).collect::<Vec<_>>().chunks(4_000) {
            let batch = Batch {
                appends: chunk.iter().copied().map(append).collect(),
                reads: Vec::new(),
            };
            pool.append(&batch).await.unwrap();
        }
        pool.close().await;
    }
}

async fn post(person: &Person, room: &str, text: &str) {
    let body = json!({ "nonce": Uuid::new_v4(), "text": text });
    let posted = person.post(&format!("/rooms/{room}/messages"), body).await;
    posted.done();
}

/// All messages of a room, as the API tells them.
async fn history(person: &Person, room: &str) -> Vec<Value> {
    let mut history: Vec<Value> = Vec::new();
    loop {
        let after = history
            .last()
            .map_or(0, |last| last["seq"].as_u64().unwrap());
        let path = format!("/rooms/{room}/messages?after={after}&limit=500");
        let page = person.get(&path).await.done();
        let messages = page["messages"].as_array().unwrap();
        if messages.is_empty() {
            return history;
        }
        history.extend(messages.iter().cloned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_people_post_is_restored_equal_message_by_message() {
    let busy = Busy::new().await;
    let server = Serving::start(busy.path(), &[]);
    let person = control(&server).await;
    let (poster, room) = (person.clone(), busy.room.clone());
    let enough = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&enough);
    let posting = tokio::spawn(async move {
        let mut posted = 0;
        while !enough.load(Ordering::Relaxed) || posted < 20 {
            post(&poster, &room, &format!("meanwhile {posted}")).await;
            posted += 1;
        }
    });
    let folder = busy.path().to_owned();
    let backup = tokio::task::spawn_blocking(move || done(&folder, &["backup", "b.zst"]));
    assert!(backup.await.unwrap().starts_with("Wrote b.zst: "));
    stop.store(true, Ordering::Relaxed);
    posting.await.unwrap();
    let said = done(busy.path(), &["verify", "b.zst", "--against"]);
    assert!(said.contains("more since"), "{said}");
    let messages = history(&person, &busy.room).await;
    assert!(server.terminate().success());

    let url = Postgres::shared().database();
    for place in [["--storage-folder", "other"], ["--storage-url", &url]] {
        let line = |command: &[&'static str]| [command, &place[..]].concat();
        let said = done(busy.path(), &line(&["restore", "b.zst", "--dry-run"]));
        assert!(said.contains("Nothing was written."), "{said}");
        assert!(!busy.path().join(place[1]).exists(), "nothing was written");
        done(busy.path(), &line(&["restore", "b.zst"]));
        let said = done(
            busy.path(),
            &line(&["verify", "b.zst", "--against", "--exact"]),
        );
        assert!(said.contains("the same to the last row"), "{said}");
        let server = Serving::start(busy.path(), &place);
        let person = control(&server).await;
        let restored = history(&person, &busy.room).await;
        assert!(restored.len() >= 10, "{}", restored.len());
        assert_eq!(restored[..], messages[..restored.len()]);
        let kept = person.get(&format!("/rooms/{}/storage", busy.room)).await;
        assert!(kept.done().to_string().contains("ünd"));
        // The sequence goes on where it ended.
        post(&person, &busy.room, "after").await;
        let restored = history(&person, &busy.room).await;
        let last = restored.last().unwrap()["seq"].as_u64().unwrap();
        assert_eq!(last, restored.len() as u64);
        assert!(server.terminate().success());
        let said = refused(busy.path(), &line(&["restore", "b.zst"]));
        assert!(said.contains("There is a deployment in"), "{said}");
    }
}

#[tokio::test]
async fn whatever_is_altered_or_torn_off_is_found_out_and_named() {
    let busy = Busy::new().await;
    done(busy.path(), &["backup", "b.zst"]);
    let said = refused(busy.path(), &["backup", "b.zst"]);
    assert!(said.contains("b.zst: "), "{said}");
    let whole = fs::read(busy.path().join("b.zst")).unwrap();
    let plain = zstd::decode_all(&*whole).unwrap();
    let altered = busy.path().join("altered.zst");
    for step in 1..40 {
        let mut bytes = whole.clone();
        let place = bytes.len() * step / 40;
        bytes[place] ^= 0x10;
        fs::write(&altered, &bytes).unwrap();
        // A bit of the compression that decides nothing: what the file says is what it said.
        if zstd::decode_all(&*bytes).is_ok_and(|said| said == plain) {
            done(busy.path(), &["verify", "altered.zst"]);
        } else {
            let said = refused(busy.path(), &["verify", "altered.zst"]);
            assert!(
                // Its first line may say anything.
                said.contains("altered.zst: it is damaged in ")
                    || said.contains("altered.zst: it is not a backup")
                    || said.contains("altered.zst: it was made by a later version"),
                "byte {place}: {said}"
            );
        }
        fs::write(&altered, &whole[..place]).unwrap();
        let said = refused(busy.path(), &["verify", "altered.zst"]);
        assert!(
            said.contains("altered.zst: it is "),
            "cut at {place}: {said}"
        );
    }
    let said = refused(
        busy.path(),
        &["restore", "altered.zst", "--storage-folder", "other"],
    );
    assert!(said.contains("it is damaged in "), "{said}");
    assert!(!busy.path().join("other").exists(), "nothing was written");
}

#[tokio::test]
async fn what_a_deployment_lacks_of_a_backup_is_named_to_the_message() {
    let busy = Busy::new().await;
    done(busy.path(), &["backup", "b.zst"]);
    done(
        busy.path(),
        &["restore", "b.zst", "--storage-folder", "other"],
    );
    let file = busy.path().join(format!("other/pools/{POOL}.db"));
    let options = SqliteConnectOptions::new().filename(file);
    let mut database = options.connect().await.unwrap();
    sqlx::query("UPDATE message SET text = 'no' WHERE seq = 4")
        .execute(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    let line = ["verify", "b.zst", "--against", "--storage-folder", "other"];
    let output = run(busy.path(), &line);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let named = format!("message of room {}: differs, first from [4,", busy.room);
    assert!(said.contains(&named), "{said}");
}

#[tokio::test]
async fn a_deployment_migrates_to_postgresql_and_back_with_everything_and_its_sessions() {
    let busy = Busy::new().await;
    let url = Postgres::shared().database();
    done(busy.path(), &["backup", "b.zst"]);
    let server = Serving::start(busy.path(), &[]);
    let said = refused(busy.path(), &["migrate-storage", "--to", &url]);
    assert!(
        said.contains("Another `perch` is at work on perch-data."),
        "{said}"
    );
    assert!(server.terminate().success());
    let there = ["migrate-storage", "--to", &url];
    let back = ["migrate-storage", "--storage-url", &url, "--to", "back"];
    for line in [&there[..], &back[..]] {
        let said = done(busy.path(), line);
        assert!(
            said.contains("Copied and compared: 10 messages in 2 rooms"),
            "{said}"
        );
        let said = done(busy.path(), line);
        assert!(said.contains("the same to the last row"), "{said}");
    }
    let line = ["verify", "b.zst", "--against", "--storage-folder", "back"];
    done(busy.path(), &line);
    assert_eq!(
        sessions(&busy.path().join("back")).await,
        sessions(&busy.path().join("perch-data")).await
    );
    // A target with a life of its own is left alone.
    let server = Serving::start(busy.path(), &["--storage-url", &url]);
    let line = ["migrate-storage", "--storage-url", &url, "--to", "third"];
    let said = refused(busy.path(), &line);
    assert!(
        said.contains("Another `perch` is at work on postgres://"),
        "{said}"
    );
    post(&control(&server).await, &busy.room, "later").await;
    assert!(server.terminate().success());
    let said = refused(busy.path(), &there);
    assert!(said.contains("there is a deployment already"), "{said}");
}

/// How many sessions the administrator has.
async fn sessions(folder: &Path) -> usize {
    let storage = SqliteStorage::new(folder.to_owned());
    let deployment = storage.deployment().await.unwrap();
    let directory = deployment.load().await.unwrap();
    let mut sessions = 0;
    for stored in directory.principals {
        let kind = perch_domain::credential::CredentialKind::Session;
        let listed = deployment.list_credentials(stored.principal.id, kind).await;
        sessions += listed.unwrap().len();
    }
    deployment.close().await;
    assert!(sessions > 0);
    sessions
}

/// Starts a copy and kills it when a quarter of it is done.
fn kill_in_the_middle(folder: &Path, arguments: &[&str], doing: &str) {
    let mut copying = perch(folder, arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(copying.stderr.take().unwrap()).lines();
    let quarter = format!("{doing}: 25 %");
    let mut lines = lines.map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with(&quarter)), "it is told");
    copying.kill().unwrap();
    assert!(!copying.wait().unwrap().success(), "it was killed");
}

#[tokio::test]
async fn a_copy_that_was_killed_goes_on_where_it_was() {
    let busy = Busy::new().await;
    busy.fill().await;
    let url = Postgres::shared().database();
    done(busy.path(), &["backup", "b.zst"]);
    let there = ["migrate-storage", "--to", &url];
    kill_in_the_middle(busy.path(), &there, "Copying");
    let said = refused(busy.path(), &["serve", "--storage-url", &url]);
    assert!(said.contains("There is no deployment in"), "{said}");
    kill_in_the_middle(busy.path(), &there, "Copying");
    let said = done(busy.path(), &there);
    let content = format!("{} messages in 2 rooms", MANY + 10);
    assert!(said.contains(&content), "{said}");
    let line = [
        "verify",
        "b.zst",
        "--against",
        "--exact",
        "--storage-url",
        &url,
    ];
    done(busy.path(), &line);

    let restore = ["restore", "b.zst", "--storage-folder", "other"];
    kill_in_the_middle(busy.path(), &restore, "Restoring");
    done(busy.path(), &restore);
    let line = [
        "verify",
        "b.zst",
        "--against",
        "--exact",
        "--storage-folder",
        "other",
    ];
    done(busy.path(), &line);
}
