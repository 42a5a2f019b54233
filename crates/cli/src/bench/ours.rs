//! Our own server as what is measured: a deployment, on either storage, and the nodes that serve it.

use hdrhistogram::Histogram;
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

use super::deployment::{self, Deployment};
use super::link::{Dial, Link};
use super::scenario::Subject;
use super::scenario::joining::{Joinable, LATEST};
use super::server::{Place, Server};
use super::services::Services;
use super::wire::perch::Perch;
use super::{failed, load};
use crate::error::Error;

/// What is kept on the disk between the starts of servers.
pub(super) struct Bed {
    pub(super) deployment: Deployment,
    pub(super) services: Option<Services>,
    pub(super) place: Place,
    _folder: TempDir,
}

impl Bed {
    /// Makes a deployment with rooms of these sizes and one with a history.
    pub(super) async fn make(
        services: Option<Services>,
        sizes: &[usize],
        history: usize,
    ) -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(failed)?;
        let place = Place {
            folder: folder.path().to_owned(),
            database: services.as_ref().map(|both| both.database.clone()),
            bus: services.as_ref().map(Services::bus),
        };
        Ok(Self {
            deployment: deployment::make(&place, sizes, history).await?,
            services,
            place,
            _folder: folder,
        })
    }

    /// Starts one node, or several over one database.
    pub(super) async fn start(&self, nodes: usize) -> Result<Ours<'_>, Error> {
        let mut started = Vec::new();
        for number in 1..=nodes.max(1) {
            started.push(Server::start(&self.place, number).await?);
        }
        Ok(Ours {
            bed: self,
            nodes: started,
        })
    }
}

/// The running nodes of a deployment.
pub(super) struct Ours<'b> {
    pub(super) bed: &'b Bed,
    pub(super) nodes: Vec<Server>,
}

impl Ours<'_> {
    /// Connects one more member, at the first node, to the room of so many, and asks for the room.
    pub(super) async fn enter_one(&self, dial: Dial, members: usize) -> Result<Link<Perch>, Error> {
        self.enter_as(0, dial, members).await
    }

    async fn enter_as(
        &self,
        number: usize,
        dial: Dial,
        members: usize,
    ) -> Result<Link<Perch>, Error> {
        let mut link = self
            .connect(number, dial, self.bed.deployment.room(members)?)
            .await?;
        Perch::join(&mut link, 1).await?;
        Ok(link)
    }

    async fn connect(&self, number: usize, dial: Dial, room: Uuid) -> Result<Link<Perch>, Error> {
        let node = self.nodes.get(number % self.nodes.len().max(1));
        let token = self.bed.deployment.tokens.get(number);
        let (Some(node), Some(token)) = (node, token) else {
            return Err(failed("there are not so many people"));
        };
        Perch::connect(dial, &node.address, token, room).await
    }
}

impl Subject for Ours<'_> {
    type Protocol = Perch;

    async fn enter(&self, members: usize) -> Result<Vec<Link<Perch>>, Error> {
        let mut links = Vec::with_capacity(members);
        for number in 0..members {
            let mut link = self.enter_as(number, Dial::default(), members).await?;
            link.joined().await?;
            links.push(link);
        }
        Ok(links)
    }

    fn cpu(&self) -> Result<Vec<(String, f64)>, Error> {
        let mut cpu = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            let seconds = node.processes()?.cpu_seconds()?;
            cpu.push((format!("node {}", number + 1), seconds));
        }
        if let Some(services) = &self.bed.services {
            cpu.push(("PostgreSQL".to_owned(), services.postgres()?.cpu_seconds()?));
            cpu.push(("NATS".to_owned(), services.nats()?.cpu_seconds()?));
        }
        Ok(cpu)
    }
}

impl Joinable for Ours<'_> {
    async fn join_often(&self, joins: u64) -> Result<Histogram<u64>, Error> {
        let room = self.bed.deployment.old;
        let mut link = self.connect(0, Dial::default(), room).await?;
        let mut latencies = load::histogram()?;
        for _ in 0..joins {
            let start = Instant::now();
            Perch::join(&mut link, LATEST).await?;
            let came = link.joined().await?;
            latencies.record(load::micros(start)).map_err(failed)?;
            if came != LATEST as usize {
                return Err(failed(format!("{came} messages came with a join")));
            }
            Perch::leave(&mut link).await?;
        }
        Ok(latencies)
    }
}
