//! What can go wrong before there is a server, and how it reaches whoever typed the command.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use perch_domain::Refusal;
use perch_live_nats::NatsError;
use perch_server::TlsError;

use crate::storage::Place;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The configuration is wrong; every fault is named.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),
    /// The use cases refused.
    #[error("{} ({})", .0.detail, .0.code)]
    Refused(Refusal),
    /// The deployment exists already.
    #[error(
        "There is a deployment in {0} already. Run it with `perch serve`, or give another place with --storage-folder or --storage-url."
    )]
    Exists(Place),
    /// There is no deployment.
    #[error("There is no deployment in {0} yet. Make one with `perch init`.")]
    Absent(Place),
    /// The database cannot be reached.
    #[error(
        "Cannot use the database at {url}: {cause}. Check that PostgreSQL runs there, that its user may connect, and that \
         storage.url is right (`perch config check` shows where it comes from)."
    )]
    Unreachable {
        /// Where, without the password.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The bus cannot be used.
    #[error("{0}; bus.url says where it is (`perch config check` shows where that comes from).")]
    Bus(#[from] NatsError),
    /// Another program has the port.
    #[error(
        "Cannot listen on {address}: {cause}. Stop the program that does, or give another address with {flag}."
    )]
    Listen {
        /// Where.
        address: String,
        /// Why not.
        cause: io::Error,
        /// The flag that changes it.
        flag: &'static str,
    },
    /// Another process serves or fills it.
    #[error("Another `perch` is at work on {0}. Stop it first.")]
    InUse(Place),
    /// Another node serves it, and this one has no bus.
    #[error(
        "Another node serves the deployment in {0}, and without a bus neither would hear of the other's messages. Set bus.url \
         on both nodes (docs/operations.md, \"Several nodes\"), or stop the other one first."
    )]
    Alone(Place),
    /// Another node serves it which has no bus.
    #[error(
        "A node without a bus serves the deployment in {0}, and would not hear of this one's messages. Set bus.url there too \
         and restart it, or stop it; then start this one."
    )]
    Unheard(Place),
    /// A deployment could not be copied or compared.
    #[error("{place}: {cause}.")]
    Copy {
        /// What was copied, or where.
        place: String,
        /// Why not.
        cause: perch_copy::Error,
    },
    /// A deployment lacks something of a backup.
    #[error("{place} is not as the backup, in the {sections} sections named above.")]
    Differs {
        /// Where.
        place: Place,
        /// How many.
        sections: usize,
    },
    /// A file cannot be read or written.
    #[error("{}: {cause}.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The server ended badly.
    #[error("The server stopped: {0}.")]
    Serve(io::Error),
    /// The certificate cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// Nothing can be traced.
    #[error("Traces cannot be sent: {0}.")]
    Trace(String),
    /// Nothing can be counted.
    #[error("Metrics cannot be collected: {0}.")]
    Metrics(String),
    /// The program cannot start its threads.
    #[error("The program cannot start: {0}.")]
    Runtime(io::Error),
    /// No password was given, and there is nobody to ask.
    #[error("No password was given. Type the command at a terminal, or set PERCH_INIT_PASSWORD.")]
    NoPassword,
    /// A measurement could not be made.
    #[error("The measurement failed: {0}")]
    Bench(String),
    /// A record of what clients saw cannot be read, or is not right.
    #[error("{0}")]
    History(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Says what went wrong. Exit code 1: refused; 2: the command line or the configuration is wrong.
#[expect(
    clippy::print_stderr,
    reason = "the one place where a failed command speaks"
)]
pub(crate) fn report(error: &Error) -> ExitCode {
    eprintln!("perch: {error}");
    match error {
        Error::Config(_) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}
