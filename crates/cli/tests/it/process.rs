//! `perch` as a process, on a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
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
    deployment_on("embedded")
}

/// A folder for a deployment that is kept where `storage.url` says.
pub(crate) fn deployment_on(storage: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(
        folder.path(),
        &[
            "init",
            "--administrator",
            "control@contoso.com",
            "--pool",
            "pchat01.contoso.com",
            "--storage-url",
            storage,
        ],
    );
    assert!(output.status.success(), "{output:?}");
    folder
}

/// The address in a line of the log, as text or as JSON, that says what is there.
fn address(line: &str, what: &str) -> Option<String> {
    if let Ok(line) = serde_json::from_str::<serde_json::Value>(line) {
        let address = (line["message"] == what).then(|| line["address"].as_str())?;
        return address.map(str::to_owned);
    }
    let (_, rest) = line.split_once(&format!("{what} address="))?;
    rest.split(' ').next().map(str::to_owned)
}

/// A running `perch serve`. Killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    reader: Option<JoinHandle<()>>,
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
        let (found, listening) = mpsc::channel();
        let log = Arc::new(Mutex::new(Vec::new()));
        // Reads to the end: a log that nobody reads would stop the server.
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let listening = address(&line, "listening");
                kept.lock().expect("no panic").push(line);
                if let Some(address) = listening {
                    found.send(address).ok();
                }
            }
        });
        let address = listening.recv_timeout(START_MAX).unwrap_or_else(|cause| {
            let log = log.lock().expect("no panic").join("\n");
            panic!("the server does not say where it listens: {cause}\n{log}")
        });
        Self {
            child,
            reader: Some(reader),
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
        let address = log.iter().find_map(|line| address(line, "metrics"));
        format!("http://{}/metrics", address.expect("metrics are served"))
    }

    /// SIGKILL, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the server is there");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        self.stop()
    }

    /// The same, after which everything that it logged can be read.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        let ended = self.child.wait().expect("it ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no panic");
        }
        ended
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
