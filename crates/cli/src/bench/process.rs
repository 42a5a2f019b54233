//! Processes that are measured, each with all that descend from it, and the cores on which they run.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, Stdio};

use super::failed;
use crate::error::Error;

/// The core of what is measured: a server, and its database with it.
pub(super) const SERVER_CORE: &str = "0";
/// The core of the load.
const GENERATOR_CORE: &str = "1";
/// Clock ticks a second in `/proc/<pid>/stat`: fixed in Linux's interface.
const TICKS: f64 = 100.0;

/// A process and its descendants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processes(pub(super) u32);

struct Stat {
    parent: u32,
    ticks: f64,
}

impl Processes {
    /// Seconds of processor time that they have used, and those of them that have ended.
    pub(super) fn cpu_seconds(self) -> Result<f64, Error> {
        let ticks: f64 = self.all()?.iter().map(|(_, stat)| stat.ticks).sum();
        Ok(ticks / TICKS)
    }

    /// KiB of memory of their own that they hold.
    pub(super) fn memory_kib(self) -> Result<f64, Error> {
        let own = |pid: &u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("RssAnon:"));
            line?.split_whitespace().next()?.parse::<f64>().ok()
        };
        Ok(self.all()?.iter().filter_map(|(pid, _)| own(pid)).sum())
    }

    /// Puts them on the core of what is measured; what they start later is there too.
    pub(super) fn pin(self) -> Result<(), Error> {
        for (pid, _) in self.all()? {
            pin(pid, SERVER_CORE);
        }
        Ok(())
    }

    fn all(self) -> Result<Vec<(u32, Stat)>, Error> {
        let mut processes: HashMap<u32, Stat> = fs::read_dir("/proc")
            .map_err(failed)?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            // One that has just ended has no file any more.
            .filter_map(|pid| Some((pid, stat(pid)?)))
            .collect();
        let root = processes.remove(&self.0);
        let mut found = vec![(self.0, root.ok_or_else(|| failed("a server ended"))?)];
        loop {
            let is_child = |stat: &Stat| found.iter().any(|(pid, _)| *pid == stat.parent);
            let children: Vec<_> = processes
                .iter()
                .filter_map(|(pid, stat)| is_child(stat).then_some(*pid))
                .collect();
            if children.is_empty() {
                return Ok(found);
            }
            found.extend(
                children
                    .into_iter()
                    .filter_map(|pid| Some((pid, processes.remove(&pid)?))),
            );
        }
    }
}

fn stat(pid: u32) -> Option<Stat> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may have spaces and brackets itself.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    // User and system time, its own and that of children that it has waited for.
    let ticks = fields.skip(9).take(4);
    Some(Stat {
        parent,
        ticks: ticks.filter_map(|field| field.parse::<f64>().ok()).sum(),
    })
}

/// Keeps this process, and what it starts, off the core of what is measured.
pub(super) fn pin_generator() {
    pin(std::process::id(), GENERATOR_CORE);
}

/// Where it cannot be done the figures are of a shared core, and worse: no harm beyond that.
fn pin(pid: u32, core: &str) {
    Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", core])
        .arg(pid.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok();
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn processor_time_of_children_counts_while_they_run_and_after_they_ended() {
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let mut shell = Command::new("sh")
            .args(["-c", &format!("sh -c '{busy}'; read -r _; :")])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let processes = Processes(shell.id());
        let started = std::time::Instant::now();
        while processes.cpu_seconds().unwrap() < 0.05 {
            assert!(started.elapsed().as_secs() < 20);
            std::thread::yield_now();
        }
        // The child ends; its time stays.
        while processes.all().unwrap().len() > 1 {
            assert!(started.elapsed().as_secs() < 20);
            std::thread::yield_now();
        }
        assert!(processes.cpu_seconds().unwrap() >= 0.05);
        drop(shell.stdin.take());
        shell.wait().unwrap();
    }
}
