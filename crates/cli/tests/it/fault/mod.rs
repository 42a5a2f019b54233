//! Faults while clients post, read, break off, resume, are removed and let in again: whatever happens to the server, the
//! record of all that they saw must be right (`perch-history`). Each file is a fault.
//!
//! Each fault is done a few times, or for `PERCH_SOAK_SECONDS` (`make soak`).

mod bus;
mod cable;
mod clock;
mod cut;
mod database;
mod disk;
mod island;
mod kill;
mod nodes;
mod slow;
mod webhook;

use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use perch_testkit::Person;
use tempfile::TempDir;

use crate::process::{PASSWORD, Serving, deployment_on, perch};

/// How long a test waits for something to appear in the record.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Numbers of the rounds in which a fault happens: so many at least, and for as long as the soak lasts.
fn rounds(least: u32) -> impl Iterator<Item = u32> {
    let seconds = std::env::var("PERCH_SOAK_SECONDS").unwrap_or_default();
    let soak = Duration::from_secs(seconds.parse().unwrap_or_default());
    let start = Instant::now();
    (0..).take_while(move |round| *round < least || start.elapsed() < soak)
}

/// A deployment whose server comes back at the same address.
struct Site {
    folder: TempDir,
    address: String,
    /// As `storage.url` has it.
    storage: String,
}

impl Site {
    fn new() -> Self {
        Self::on("embedded")
    }

    fn on(storage: &str) -> Self {
        static SITES: AtomicU8 = AtomicU8::new(0);
        // An address of this process and test alone: no port there can be taken while the server is away.
        let [.., high, low] = std::process::id().to_be_bytes();
        let site = SITES.fetch_add(1, Ordering::Relaxed);
        let ip = Ipv4Addr::new(127, 100 + site, high, low | 1);
        Self {
            folder: deployment_on(storage),
            address: format!("{ip}:8400"),
            storage: storage.to_owned(),
        }
    }

    /// Starts the server, at a rate of frames that is no limit.
    fn serve(&self, flags: &[&str]) -> Serving {
        Serving::spawn(self.command(flags))
    }

    fn command(&self, flags: &[&str]) -> Command {
        self.command_at(&self.address, flags)
    }

    fn command_at(&self, address: &str, flags: &[&str]) -> Command {
        self.command_on(&self.storage, address, flags)
    }

    fn command_on(&self, storage: &str, address: &str, flags: &[&str]) -> Command {
        let mut command = perch(self.folder.path(), &["serve"]);
        command.args(["--server-listen", address]).args(flags);
        command.args(["--storage-url", storage]);
        for limit in ["--live-frames-per-second", "--live-frames-burst"] {
            command.args([limit, "100000"]);
        }
        command
    }
}

/// `perch bench history`, while it runs.
struct Recording {
    child: Child,
    file: PathBuf,
    lines: BufReader<File>,
    /// A line that is not yet whole.
    begun: String,
}

impl Recording {
    /// Starts the clients at a running server.
    async fn start(site: &Site, flags: &[&str]) -> Self {
        Self::start_at(site, &[&site.address], flags).await
    }

    /// Starts the clients at running servers, among which they are spread and move.
    async fn start_at(site: &Site, addresses: &[&str], flags: &[&str]) -> Self {
        let urls: Vec<_> = addresses.iter().map(|at| format!("http://{at}")).collect();
        let url = urls[0].clone();
        let mut control = Person::nobody(&url);
        control.sign_in("control@contoso.com", PASSWORD).await;
        let file = site.folder.path().join("record");
        File::create(&file).expect("a file");
        let child = perch(site.folder.path(), &["bench", "history"])
            .args(["--url", &urls.join(","), "--seconds", "1000000", "--record"])
            .arg(&file)
            .args(flags)
            .env("PERCH_TOKEN", control.secret().expect("a token"))
            .stdout(Stdio::null())
            .spawn()
            .expect("perch starts");
        let lines = BufReader::new(File::open(&file).expect("the record"));
        Self {
            child,
            file,
            lines,
            begun: String::new(),
        }
    }

    /// Waits until so many more lines that contain a text are in the record.
    fn wait(&mut self, count: usize, text: &str) {
        let deadline = Instant::now() + WAIT_MAX;
        let mut found = 0;
        while found < count {
            let read = self.lines.read_line(&mut self.begun).expect("the record");
            if self.begun.ends_with('\n') {
                found += usize::from(self.begun.contains(text));
                self.begun.clear();
            }
            if read == 0 {
                assert!(
                    Instant::now() < deadline,
                    "waited in vain for {count} × {text}; there were {found}{}",
                    self.keep()
                );
                let ended = self.child.try_wait().expect("its state");
                assert!(ended.is_none(), "the clients ended: {ended:?}");
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    /// Waits until so many more posts were acknowledged.
    fn wait_posted(&mut self, count: usize) {
        self.wait(count, "\"posted\"");
    }

    /// The rooms in which is posted, as far as they are in the record.
    fn rooms(&self) -> Vec<String> {
        let record = read_to_string(&self.file).expect("the record");
        let lines = record
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let rooms = lines.filter(|event: &serde_json::Value| event["what"] == "room");
        rooms
            .filter_map(|event| event["room"].as_str().map(str::to_owned))
            .collect()
    }

    /// Keeps the record for whoever has to find out what happened.
    fn keep(&self) -> String {
        let kept = std::env::temp_dir().join(format!("perch-record-{}", std::process::id()));
        std::fs::copy(&self.file, &kept).expect("the record is kept");
        format!("\nthe record is kept in {}", kept.display())
    }

    /// Lets the clients finish while the server runs, and proves that the record is right.
    fn prove(self) {
        self.prove_of(&["saw", "posted", "removed", "changed"]);
    }

    /// The same of a record in which these things happened.
    fn prove_of(mut self, happened: &[&str]) {
        let terminated = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .expect("kill runs");
        assert!(terminated.success());
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "the clients ended with {ended}");
        let mut check = perch(self.file.parent().expect("a folder"), &["bench", "check"]);
        let output = check.arg(&self.file).output().expect("perch runs");
        if !output.status.success() {
            panic!(
                "{}{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
                self.keep()
            );
        }
        let record = read_to_string(&self.file).expect("the record");
        for what in happened {
            assert!(
                record.contains(&format!("\"{what}\"")),
                "nothing was {what}"
            );
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // Fails when it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
