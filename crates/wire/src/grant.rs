//! What an add-in may do.

use std::fmt;

use perch_domain::grant as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! mirror {
    ($($(#[$doc:meta])+ $name:ident = $text:literal),+ $(,)?) => {
        /// Something that an add-in can be granted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum Capability { $($(#[$doc])+ #[serde(rename = $text)] $name),+ }

        impl From<domain::Capability> for Capability {
            fn from(capability: domain::Capability) -> Self {
                match capability { $(domain::Capability::$name => Self::$name),+ }
            }
        }

        impl From<Capability> for domain::Capability {
            fn from(capability: Capability) -> Self {
                match capability { $(Capability::$name => Self::$name),+ }
            }
        }
    };
}

mirror! {
    /// The room's name, description, category, privacy and number of unread messages.
    RoomInfo = "room.info",
    /// Typed contexts in new messages, without the text and its author.
    Contexts = "contexts",
    /// Text and author of new messages.
    MessagesLive = "messages.live",
    /// Earlier messages.
    MessagesHistory = "messages.history",
    /// Who is in the room.
    Participants = "participants",
    /// The name of the person who looks at the page; without it a pseudonym.
    IdentityBasic = "user.identity.basic",
    /// The e-mail address too.
    IdentityEmail = "user.identity.email",
    /// A signed token that proves to the add-in's own server who looks at which room.
    TokenIssue = "token.issue",
    /// The room's small storage.
    Storage = "storage",
    /// Posting in the person's name, each time after they agreed.
    MessagesSend = "messages.send",
    /// Posting in the person's name without asking; includes `messages.send`.
    MessagesSendSilent = "messages.send.silent",
    /// Posting cards in the person's name, as with `messages.send`, and updating those that the add-in posted.
    CardsPost = "cards.post",
    /// Seeing, changing and holding back what the person posts.
    MessagesFilter = "messages.filter",
    /// Changing what the person posts without showing it to them first.
    MessagesFilterSilent = "messages.filter.silent",
    /// Opening windows of its own.
    Popups = "popups",
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        domain::Capability::from(*self).fmt(f)
    }
}

/// The names of what is granted.
#[must_use]
pub fn names(grants: domain::Grants) -> Vec<Capability> {
    grants.iter().map(Capability::from).collect()
}

/// What is granted by these names.
#[must_use]
pub fn grants(names: &[Capability]) -> domain::Grants {
    names
        .iter()
        .map(|name| domain::Capability::from(*name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_travels_by_its_name() {
        for capability in domain::Capability::ALL {
            let travelling = serde_json::to_value(Capability::from(*capability)).unwrap();
            assert_eq!(travelling, capability.as_str());
        }
    }
}
