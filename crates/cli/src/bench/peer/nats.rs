//! NATS as a peer: a stream of all rooms in a file; members subscribe to a room's subject, posts are acknowledged by the stream.

use perch_test_servers::Nats as Program;

use crate::bench::link::Link;
use crate::bench::process::Processes;
use crate::bench::scenario::Subject;
use crate::bench::wire::nats::Nats;
use crate::bench::{failed, services};
use crate::error::Error;

const STREAM: &str = r#"{"name":"rooms","subjects":["room.*"],"storage":"file"}"#;

/// What to do where it is not installed.
pub(super) const MISSING: &str = "NATS is not installed: apt install nats-server";

/// Whether it is.
pub(super) fn installed() -> bool {
    Program::installed()
}

/// A private server with the stream.
pub(super) struct Bed(Program);

impl Bed {
    /// Starts it on the server's core.
    pub(super) async fn make() -> Result<Self, Error> {
        let bed = Self(Program::start_with_streams());
        bed.processes()?.pin()?;
        let mut link = bed.connect("setup", 0).await?;
        let answer = Nats::ask(&mut link, "$JS.API.STREAM.CREATE.rooms", STREAM).await?;
        if answer.contains("\"error\"") {
            return Err(failed(answer));
        }
        Ok(bed)
    }

    fn processes(&self) -> Result<Processes, Error> {
        services::of(self.0.process())
    }

    async fn connect(&self, subject: &str, number: usize) -> Result<Link<Nats>, Error> {
        let address = self.0.address();
        Nats::connect(&address, self.0.credentials(), subject, number).await
    }
}

impl Subject for Bed {
    type Protocol = Nats;

    async fn enter(&self, members: usize) -> Result<Vec<Link<Nats>>, Error> {
        let subject = format!("room.{members}");
        let mut links = Vec::with_capacity(members);
        for number in 0..members {
            links.push(self.connect(&subject, number).await?);
        }
        Ok(links)
    }

    fn cpu(&self) -> Result<Vec<(String, f64)>, Error> {
        Ok(vec![("NATS".to_owned(), self.processes()?.cpu_seconds()?)])
    }
}
