//! What was acknowledged survives SIGKILL: 50 clients post, the server is killed in the middle, and the history is read
//! back after a restart.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use perch_testkit::{Person, Socket};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::process::{PASSWORD, Serving, deployment};

const CLIENTS: usize = 50;
const USERS: usize = 5;
/// Posts that are acknowledged before the server is killed, each time.
const ACKNOWLEDGED: u32 = 400;
const KILLS: usize = 3;
const FLAGS: [&str; 4] = [
    "--live-frames-per-second",
    "100000",
    "--live-frames-burst",
    "100000",
];

/// What one client knows after the server went away.
#[derive(Default)]
struct Record {
    /// Messages with the place that the server acknowledged.
    acknowledged: HashMap<Uuid, u64>,
    /// Posted, and no answer came.
    unanswered: Vec<(Uuid, String)>,
    /// Messages that were shown, of anybody: place and nonce.
    shown: BTreeMap<u64, String>,
}

struct Deployment {
    folder: tempfile::TempDir,
    room: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_survives_sigkill_once_in_order_and_without_a_gap() {
    let deployment = set_up().await;
    let mut acknowledged = HashMap::new();
    let mut shown = BTreeMap::new();
    for round in 0..KILLS {
        let server = Serving::start(deployment.folder.path(), &FLAGS);
        let records = post_until_killed(server, &deployment.room).await;
        let server = Serving::start(deployment.folder.path(), &FLAGS);
        let mut unanswered = Vec::new();
        for record in records {
            acknowledged.extend(record.acknowledged);
            shown.extend(record.shown);
            unanswered.push(record.unanswered);
        }
        let history = read_back(&server.url, &deployment.room).await;
        check(&history, &acknowledged, &shown);
        // Whoever is not sure posts again, and the message is there once all the same.
        let repeated = post_again(&server.url, &deployment.room, unanswered).await;
        assert!(
            !repeated.is_empty(),
            "round {round}: the server was killed while clients waited"
        );
        acknowledged.extend(repeated);
        let history = read_back(&server.url, &deployment.room).await;
        check(&history, &acknowledged, &shown);
        server.kill();
    }
}

async fn set_up() -> Deployment {
    let folder = deployment();
    let server = Serving::start(folder.path(), &[]);
    let control = person(&server.url, "control").await;
    for user in 0..USERS {
        let body = json!({
            "kind": "user", "address": format!("user{user}@contoso.com"), "display_name": format!("User {user}"),
            "password": PASSWORD
        });
        control.post("/principals", body).await.done();
    }
    let users: Vec<_> = (0..USERS)
        .map(|user| format!("user{user}@contoso.com"))
        .collect();
    let body = json!({ "name": "Floor", "allowed_members": users });
    control
        .post("/pools/pchat01.contoso.com/categories", body)
        .await
        .done();
    let body = json!({ "category": "Floor", "name": "Busy", "members": users });
    let room = control
        .post("/pools/pchat01.contoso.com/rooms", body)
        .await
        .done();
    assert!(server.terminate().success());
    Deployment {
        folder,
        room: room["id"].as_str().unwrap().to_owned(),
    }
}

async fn person(url: &str, name: &str) -> Person {
    let mut person = Person::nobody(url);
    person
        .sign_in(&format!("{name}@contoso.com"), PASSWORD)
        .await;
    person
}

async fn users(url: &str) -> Vec<Person> {
    let mut users = Vec::with_capacity(USERS);
    for user in 0..USERS {
        users.push(person(url, &format!("user{user}")).await);
    }
    users
}

/// Lets every client post as fast as it is answered, and kills the server once enough was acknowledged.
async fn post_until_killed(server: Serving, room: &str) -> Vec<Record> {
    let users = users(&server.url).await;
    let total = Arc::new(Semaphore::new(0));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let user = users[client % USERS].clone();
        let (room, total) = (room.to_owned(), Arc::clone(&total));
        clients.spawn(async move {
            (
                client,
                post_until_closed(&user, &room, client, &total).await,
            )
        });
    }
    let enough = tokio::time::timeout(Duration::from_secs(60), total.acquire_many(ACKNOWLEDGED));
    enough
        .await
        .expect("posts are acknowledged")
        .unwrap()
        .forget();
    server.kill();
    let mut records: Vec<_> = clients.join_all().await;
    records.sort_by_key(|(client, _)| *client);
    records.into_iter().map(|(_, record)| record).collect()
}

async fn post_until_closed(user: &Person, room: &str, client: usize, total: &Semaphore) -> Record {
    let mut record = Record::default();
    let mut socket = Socket::connect(user).await;
    socket.join(room).await;
    for number in 0.. {
        let (nonce, text) = (Uuid::new_v4(), format!("client {client}, message {number}"));
        socket
            .send(
                json!({ "type": "post", "id": number, "room": room, "nonce": nonce, "text": text }),
            )
            .await;
        let answer = loop {
            match socket.next().await {
                Some(frame) if frame["type"] == "message" => {
                    record.shown.insert(
                        frame["seq"].as_u64().unwrap(),
                        frame["nonce"].as_str().unwrap().to_owned(),
                    );
                }
                Some(frame) if frame["type"] == "posted" && frame["id"] == number => {
                    break Some(frame);
                }
                Some(frame) => assert_ne!(frame["type"], "error", "{frame}"),
                None => break None,
            }
        };
        match answer {
            Some(frame) => {
                record
                    .acknowledged
                    .insert(nonce, frame["seq"].as_u64().unwrap());
                total.add_permits(1);
            }
            None => {
                record.unanswered.push((nonce, text));
                return record;
            }
        }
    }
    record
}

async fn post_again(
    url: &str,
    room: &str,
    unanswered: Vec<Vec<(Uuid, String)>>,
) -> HashMap<Uuid, u64> {
    let users = users(url).await;
    let mut acknowledged = HashMap::new();
    for (client, posts) in unanswered.into_iter().enumerate() {
        for (nonce, text) in posts {
            let body = json!({ "nonce": nonce, "text": text });
            let posted = users[client % USERS]
                .post(&format!("/rooms/{room}/messages"), body)
                .await
                .done();
            acknowledged.insert(nonce, posted["seq"].as_u64().unwrap());
        }
    }
    acknowledged
}

async fn read_back(url: &str, room: &str) -> Vec<Value> {
    let reader = person(url, "user0").await;
    let mut history: Vec<Value> = Vec::new();
    loop {
        let after = history.len();
        let page = reader
            .get(&format!("/rooms/{room}/messages?after={after}&limit=500"))
            .await
            .done();
        let messages = page["messages"].as_array().unwrap();
        if messages.is_empty() {
            return history;
        }
        history.extend(messages.iter().cloned());
    }
}

fn check(history: &[Value], acknowledged: &HashMap<Uuid, u64>, shown: &BTreeMap<u64, String>) {
    let mut places: HashMap<&str, u64> = HashMap::new();
    for (index, message) in history.iter().enumerate() {
        let seq = message["seq"].as_u64().unwrap();
        assert_eq!(seq, index as u64 + 1, "no gap");
        assert!(
            places
                .insert(message["nonce"].as_str().unwrap(), seq)
                .is_none(),
            "twice: {message}"
        );
    }
    for (nonce, seq) in acknowledged {
        assert_eq!(
            places.get(nonce.to_string().as_str()),
            Some(seq),
            "an acknowledged message is where it was"
        );
    }
    for (seq, nonce) in shown {
        assert_eq!(
            places.get(nonce.as_str()),
            Some(seq),
            "what was shown is where it was"
        );
    }
}
