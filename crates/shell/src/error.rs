//! What can go wrong in the shell, and the exit code that says so.

use std::path::PathBuf;
use std::process::ExitCode;

use perch_domain::Refusal;

use crate::client;
use crate::credentials;

/// How a line ended, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: refused; the reason is on standard error, its code in parentheses.
    Refused,
    /// 2: the line itself is wrong.
    Usage,
    /// 3: no server answered.
    Unreachable,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a line was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused, or was not there.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// No server or token is known.
    #[error(transparent)]
    Credentials(#[from] credentials::Error),
    /// The shell knows that it cannot be done.
    #[error("{} ({})", .0.detail, .0.code)]
    Refused(Refusal),
    /// The line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file of this machine.
    #[error("Cannot read {}: {cause}. Check the path and its permissions.", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl Error {
    /// How the line ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Client(client::Error::Unreachable { .. }) => Exit::Unreachable,
            Self::Client(client::Error::InvalidAddress { .. })
            | Self::Credentials(_)
            | Self::Usage(_) => Exit::Usage,
            Self::Client(client::Error::Refused(_) | client::Error::Unexpected { .. })
            | Self::Refused(_)
            | Self::File { .. } => Exit::Refused,
        }
    }

    /// Whether the server refused with this code.
    #[must_use]
    pub fn is(&self, code: perch_domain::Code) -> bool {
        match self {
            Self::Client(client::Error::Refused(problem)) => problem.code == code.as_str(),
            Self::Refused(refusal) => refusal.code == code,
            _ => false,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
