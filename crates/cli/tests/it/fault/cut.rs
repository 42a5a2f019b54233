//! One of two nodes is cut off: from NATS, from the database, from everything and everybody.

use perch_test_servers::{Nats, Postgres};

use super::island::{Island, Way};
use super::{Recording, Site, rounds};
use crate::process::Serving;

/// Two nodes of one deployment, of which the second is on an island.
struct Divided {
    island: Island,
    site: Site,
    nats: [String; 2],
    storage: String,
    /// Where the second listens.
    shore: String,
    addresses: [String; 2],
    /// The servers of both.
    _nats: Nats,
    _postgres: Postgres,
}

impl Divided {
    fn new() -> Self {
        let mut island = Island::new();
        let postgres = Postgres::start_at(island.mainland(Way::Postgres));
        let nats = Nats::start_at(island.mainland(Way::Nats));
        let site = Site::on(&postgres.database());
        let shore = format!("{}:8400", island.shore(Way::Clients));
        let mut across = |way, address: &str| island.across(way, address);
        let database = postgres.address();
        let storage = site
            .storage
            .replace(&database, &across(Way::Postgres, &database));
        let nats_there = nats.url_at(&across(Way::Nats, &nats.address()));
        let addresses = [site.address.clone(), across(Way::Clients, &shore)];
        Self {
            island,
            site,
            nats: [nats.url(), nats_there],
            storage,
            shore,
            addresses,
            _nats: nats,
            _postgres: postgres,
        }
    }

    /// Starts the node on the mainland.
    fn serve_mainland(&self) -> Serving {
        let flags = ["--node-name", "mainland", "--bus-url", &self.nats[0]];
        Serving::spawn(self.site.command(&flags))
    }

    /// Starts the node on the island.
    fn serve_island(&self) -> Serving {
        let flags = ["--node-name", "island", "--bus-url", &self.nats[1]];
        let command = self.site.command_on(&self.storage, &self.shore, &flags);
        Serving::spawn(self.island.place(command))
    }
}

/// Cuts ways of the second node until its clients have gone to the first, and heals them; then the second node has to do all of
/// the work. People are removed from rooms all the while.
async fn prove_when_cut(ways: &[Way]) {
    let divided = Divided::new();
    let mut mainland = divided.serve_mainland();
    let island = divided.serve_island();
    let addresses = [divided.addresses[0].as_str(), &divided.addresses[1]];
    let mut recording = Recording::start_at(&divided.site, &addresses, &["--slow", "0"]).await;
    for _ in rounds(2) {
        recording.wait_posted(200);
        divided.island.cut(ways);
        // Longer than a node may be silent, and a client patient.
        recording.wait_posted(1_500);
        divided.island.heal(ways);
        assert!(mainland.terminate().success());
        recording.wait_posted(200);
        mainland = divided.serve_mainland();
    }
    recording.wait_posted(200);
    recording.prove();
    assert!(mainland.terminate().success());
    assert!(island.terminate().success());
}

#[tokio::test]
async fn a_history_is_right_when_a_node_is_cut_off_from_nats() {
    prove_when_cut(&[Way::Nats]).await;
}

#[tokio::test]
async fn a_history_is_right_when_a_node_is_cut_off_from_the_database() {
    prove_when_cut(&[Way::Postgres]).await;
}

#[tokio::test]
async fn a_history_is_right_when_a_node_is_cut_off_from_everything() {
    prove_when_cut(&Way::ALL).await;
}
