//! `perch` as a process, on a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tempfile::TempDir;

/// The password of the administrator.
pub(crate) const PASSWORD: &str = "correct horse";
/// How long a start may take on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);

/// `perch` with arguments, in a folder where no configuration lies, with nothing of ours in its environment.
pub(crate) fn perch(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perch"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PERCH_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    perch(folder, arguments)
        .env("PERCH_INIT_PASSWORD", PASSWORD)
        .output()
        .expect("perch runs")
}

/// A folder with a deployment.
pub(crate) fn deployment() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(
        folder.path(),
        &[
            "init",
            "--administrator",
            "control@contoso.com",
            "--pool",
            "pchat01.contoso.com",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    folder
}

/// What stands behind a mark in a line of the log.
fn value(line: &str, mark: &str) -> Option<String> {
    let (_, rest) = line.split_once(mark)?;
    rest.split(' ').next().map(str::to_owned)
}

/// A running `perch serve`. Killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    pub(crate) url: String,
}

impl Serving {
    /// Starts it on a free port and waits until it listens.
    pub(crate) fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut command = perch(folder, &["serve", "--server-listen", "127.0.0.1:0"]);
        command.args(flags);
        Self::spawn(command)
    }

    /// Starts `perch serve` and waits until it listens.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("perch starts");
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let (found, address) = mpsc::channel();
        let log = Arc::new(Mutex::new(Vec::new()));
        // Reads to the end: a log that nobody reads would stop the server.
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let address = value(&line, "listening address=");
                kept.lock().expect("no panic").push(line);
                if let Some(address) = address {
                    found.send(address).ok();
                }
            }
        });
        let address = address
            .recv_timeout(START_MAX)
            .expect("the server says where it listens");
        Self {
            child,
            log,
            url: format!("http://{address}"),
        }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().expect("no panic").clone()
    }

    /// Where it serves its metrics.
    pub(crate) fn metrics_url(&self) -> String {
        let log = self.log();
        let address = log.iter().find_map(|line| value(line, "metrics address="));
        format!("http://{}/metrics", address.expect("metrics are served"))
    }

    /// SIGKILL, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the server is there");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        self.child.wait().expect("it ends")
    }

    /// SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails when it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
