//! Several nodes, of which one dies, is cut off, or loses the bus, while clients move between them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use perch_test_servers::{Nats, Postgres};

use super::cable::Cable;
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
async fn hundreds_of_clients_of_a_lost_node_are_taken_in_by_the_other_at_once() {
    const CLIENTS: usize = 300;
    const ROOMS: usize = 2;
    /// Many times what it takes, for a machine that does other things.
    const WITHIN: Duration = Duration::from_secs(30);
    let nodes = Nodes::new();
    let mut running = VecDeque::from([(0, nodes.serve(0)), (1, nodes.serve(1))]);
    let clients = ["--clients", &CLIENTS.to_string(), "--people", "12"];
    let rooms = ["--rooms", &ROOMS.to_string(), "--slow", "0"];
    let pace = ["--pause-ms", "30000", "--change-ms", "20000"];
    let flags = [clients, rooms, pace].concat();
    let mut recording = nodes.record(&flags).await;
    recording.wait(CLIENTS * ROOMS, "\"joined\"");
    // Half of the clients are at the first to die, all of them at each one after it, whom the one before left them to.
    for _ in rounds(1) {
        recording.wait_posted(50);
        let (node, dies) = running.pop_front().expect("two run");
        dies.kill();
        let lost = Instant::now();
        recording.wait(CLIENTS / 2 * ROOMS, "\"joined\"");
        let took = lost.elapsed();
        println!("half of {CLIENTS} clients were back in {ROOMS} rooms after {took:?}");
        assert!(took < WITHIN, "it took {took:?}");
        recording.wait_posted(50);
        running.push_back((node, nodes.serve(node)));
    }
    recording.wait_posted(50);
    recording.prove_of(&["saw", "posted"]);
    for (_, node) in running {
        assert!(node.terminate().success());
    }
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
