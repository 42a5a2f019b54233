//! What clients say of an add-in's page: whether it spoke with its room.

/// What became of a page in a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Handshake {
    /// It spoke.
    Ok,
    /// It did not in time; so does every page that uses no bridge.
    Silent,
    /// It went to another origin, and was stopped.
    Blocked,
}

impl Handshake {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Silent => "silent",
            Self::Blocked => "blocked",
        }
    }
}
