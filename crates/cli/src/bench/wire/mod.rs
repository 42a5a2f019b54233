//! The protocols of the servers that are measured.

pub(super) mod line;
pub(super) mod nats;
pub(super) mod perch;
pub(super) mod xmpp;
