//! The server that is measured: this program again, as a process of its own, on a core of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::failed;
use super::process::{Processes, SERVER_CORE};
use crate::error::Error;

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(60);
/// How often it is looked whether a killed one has ended.
const END_EVERY: Duration = Duration::from_millis(5);

/// Where a deployment is kept.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its folder, with the embedded store.
    pub(super) folder: PathBuf,
    /// The PostgreSQL database that has it instead.
    pub(super) database: Option<String>,
    /// The NATS server between its nodes.
    pub(super) bus: Option<String>,
}

/// A running node.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    number: usize,
}

/// A command for the server's core.
pub(super) fn on_server_core(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["--cpu-list", SERVER_CORE])
        .arg(program)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Starts what [`on_server_core`] made.
pub(super) fn spawn(command: &mut Command) -> Result<Child, Error> {
    command.spawn().map_err(|cause| {
        failed(format!(
            "taskset (package util-linux) cannot be run: {cause}."
        ))
    })
}

/// The processes of a child that runs.
pub(super) fn processes(child: &Child) -> Result<Processes, Error> {
    super::services::of(child.id())
}

impl Drop for Server {
    /// Its folder is free for the next one only once it has ended.
    fn drop(&mut self) {
        self.child.start_kill().ok();
        while let Ok(None) = self.child.try_wait() {
            std::thread::sleep(END_EVERY);
        }
    }
}

impl Server {
    /// Starts a node on a free port.
    pub(super) async fn start(place: &Place, number: usize) -> Result<Self, Error> {
        Self::start_at(place, number, "127.0.0.1:0").await
    }

    /// Kills it in the middle of whatever it does.
    pub(super) async fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().await.map_err(failed)
    }

    /// Starts it again at the same address.
    pub(super) async fn start_again(&mut self, place: &Place) -> Result<(), Error> {
        *self = Self::start_at(place, self.number, &self.address).await?;
        Ok(())
    }

    async fn start_at(place: &Place, number: usize, address: &str) -> Result<Self, Error> {
        let mut command = on_server_core(std::env::current_exe().map_err(failed)?);
        let unlimited = "1000000";
        command
            .args(["serve", "--server-listen", address, "--log-filter", "info"])
            .args(["--live-frames-per-second", unlimited])
            .args(["--live-frames-burst", unlimited])
            .args(["--server-requests-per-second", unlimited])
            .args(["--server-requests-burst", unlimited])
            .args(["--node-name", &format!("node{number}")])
            .args([
                "--storage-url",
                place.database.as_deref().unwrap_or("embedded"),
            ])
            .arg("--storage-folder")
            .arg(&place.folder)
            .stderr(Stdio::piped());
        if let Some(bus) = &place.bus {
            command.args(["--bus-url", bus]);
        }
        let mut child = spawn(&mut command)?;
        let log = child.stderr.take();
        let address = listening(log.ok_or_else(|| failed("the server has no log"))?).await?;
        Ok(Self {
            child,
            address,
            number,
        })
    }

    /// Its process.
    pub(super) fn processes(&self) -> Result<Processes, Error> {
        processes(&self.child)
    }
}

/// KiB of memory of their own that nodes hold.
pub(super) fn memory_kib(nodes: &[Server]) -> Result<f64, Error> {
    let nodes = nodes.iter();
    nodes.map(|node| node.processes()?.memory_kib()).sum()
}

/// Copies the deployment of a folder into a database.
pub(super) async fn migrate(folder: &Path, database: &str) -> Result<(), Error> {
    let done = Command::new(std::env::current_exe().map_err(failed)?)
        .args([
            "migrate-storage",
            "--storage-url",
            "embedded",
            "--storage-folder",
        ])
        .arg(folder)
        .args(["--to", database])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(failed)?;
    if done.status.success() {
        Ok(())
    } else {
        Err(failed(String::from_utf8_lossy(&done.stderr)))
    }
}

/// The address that a server says it listens at. The rest of what it says is read, too: it would stop otherwise.
pub(super) async fn listening(
    said: impl tokio::io::AsyncRead + Unpin + Send + 'static,
) -> Result<String, Error> {
    let mut lines = BufReader::new(said).lines();
    let found = timeout(START_MAX, async {
        let mut last = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((_, rest)) = line.split_once("listening address=") {
                return Ok(rest.split(' ').next().unwrap_or_default().to_owned());
            }
            last = line;
        }
        Err(failed(format!("a server did not start: {last}")))
    });
    let address = found
        .await
        .map_err(|_| failed("a server did not start"))??;
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(address)
}
