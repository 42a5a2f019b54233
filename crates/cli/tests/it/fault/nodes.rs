//! Several nodes, of which one dies, is cut off, or loses the bus, while clients move between them.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use perch_test_servers::{Nats, Postgres};

use super::{Recording, Site, rounds};
use crate::process::Serving;

/// Two nodes of one deployment.
struct Nodes {
    site: Site,
    nats: Nats,
    addresses: [String; 2],
}

impl Nodes {
    fn new() -> Self {
        let site = Site::on(&Postgres::shared().database());
        let other = site.address.replace(":8400", ":8401");
        Self {
            nats: Nats::start(),
            addresses: [site.address.clone(), other],
            site,
        }
    }

    /// Starts one of them.
    fn serve(&self, node: usize) -> Serving {
        self.serve_through(node, &self.nats.url())
    }

    /// Starts one of them, which finds NATS at another address.
    fn serve_through(&self, node: usize, nats: &str) -> Serving {
        let name = format!("node{node}");
        let flags = ["--node-name", name.as_str(), "--bus-url", nats];
        Serving::spawn(self.site.command_at(&self.addresses[node], &flags))
    }

    async fn record(&self, flags: &[&str]) -> Recording {
        let addresses = [self.addresses[0].as_str(), &self.addresses[1]];
        Recording::start_at(&self.site, &addresses, flags).await
    }
}

#[tokio::test]
async fn a_history_is_right_when_one_of_two_nodes_is_killed() {
    let nodes = Nodes::new();
    let stays = nodes.serve(0);
    let mut dies = nodes.serve(1);
    let mut recording = nodes.record(&["--slow", "0"]).await;
    for _ in rounds(2) {
        recording.wait_posted(200);
        dies.kill();
        recording.wait_posted(100);
        dies = nodes.serve(1);
    }
    recording.wait_posted(200);
    recording.prove();
    assert!(stays.terminate().success());
    assert!(dies.terminate().success());
}

#[tokio::test]
async fn a_history_is_right_when_nodes_are_restarted_one_after_the_other() {
    let nodes = Nodes::new();
    let mut running = VecDeque::from([(0, nodes.serve(0)), (1, nodes.serve(1))]);
    let mut recording = nodes.record(&["--slow", "0"]).await;
    for _ in rounds(4) {
        recording.wait_posted(200);
        let (node, server) = running.pop_front().expect("two run");
        assert!(server.terminate().success());
        running.push_back((node, nodes.serve(node)));
    }
    recording.wait_posted(200);
    recording.prove();
}

#[tokio::test]
async fn a_history_is_right_when_nats_is_killed() {
    let mut nodes = Nodes::new();
    let running = [nodes.serve(0), nodes.serve(1)];
    let mut recording = nodes.record(&["--slow", "0"]).await;
    for _ in rounds(2) {
        recording.wait_posted(200);
        nodes.nats.kill();
        recording.wait_posted(200);
        nodes.nats.start_again();
    }
    recording.wait_posted(200);
    recording.prove();
    for node in running {
        assert!(node.terminate().success());
    }
}

#[tokio::test]
async fn a_history_is_right_when_one_of_two_nodes_is_cut_off_from_the_other() {
    let nodes = Nodes::new();
    let cut = Cable::to(&nodes.nats.address());
    let one = nodes.serve(0);
    let two = nodes.serve_through(1, &nodes.nats.url_at(&cut.address));
    let mut recording = nodes.record(&["--slow", "0"]).await;
    for _ in rounds(2) {
        recording.wait_posted(200);
        cut.set(true);
        recording.wait_posted(400);
        cut.set(false);
    }
    recording.wait_posted(200);
    recording.prove();
    assert!(one.terminate().success());
    assert!(two.terminate().success());
}

/// A way to a server that can be cut: what is sent waits, and nobody is told, as when a cable is pulled.
struct Cable {
    address: String,
    cut: Arc<AtomicBool>,
}

impl Cable {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its number").to_string();
        let cut = Arc::new(AtomicBool::new(false));
        let (server, shared) = (server.to_owned(), Arc::clone(&cut));
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(&server) else {
                    continue;
                };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let ends = (from.try_clone(), to.try_clone());
                    if let (Ok(from), Ok(to)) = ends {
                        let cut = Arc::clone(&shared);
                        std::thread::spawn(move || carry(from, to, &cut));
                    }
                }
            }
        });
        Self { address, cut }
    }

    fn set(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, cut: &AtomicBool) {
    const PACE: Duration = Duration::from_millis(10);
    let mut buffer = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        while cut.load(Ordering::Relaxed) {
            std::thread::sleep(PACE);
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    to.shutdown(std::net::Shutdown::Both).ok();
}
