//! The receiver of a webhook, which may keep its answers to itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;

/// How long a test waits for something to be told.
const WAIT_MAX: Duration = Duration::from_secs(120);

/// What one delivery was: its identifier and the message's place.
pub(crate) type Told = (String, u64);

/// A receiver that may keep its answers to itself.
#[derive(Clone, Default)]
pub(crate) struct Receiver(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Default)]
struct Heard {
    told: Vec<Told>,
    silent: bool,
}

impl Receiver {
    /// Listens on an address of its own.
    pub(crate) fn listen() -> (Self, String) {
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

    /// Takes events without an answer from now on, or answers again.
    pub(crate) fn be_silent(&self, silent: bool) {
        self.0.0.lock().unwrap().silent = silent;
    }

    /// Everything that it was told, once that is enough.
    pub(crate) fn wait(&self, enough: impl Fn(&[Told]) -> bool) -> Vec<Told> {
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
