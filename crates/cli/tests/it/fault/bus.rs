//! Three nodes in one process, on a bus that loses, repeats, delays and reorders what they tell each other. What it does follows
//! from a seed; a test that fails names it, and `PERCH_SEED` tries it again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use perch_app::{App, Settings};
use perch_domain::SystemClock;
use perch_domain::addin::Origin;
use perch_health_probe::{WebPoster, WebProber};
use perch_live::bus::{Bus, Delivery};
use perch_server::{ServerState, SocketLimits};
use perch_store_postgres::{PostgresStorage, PostgresUrl};
use perch_test_servers::Postgres;
use perch_testkit::Person;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, block_in_place};

use super::{LOOK_EVERY, Recording, Site, WAIT_MAX, rounds};
use crate::process::PASSWORD;

const NODES: usize = 3;
const POOL: &str = "pchat01.contoso.com";

/// What happens to an event on its way to a node, of a hundred.
const LOST: u64 = 15;
const REPEATED: u64 = 15;
const DELAYED: u64 = 30;
/// Beyond what a room waits for before it asks the store, and short of what a node is missed for.
const DELAY_MAX_MS: u64 = 300;

/// Events on their way to a node; one more is lost.
const WAITING_MAX: usize = 65_536;

/// The bus between all nodes.
struct Chaos {
    seed: u64,
    nodes: Mutex<Vec<mpsc::Sender<Bytes>>>,
}

/// One node's end of it.
struct End {
    chaos: Arc<Chaos>,
    events: tokio::sync::Mutex<mpsc::Receiver<Bytes>>,
    /// How many it has published.
    count: AtomicU64,
}

impl Chaos {
    fn join(self: &Arc<Self>) -> Arc<dyn Bus> {
        let (sender, events) = mpsc::channel(WAITING_MAX);
        self.nodes.lock().unwrap().push(sender);
        Arc::new(End {
            chaos: Arc::clone(self),
            events: tokio::sync::Mutex::new(events),
            count: AtomicU64::new(0),
        })
    }

    /// A number that the seed and some others decide.
    fn roll(&self, of: impl Hash, below: u64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, of).hash(&mut hasher);
        hasher.finish() % below
    }
}

#[async_trait]
impl Bus for End {
    async fn publish(&self, event: Bytes) {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let nodes = self.chaos.nodes.lock().unwrap().clone();
        for (node, sender) in nodes.into_iter().enumerate() {
            let roll = |what: &str, below| {
                let key = (what, node, number, &event);
                self.chaos.roll(key, below)
            };
            if roll("lost", 100) < LOST {
                continue;
            }
            let copies = 1 + u64::from(roll("repeated", 100) < REPEATED);
            for copy in 0..copies {
                let delayed = self.chaos.roll((node, number, copy), 100) < DELAYED;
                let delay = roll(if copy == 0 { "first" } else { "again" }, DELAY_MAX_MS);
                let (sender, event) = (sender.clone(), event.clone());
                if delayed {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(delay)).await;
                        sender.try_send(event).ok();
                    });
                } else {
                    sender.try_send(event).ok();
                }
            }
        }
    }

    async fn receive(&self) -> Delivery {
        let event = self.events.lock().await.recv().await;
        Delivery::Event(event.expect("the bus keeps a sender"))
    }
}

/// A node in this process.
struct Node {
    url: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Node {
    async fn start(number: usize, storage: &str, chaos: &Arc<Chaos>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let settings = Settings {
            node_name: format!("node{number}"),
            ..Settings::at(Origin::parse(&url).unwrap())
        };
        let place: PostgresUrl = storage.parse().unwrap();
        let storage = Arc::new(PostgresStorage::new(&place, 8));
        let bus = Some(chaos.join());
        let prober = Arc::new(WebProber::new());
        let poster = Arc::new(WebPoster::new());
        let clock = Arc::new(SystemClock);
        let app = App::open(storage, settings, clock, bus, prober, poster).await;
        let limits = SocketLimits {
            frames_per_second: NonZeroU32::MAX,
            frames_burst: NonZeroU32::MAX,
        };
        let state = ServerState::new(app.unwrap(), limits);
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let serving = tokio::spawn(perch_server::serve(listener, state, stopped));
        Self { url, stop, serving }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }
}

/// What a node has in memory of people, categories and rooms, as an administrator is shown it.
async fn in_memory(control: &Person, rooms: &[String]) -> Vec<Value> {
    let mut paths = vec![
        "/principals?limit=200".to_owned(),
        format!("/pools/{POOL}/categories"),
    ];
    paths.extend(rooms.iter().map(|room| format!("/rooms/{room}/detail")));
    let mut memory = Vec::new();
    for path in paths {
        memory.push(control.get(&path).await.done());
    }
    memory
}

async fn prove_on_chaos(seed: u64) {
    let chaos = Arc::new(Chaos {
        seed,
        nodes: Mutex::default(),
    });
    let site = Site::on(&Postgres::shared().database());
    let mut nodes = Vec::new();
    for number in 0..NODES {
        nodes.push(Node::start(number, &site.storage, &chaos).await);
    }
    let addresses: Vec<_> = nodes
        .iter()
        .map(|node| &node.url["http://".len()..])
        .collect();
    let flags = ["--slow", "0", "--people", "6", "--clients", "18"];
    let mut recording = Recording::start_at(&site, &addresses, &flags).await;
    let mut controls = Vec::new();
    for node in &nodes {
        let mut control = Person::nobody(&node.url);
        control.sign_in("control@contoso.com", PASSWORD).await;
        controls.push(control);
    }
    block_in_place(|| recording.wait_posted(50));
    let rooms = recording.rooms();
    // Rooms change at one node after the other.
    for change in 0..20 {
        let path = format!("/rooms/{}", rooms[change % rooms.len()]);
        let body = json!({ "description": format!("Change {change}") });
        controls[change % NODES].patch(&path, body).await.done();
    }
    block_in_place(|| {
        recording.wait_posted(200);
        recording.prove();
    });
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        let mut memories = Vec::new();
        for control in &controls {
            memories.push(in_memory(control, &rooms).await);
        }
        if memories.iter().all(|memory| *memory == memories[0]) {
            break;
        }
        assert!(Instant::now() < deadline, "{memories:#?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_right_on_a_bus_that_loses_repeats_delays_and_reorders() {
    // What the nodes have to say, when it fails.
    let log = tracing_subscriber::fmt().with_test_writer();
    log.with_max_level(tracing::Level::WARN).init();
    for round in rounds(2) {
        let given = std::env::var("PERCH_SEED").ok();
        let seed = given.map_or_else(|| u64::from(round), |seed| seed.parse().expect("a number"));
        // Shown when the test fails.
        println!("seed {seed}");
        prove_on_chaos(seed).await;
    }
}
