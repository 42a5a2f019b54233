//! `perch bench history`: clients that post, read, break off, resume, are removed and let in again, at a running deployment,
//! and a record of all that they sent, had acknowledged and saw. `perch bench check` judges it.
//!
//! The load does not stop because the server does: whoever injects faults does so from outside, meanwhile.

mod change;
mod client;
mod cohort;
mod recorder;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_history::What;
use perch_wire::message::PageRequest;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub(super) use self::client::any;
use self::client::{Client, Standing};
use self::cohort::{Cohort, Desk};
use self::recorder::Recorder;
use super::failed;
use crate::error::Error;
use crate::say::say;
use crate::serve::stop_signal;

/// How often it is looked whether everybody has everything.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often the record is written through, for whoever watches it grow.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// `perch bench history`.
#[derive(Args)]
#[command(after_help = "How it works, and with which faults it is run: docs/testing.md")]
pub(crate) struct HistoryCommand {
    /// Address of a server; repeated for each node, over which the clients spread
    #[arg(long, env = "PERCH_URL", required = true, value_delimiter = ',')]
    url: Vec<String>,
    /// Token of an administrator
    #[arg(long, env = "PERCH_TOKEN", hide_env_values = true)]
    token: String,
    /// File for the record
    #[arg(long)]
    record: PathBuf,
    /// Seconds of load; SIGTERM or SIGINT end it sooner, and the record is completed all the same
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Rooms in which is posted
    #[arg(long, default_value_t = 3)]
    rooms: usize,
    /// People; all but the first are removed and let in again
    #[arg(long, default_value_t = 5)]
    people: usize,
    /// Clients of these people
    #[arg(long, default_value_t = 15)]
    clients: usize,
    /// How many of the clients only read, and slowly
    #[arg(long, default_value_t = 1)]
    slow: usize,
    /// Milliseconds between a client's posts
    #[arg(long, default_value_t = 50)]
    pause_ms: u64,
    /// Characters of the longest message
    #[arg(long, default_value_t = 400)]
    chars_max: usize,
    /// Milliseconds between changes of who may be in a room
    #[arg(long, default_value_t = 500)]
    change_ms: u64,
    /// Seconds that everybody is given at the end to see everything
    #[arg(long, default_value_t = 60)]
    settle_seconds: u64,
}

/// What the clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Post and break off.
    Load,
    /// Finish what was begun, and read.
    Settle,
    /// End.
    Done,
}

/// Runs `perch bench history`.
///
/// # Errors
/// When the people and rooms cannot be made, the history cannot be read at the end, or the record cannot be written.
pub(super) async fn run(command: HistoryCommand) -> Result<(), Error> {
    let stop = stop_signal().map_err(failed)?;
    let recorder = Arc::new(Recorder::create(&command.record)?);
    let flusher = tokio::spawn({
        let recorder = Arc::clone(&recorder);
        async move {
            loop {
                sleep(FLUSH_EVERY).await;
                recorder.flush();
            }
        }
    });
    let desk = Desk::new(&command.url, &command.token)?;
    let cohort = Arc::new(cohort::make(&desk, command.rooms, command.people).await?);
    recorder.record(What::Began {
        resume_max: u64::from(MESSAGES_PAGE_MAX),
    });
    for room in &cohort.rooms {
        recorder.record(What::Room {
            room: *room,
            head: 0,
            members: cohort.people.iter().map(|person| person.id).collect(),
        });
    }
    let (phase, phases) = watch::channel(Phase::Load);
    let mut tasks = JoinSet::new();
    let mut clients = Vec::new();
    for number in 0..command.clients {
        let client = Client::new(number, &command, &cohort, &recorder)?;
        clients.push((client.person(), client.standing()));
        tasks.spawn(client.run(phases.clone()));
    }
    let changes = tokio::spawn(change::run(
        desk,
        Arc::clone(&cohort),
        Arc::clone(&recorder),
        Duration::from_millis(command.change_ms),
        phases.clone(),
    ));
    say(&format!(
        "{} clients of {} people in {} rooms, for {} s",
        clients.len(),
        cohort.people.len(),
        cohort.rooms.len(),
        command.seconds
    ));
    timeout(Duration::from_secs(command.seconds), stop)
        .await
        .ok();
    phase.send_replace(Phase::Settle);
    let last_change = changes.abort_handle();
    let settled = timeout(Duration::from_secs(command.settle_seconds), async {
        let members = changes.await.map_err(failed)?;
        settle(&cohort, &members, &clients).await;
        Ok::<_, Error>(())
    });
    match settled.await {
        Ok(settled) => settled?,
        Err(_) => {
            last_change.abort();
            say("not everybody has seen everything in time");
        }
    }
    recorder.record(What::Settled {});
    phase.send_replace(Phase::Done);
    while tasks.join_next().await.is_some() {}
    for room in &cohort.rooms {
        read_log(&cohort, *room, &recorder).await?;
    }
    recorder.record(What::Ended {});
    flusher.abort();
    let counts = recorder.finish()?;
    say(&format!(
        "{} posts acknowledged, {} messages seen, {} joins answered, {} connections lost, {} changes of access",
        counts.posted, counts.saw, counts.joined, counts.closed, counts.changed
    ));
    Ok(())
}

/// Waits until everybody who may be in a room has it open and whole, and nobody else has.
async fn settle(
    cohort: &Cohort,
    members: &change::Members,
    clients: &[(usize, Arc<std::sync::Mutex<Standing>>)],
) {
    loop {
        sleep(LOOK_EVERY).await;
        // Whoever still waits for an answer may add to the history.
        let busy = clients
            .iter()
            .any(|(_, standing)| standing.lock().is_ok_and(|standing| standing.busy));
        if busy {
            continue;
        }
        let mut heads = Vec::new();
        for room in &cohort.rooms {
            let latest = PageRequest {
                limit: Some(1),
                ..PageRequest::default()
            };
            match cohort.reader().messages(*room, &latest).await {
                Ok(page) => heads.push(page.head),
                Err(_) => break,
            }
        }
        let whole = |(person, standing): &(usize, Arc<std::sync::Mutex<Standing>>)| {
            standing.lock().is_ok_and(|standing| {
                let rooms = standing.open.iter().zip(&heads).enumerate();
                let mut rooms = rooms.map(|(room, (open, head))| {
                    *open == members.may(room, *person).then_some(*head)
                });
                !standing.busy && rooms.all(|whole| whole)
            })
        };
        if heads.len() == cohort.rooms.len() && clients.iter().all(whole) {
            return;
        }
    }
}

/// Records a room's whole history.
async fn read_log(cohort: &Cohort, room: uuid::Uuid, recorder: &Recorder) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let request = PageRequest {
            after: Some(after),
            limit: Some(MESSAGES_PAGE_MAX),
            ..PageRequest::default()
        };
        let page = cohort.reader().messages(room, &request).await;
        let page = page.map_err(failed)?;
        let entries: Vec<_> = page.messages.iter().map(recorder::entry).collect();
        let last = entries.last().map(|entry| entry.seq);
        recorder.record(What::Log { room, entries });
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
