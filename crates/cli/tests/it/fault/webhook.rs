//! The server is killed while it tells a webhook's receiver what is posted: before the answer, so that it cannot know whether the
//! event was taken. Every message that was acknowledged is told, in order, and what is told twice is known again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use perch_testkit::Person;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Site, WAIT_MAX, rounds};
use crate::process::PASSWORD;

/// What one delivery was: its identifier and the message's place.
type Told = (String, u64);

/// A receiver that may keep its answers to itself.
#[derive(Clone, Default)]
struct Receiver(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Default)]
struct Heard {
    told: Vec<Told>,
    silent: bool,
}

impl Receiver {
    /// Listens on an address of its own.
    fn listen() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let receiver = Self::default();
        let hearing = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                hearing.hear(stream);
            }
        });
        (receiver, url)
    }

    fn hear(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut id, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            // A server that was killed says no more.
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim().split_once(": ") {
                Some(("webhook-id", value)) => value.clone_into(&mut id),
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let event: Value = serde_json::from_slice(&body).unwrap();
        let (heard, changed) = &*self.0;
        let mut heard = heard.lock().unwrap();
        heard
            .told
            .push((id, event["data"]["seq"].as_u64().unwrap()));
        changed.notify_all();
        if !heard.silent {
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            reader.get_mut().write_all(answer).ok();
        } else {
            // The connection stays open and unanswered, as long as the server is there.
            drop(heard);
            std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));
        }
    }

    fn be_silent(&self, silent: bool) {
        self.0.0.lock().unwrap().silent = silent;
    }

    /// Everything that it was told, once that is enough.
    fn wait(&self, enough: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let (heard, changed) = &*self.0;
        let heard = heard.lock().unwrap();
        let waiting = |heard: &mut Heard| !enough(&heard.told);
        let (heard, waited) = changed
            .wait_timeout_while(heard, WAIT_MAX, waiting)
            .unwrap();
        assert!(!waited.timed_out(), "it was told only {:?}", heard.told);
        heard.told.clone()
    }
}

async fn control_at(url: &str) -> Person {
    let mut control = Person::nobody(url);
    control.sign_in("control@contoso.com", PASSWORD).await;
    control
}

#[tokio::test]
async fn a_webhook_is_told_every_message_when_the_server_is_killed() {
    let site = Site::new();
    let mut server = site.serve(&[]);
    let control = control_at(&server.url).await;
    let (receiver, url) = Receiver::listen();
    let pool = "/pools/pchat01.contoso.com";
    let category = json!({ "name": "Floor", "allowed_members": ["control@contoso.com"] });
    control
        .post(&format!("{pool}/categories"), category)
        .await
        .done();
    let addin = json!({ "name": "Bot", "url": "https://bot.contoso.example/", "granted": ["messages.live"] });
    let addin = control.post(&format!("{pool}/addins"), addin).await.done();
    let room = json!({ "category": "Floor", "name": "Busy", "addin": addin["id"], "members": ["control@contoso.com"] });
    let room = control.post(&format!("{pool}/rooms"), room).await.done();
    let webhook = format!("{pool}/addins/{}/webhook", addin["id"].as_str().unwrap());
    control.put(&webhook, json!({ "url": url })).await.done();
    let messages = format!("/rooms/{}/messages", room["id"].as_str().unwrap());
    let say = async |control: &Person, count: u64| {
        let mut seq = 0;
        for _ in 0..count {
            let message = json!({ "nonce": Uuid::new_v4(), "text": "hello" });
            seq = control.post(&messages, message).await.done()["seq"]
                .as_u64()
                .unwrap();
        }
        seq
    };

    let (mut control, mut kills) = (control, 0);
    for _ in rounds(3) {
        say(&control, 20).await;
        receiver.be_silent(true);
        let before = receiver.wait(|_| true).len();
        say(&control, 20).await;
        receiver.wait(|told| told.len() > before);
        server.kill();
        kills += 1;
        receiver.be_silent(false);
        server = site.serve(&[]);
        // Whose connections are not those that broke.
        control = control_at(&server.url).await;
    }
    let last = say(&control, 20).await;
    let told = receiver.wait(|told| told.iter().any(|(_, seq)| *seq == last));

    let mut first = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (id, seq) in &told {
        let same = known.entry(seq).or_insert_with(|| {
            first.push(*seq);
            id
        });
        assert_eq!(*same, id, "message {seq} was told by another name");
    }
    assert_eq!(first, (1..=last).collect::<Vec<_>>());
    assert!(
        told.len() >= first.len() + kills,
        "what was not answered was not told again"
    );
    assert!(server.terminate().success());
}
