//! PostgreSQL and NATS for a measurement: private, and on the server's core.

use perch_test_servers::{Nats, Postgres};

use super::failed;
use super::process::Processes;
use crate::error::Error;

/// What to do where they are not installed.
pub(super) const MISSING: &str =
    "PostgreSQL and NATS are not both installed: apt install postgresql nats-server";

/// Whether both are installed.
pub(super) fn installed() -> bool {
    Postgres::installed() && Nats::installed()
}

/// Both, with an empty database.
pub(super) struct Services {
    postgres: Postgres,
    nats: Nats,
    /// The address of the database.
    pub(super) database: String,
}

impl Services {
    /// Starts them. The database waits for the disk.
    pub(super) fn start() -> Result<Self, Error> {
        if !installed() {
            return Err(failed(MISSING));
        }
        let postgres = Postgres::start(true);
        let services = Self {
            database: postgres.database(),
            postgres,
            nats: Nats::start(),
        };
        services.postgres()?.pin()?;
        services.nats()?.pin()?;
        Ok(services)
    }

    /// The database's processes.
    pub(super) fn postgres(&self) -> Result<Processes, Error> {
        of(self.postgres.process())
    }

    /// The bus's process.
    pub(super) fn nats(&self) -> Result<Processes, Error> {
        of(self.nats.process())
    }

    /// Where the bus is.
    pub(super) fn bus(&self) -> String {
        self.nats.url()
    }

    /// Bytes that the database takes on the disk.
    pub(super) fn database_bytes(&self) -> Result<f64, Error> {
        let name = self.database.rsplit('/').next().unwrap_or_default();
        let bytes = self
            .postgres
            .run(name, "SELECT pg_database_size(current_database())");
        bytes.parse().map_err(failed)
    }
}

/// The processes of one that runs.
pub(super) fn of(process: Option<u32>) -> Result<Processes, Error> {
    process
        .map(Processes)
        .ok_or_else(|| failed("a server of the measurement has ended"))
}
