//! `perch bench peer`: another server and ours, in the same run, with the same load at the same pinning.

mod ejabberd;
pub(super) mod floor;
mod nats;

use std::time::Duration;

use clap::{Args, Subcommand};

use super::ours::Bed;
use super::report::{self, Figures, Repeat};
use super::scenario::{Subject, fan_out, joining, posting};
use crate::error::Error;
use crate::say::say;

/// `perch bench peer`.
#[derive(Args)]
pub(crate) struct PeerCommand {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(Subcommand)]
enum Peer {
    /// A chat server: ejabberd, rooms with their archive in PostgreSQL
    Ejabberd(With),
    /// A bus: NATS, a stream in a file
    Nats(With),
    /// A server of one thread without any protocol: the least that a delivery can cost
    Floor(With),
}

#[derive(Args)]
struct With {
    /// Members of the rooms whose fan-out is measured
    #[arg(long, value_delimiter = ',', default_values_t = [50, 500, 2_000])]
    members: Vec<usize>,
    /// Messages in the room that is joined
    #[arg(long, default_value_t = 10_000)]
    history: usize,
    #[command(flatten)]
    repeat: Repeat,
}

/// Runs `perch bench peer`.
///
/// # Errors
/// When the peer is not installed, or a delivery is missing, doubled or out of order.
pub(super) async fn run(command: PeerCommand) -> Result<(), Error> {
    let (with, installed, missing) = match &command.peer {
        Peer::Ejabberd(with) => (with, ejabberd::installed(), ejabberd::MISSING),
        Peer::Nats(with) => (with, nats::installed(), nats::MISSING),
        Peer::Floor(with) => (with, true, ""),
    };
    if !with.repeat.wanted(installed, missing)? {
        return Ok(());
    }
    match command.peer {
        Peer::Ejabberd(with) => beside_ejabberd(&with).await,
        Peer::Nats(with) => beside_nats(&with).await,
        Peer::Floor(with) => beside_floor(&with).await,
    }
}

impl With {
    fn load(&self) -> Duration {
        Duration::from_secs(self.repeat.seconds)
    }

    /// Our deployment with the same rooms.
    async fn bed(&self) -> Result<Bed, Error> {
        let mut sizes = self.members.clone();
        sizes.extend([posting::MEMBERS, fan_out::CALM_MEMBERS]);
        sizes.sort_unstable();
        sizes.dedup();
        Bed::make(None, &sizes, self.history).await
    }

    /// Posting, and fan-out in all rooms.
    async fn measure(&self, subject: &impl Subject) -> Result<Figures, Error> {
        let mut figures = posting::measure(subject, self.load()).await?;
        figures.extend(fan_out::measure(subject, &self.members, self.load()).await?);
        Ok(figures)
    }
}

async fn beside_ejabberd(with: &With) -> Result<(), Error> {
    let people = with.members.iter().copied().max().unwrap_or_default();
    let peer = ejabberd::Bed::make(people.max(fan_out::CALM_MEMBERS), with.history)?;
    let bed = with.bed().await?;
    report::repeat("ejabberd", &with.repeat, async || {
        let mut figures = Figures::default();
        let half = "fan-out, room of 500, at half of ejabberd's saturation";
        let (theirs, rate) = {
            let ejabberd = peer.start().await?;
            let mut theirs = with.measure(&ejabberd).await?;
            let saturated = theirs.get(&fan_out::deliveries(fan_out::CALM_MEMBERS));
            let members = report::float(fan_out::CALM_MEMBERS as u64);
            let rate = saturated.map(|deliveries| deliveries / members / 2.0);
            if let Some(rate) = rate {
                theirs.extend(fan_out::at_rate(&ejabberd, half, rate, with.load()).await?);
            }
            theirs.extend(joining::measure(&ejabberd).await?);
            (theirs, rate)
        };
        let ours = bed.start(1).await?;
        let mut own = with.measure(&ours).await?;
        if let Some(rate) = rate {
            own.extend(fan_out::at_rate(&ours, half, rate, with.load()).await?);
            figures.add("posts at half of ejabberd's saturation", rate, "/s");
        }
        own.extend(joining::measure(&ours).await?);
        figures.add_of("ejabberd", theirs);
        figures.add_of("perch", own);
        figures.add_ratios(("perch", "ejabberd"));
        Ok(figures)
    })
    .await
}

async fn beside_nats(with: &With) -> Result<(), Error> {
    say("NATS knows no members, and its stream does not wait for the disk.");
    let peer = nats::Bed::make().await?;
    let bed = with.bed().await?;
    report::repeat("NATS", &with.repeat, async || {
        let mut figures = Figures::default();
        figures.add_of("NATS", with.measure(&peer).await?);
        figures.add_of("perch", with.measure(&bed.start(1).await?).await?);
        figures.add_ratios(("perch", "NATS"));
        Ok(figures)
    })
    .await
}

async fn beside_floor(with: &With) -> Result<(), Error> {
    let bed = with.bed().await?;
    report::repeat("floor", &with.repeat, async || {
        let mut figures = Figures::default();
        let floor = floor::Floor::start().await?;
        let theirs = fan_out::measure(&floor, &with.members, with.load()).await?;
        drop(floor);
        let ours = bed.start(1).await?;
        let own = fan_out::measure(&ours, &with.members, with.load()).await?;
        figures.add_of("floor", theirs);
        figures.add_of("perch", own);
        figures.add_ratios(("perch", "floor"));
        Ok(figures)
    })
    .await
}
