//! Identifiers. The UUID of a room, category, add-in or principal is what links and clients keep; it survives renames.

use std::fmt;
use std::str::FromStr;

use uuid::{Timestamp as UuidTimestamp, Uuid};

use crate::time::Timestamp;

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier whose order follows `now` (UUID version 7, RFC 9562).
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                let micros = now.as_micros().max(0).unsigned_abs();
                let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default();
                Self(Uuid::new_v7(UuidTimestamp::from_unix(
                    uuid::NoContext,
                    micros / 1_000_000,
                    nanos,
                )))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_id! {
    /// A user, group, organizational unit or domain.
    PrincipalId,
    /// A registered add-in.
    AddinId,
    /// A trigger.
    TriggerId,
    /// A category.
    CategoryId,
    /// A room.
    RoomId,
    /// A key that signs tokens for add-ins' servers.
    TokenKeyId,
    /// A browser session or a program's token.
    CredentialId,
    /// Made by the author's client, unique among that author's messages: a retry of a post carries the same nonce.
    Nonce,
}

/// The place of a message in its room: 1, 2, 3 … without a gap. The only cursor there is; times are never one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first message.
    pub const ZERO: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Counts the changes of an object; a change that names an older revision is refused with `DataCollision`
/// (reference 5.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);
