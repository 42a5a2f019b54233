//! People are removed from rooms and let in again while they use them.

use std::sync::Arc;
use std::time::Duration;

use perch_history::What;
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use super::cohort::{Cohort, Desk};
use super::recorder::Recorder;
use super::{Phase, client};

/// Who may be in which room, by their numbers.
pub(super) struct Members(Vec<Vec<bool>>);

impl Members {
    pub(super) fn may(&self, room: usize, person: usize) -> bool {
        let room = self.0.get(room);
        room.and_then(|people| people.get(person).copied())
            .unwrap_or_default()
    }
}

/// Changes one thing after the other until the load ends; each change is asked for until it is acknowledged. Gives what holds
/// in the end.
pub(super) async fn run(
    desk: Desk,
    cohort: Arc<Cohort>,
    recorder: Arc<Recorder>,
    every: Duration,
    mut phases: watch::Receiver<Phase>,
) -> Members {
    let people = cohort.people.len();
    let mut members = Members(vec![vec![true; people]; cohort.rooms.len()]);
    for change in 0.. {
        let ended = phases.wait_for(|phase| *phase != Phase::Load);
        if timeout(every, ended).await.is_ok() || people < 2 {
            break;
        }
        // The first person stays everywhere, and reads the history in the end.
        let (number, who) = (client::any(cohort.rooms.len()), 1 + client::any(people - 1));
        let (Some(room), Some(may), Some(person)) = (
            cohort.rooms.get(number),
            members.0.get_mut(number),
            cohort.people.get(who),
        ) else {
            break;
        };
        let Some(allowed) = may.get_mut(who).map(|may| {
            *may = !*may;
            *may
        }) else {
            break;
        };
        let list: Vec<Uuid> = cohort
            .people
            .iter()
            .zip(may.iter())
            .filter_map(|(person, may)| may.then_some(person.id))
            .collect();
        recorder.record(What::Change {
            change,
            room: *room,
            person: person.id,
            allowed,
        });
        if !desk.set_members(*room, &list).await {
            break;
        }
        recorder.record(What::Changed { change });
    }
    members
}
