//! The server that is measured: this program again, as a process of its own, on a core of its own.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::failed;
use crate::error::Error;

const SERVER_CORE: &str = "0";
const GENERATOR_CORE: &str = "1";
/// Clock ticks a second in `/proc/<pid>/stat`: fixed in Linux's interface.
const TICKS: f64 = 100.0;

/// A running server.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
}

impl Server {
    /// Starts it on a free port.
    pub(super) async fn start(folder: &Path) -> Result<Self, Error> {
        Self::start_at(folder, "127.0.0.1:0").await
    }

    /// Kills it in the middle of whatever it does, and starts it again at the same address.
    pub(super) async fn kill_and_start(&mut self, folder: &Path) -> Result<(), Error> {
        self.child.kill().await.map_err(failed)?;
        *self = Self::start_at(folder, &self.address).await?;
        Ok(())
    }

    async fn start_at(folder: &Path, address: &str) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(failed)?;
        let mut child = Command::new("taskset")
            .args(["--cpu-list", SERVER_CORE])
            .arg(program)
            .args([
                "serve",
                "--server-listen",
                address,
                "--live-frames-per-second",
                "1000000",
            ])
            .args([
                "--live-frames-burst",
                "1000000",
                "--log-filter",
                "info",
                "--storage-url",
                "embedded",
                "--storage-folder",
            ])
            .arg(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| {
                failed(format!(
                    "taskset (package util-linux) cannot be run: {cause}."
                ))
            })?;
        let Some(log) = child.stderr.take() else {
            return Err(failed("the server has no log"));
        };
        let mut lines = BufReader::new(log).lines();
        let found = timeout(Duration::from_secs(30), async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, rest)) = line.split_once("listening address=") {
                    return rest.split(' ').next().map(str::to_owned);
                }
            }
            None
        });
        let Ok(Some(address)) = found.await else {
            return Err(failed("the server did not start"));
        };
        // A log that nobody reads would stop the server.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address })
    }

    fn file(&self, name: &str) -> Result<String, Error> {
        let pid = self.child.id().ok_or_else(|| failed("the server ended"))?;
        fs::read_to_string(format!("/proc/{pid}/{name}")).map_err(failed)
    }

    /// Seconds of processor time that it has used.
    pub(super) fn cpu_seconds(&self) -> Result<f64, Error> {
        let stat = self.file("stat")?;
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks: f64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<f64>().ok())
            .sum();
        Ok(ticks / TICKS)
    }

    /// KiB of memory of its own that it holds.
    pub(super) fn memory_kib(&self) -> Result<f64, Error> {
        let status = self.file("status")?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .ok_or_else(|| failed("no RssAnon in status"))
    }
}

/// Keeps this process off the server's core.
pub(super) fn pin_generator() {
    // Where it cannot be done the figures are of a shared core, and worse: no harm beyond that.
    std::process::Command::new("taskset")
        .args([
            "--all-tasks",
            "--cpu-list",
            "--pid",
            GENERATOR_CORE,
            &std::process::id().to_string(),
        ])
        .stdout(Stdio::null())
        .status()
        .ok();
}
