//! What an add-in may do: the table of capabilities, and what of it is granted.
//!
//! An administrator grants an add-in the most that it may ever do; a manager withholds some of it in a room. What is left
//! is what the add-in may do there, and nothing else decides: the server asks [`Addin::granted_in`] for every call that is
//! made for an add-in's page, and clients ask the same answer for every event that they tell the page. A person's own
//! permissions come on top: an add-in never may what the person who looks at it may not.

use std::fmt;

use crate::addin::Addin;
use crate::refusal::{Code, Refusal};

macro_rules! capabilities {
    ($($(#[$doc:meta])+ $name:ident = $text:literal),+ $(,)?) => {
        /// Something that an add-in can be granted. The names are stable: they are stored, and add-ins know them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Capability { $($(#[$doc])+ $name),+ }

        impl Capability {
            /// Every capability, in the order in which people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

capabilities! {
    /// The room's name, description, category, privacy and number of unread messages.
    RoomInfo = "room.info",
    /// Typed contexts that are found in new messages or chosen in the conversation, without the text and its author.
    Contexts = "contexts",
    /// Text and author of new messages.
    MessagesLive = "messages.live",
    /// Earlier messages.
    MessagesHistory = "messages.history",
    /// Who is in the room.
    Participants = "participants",
    /// The name of the person who looks at the page; without it they have a pseudonym that is theirs for this add-in alone.
    IdentityBasic = "user.identity.basic",
    /// The e-mail address too.
    IdentityEmail = "user.identity.email",
    /// A signed token that proves to the add-in's own server who looks at which room.
    TokenIssue = "token.issue",
    /// The room's small storage.
    Storage = "storage",
    /// Posting in the person's name, each time after they agreed.
    MessagesSend = "messages.send",
    /// Posting in the person's name without asking.
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

impl Capability {
    /// The capability of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|capability| capability.as_str() == name)
    }

    /// The lesser one that it includes.
    #[must_use]
    pub const fn includes(self) -> Option<Self> {
        match self {
            Self::IdentityEmail => Some(Self::IdentityBasic),
            Self::MessagesSendSilent => Some(Self::MessagesSend),
            Self::MessagesFilterSilent => Some(Self::MessagesFilter),
            _ => None,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of capabilities: granted, requested, or withheld.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants(u16);

impl Grants {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// What a new add-in is granted: which room it is in, what the talk is about without the talk, and a proof for its own
    /// server. No text, no names.
    pub const DEFAULT: Self = Self(
        Capability::RoomInfo.bit() | Capability::Contexts.bit() | Capability::TokenIssue.bit(),
    );

    /// Reads names, for instance of a request.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that is none.
    pub fn parse<T: AsRef<str>>(names: &[T]) -> Result<Self, Refusal> {
        names.iter().try_fold(Self::NONE, |grants, name| {
            let name = name.as_ref();
            let unknown = || {
                let all: Vec<_> = Capability::ALL.iter().map(|known| known.as_str()).collect();
                Refusal::new(
                    Code::InvalidArgument,
                    format!(
                        "There is no capability {name}; use some of {}.",
                        all.join(", ")
                    ),
                )
            };
            Ok(grants.with(Capability::parse(name).ok_or_else(unknown)?))
        })
    }

    /// What was stored as names with spaces between them. A name that is none any more grants nothing.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        text.split_ascii_whitespace()
            .filter_map(Capability::parse)
            .collect()
    }

    /// The same and one more.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | capability.bit())
    }

    /// The same, with the lesser ones that are included.
    #[must_use]
    pub fn whole(self) -> Self {
        self.iter()
            .filter_map(Capability::includes)
            .fold(self, Self::with)
    }

    /// Whether a capability is among them.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    /// These without others. What includes a capability that goes, goes too.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        let goes = |capability: Capability| {
            others.has(capability)
                || capability
                    .includes()
                    .is_some_and(|lesser| others.has(lesser))
        };
        self.iter()
            .filter(|capability| !goes(*capability))
            .collect()
    }

    /// These and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// One after the other, in the order of [`Capability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL
            .iter()
            .copied()
            .filter(move |capability| self.has(*capability))
    }
}

impl FromIterator<Capability> for Grants {
    fn from_iter<T: IntoIterator<Item = Capability>>(capabilities: T) -> Self {
        capabilities.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, capability) in self.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{capability}")?;
        }
        Ok(())
    }
}

/// Why an add-in may not do something in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// An administrator disabled it.
    Disabled,
    /// Its address moved to another origin, and no administrator has approved that yet.
    Pending,
    /// No administrator granted it.
    Maximum,
    /// The room's manager withholds it.
    Room,
}

impl Denial {
    /// As it travels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Pending => "pending",
            Self::Maximum => "maximum",
            Self::Room => "room",
        }
    }
}

impl Addin {
    /// What it may do in a room whose manager withholds some of it.
    #[must_use]
    pub fn granted_in(&self, withheld: Grants) -> Grants {
        if self.disabled || !self.approved {
            return Grants::NONE;
        }
        self.granted.whole().without(withheld)
    }

    /// What an administrator granted it, and a room's manager withholds.
    #[must_use]
    pub fn withheld_in(&self, withheld: Grants) -> Grants {
        let granted = self.granted.whole();
        let left = granted.without(withheld);
        granted
            .iter()
            .filter(|capability| !left.has(*capability))
            .collect()
    }

    /// What it may not do beside a room that nobody put it on, because another page opened it there: everything but to hear of what
    /// somebody chose, and to open windows.
    #[must_use]
    pub fn withheld_beside(&self) -> Grants {
        let kept = Grants::NONE
            .with(Capability::Contexts)
            .with(Capability::Popups);
        (self.granted.whole().iter())
            .filter(|capability| !kept.has(*capability))
            .collect()
    }

    /// Why it may not do something in such a room; `None`: it may.
    #[must_use]
    pub fn denied_in(&self, capability: Capability, withheld: Grants) -> Option<Denial> {
        if self.granted_in(withheld).has(capability) {
            None
        } else if self.disabled {
            Some(Denial::Disabled)
        } else if !self.approved {
            Some(Denial::Pending)
        } else if self.granted.whole().has(capability) {
            Some(Denial::Room)
        } else {
            Some(Denial::Maximum)
        }
    }

    /// May its page do this in such a room?
    ///
    /// # Errors
    /// `AddinDisabled`; `ActionNotGranted` with the capability, and why it has not been granted.
    pub fn may(&self, capability: Capability, withheld: Grants) -> Result<(), Refusal> {
        let Some(denial) = self.denied_in(capability, withheld) else {
            return Ok(());
        };
        let detail = match denial {
            Denial::Disabled => return Err(self.refuse_disabled()),
            Denial::Pending => {
                "The add-in's address has moved, and an administrator has to approve it before it may do anything."
            }
            Denial::Maximum => "The add-in may not do this; an administrator can grant it.",
            Denial::Room => "The add-in may not do this in this room; its manager can allow it.",
        };
        Err(Refusal::new(Code::ActionNotGranted, detail)
            .with("capability", capability)
            .with("why", denial.as_str()))
    }

    /// That an administrator disabled it.
    #[must_use]
    pub fn refuse_disabled(&self) -> Refusal {
        Refusal::new(
            Code::AddinDisabled,
            format!(
                "An administrator disabled the add-in {}. Its page is closed everywhere.",
                self.name
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::addin::AddinUrl;
    use crate::id::{AddinId, Revision};
    use crate::name::Name;
    use crate::pool::PoolFqdn;
    use crate::secret::Secret;
    use crate::time::Timestamp;

    fn addin(granted: Grants) -> Addin {
        let now = Timestamp::from_micros(0);
        Addin {
            id: AddinId::new(now),
            pool: PoolFqdn::stored("pool".to_owned()),
            name: Name::stored("Prices".to_owned()),
            url: AddinUrl::stored("https://a.example/".to_owned()),
            granted,
            requested: Grants::NONE,
            approved: true,
            disabled: false,
            intents: crate::intent::Intents::default(),
            proxied: false,
            proxied_hosts: Vec::new(),
            secret: Secret([0; 32]),
            webhook: None,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        }
    }

    fn some_grants() -> impl Strategy<Value = Grants> {
        proptest::sample::subsequence(Capability::ALL.to_vec(), 0..=Capability::ALL.len())
            .prop_map(|capabilities| capabilities.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_is_granted_in_a_room_is_within_the_maximum_and_has_nothing_that_is_withheld(
            maximum in some_grants(),
            withheld in some_grants(),
        ) {
            let addin = addin(maximum);
            for capability in addin.granted_in(withheld).iter() {
                prop_assert!(maximum.whole().has(capability) && !withheld.has(capability));
                prop_assert_eq!(addin.may(capability, withheld), Ok(()));
                if let Some(lesser) = capability.includes() {
                    prop_assert!(addin.granted_in(withheld).has(lesser));
                }
            }
        }

        #[test]
        fn grants_are_the_same_after_they_were_stored(grants in some_grants()) {
            prop_assert_eq!(Grants::stored(&grants.to_string()), grants);
        }

        #[test]
        fn a_disabled_or_unapproved_add_in_may_do_nothing(maximum in some_grants(), disabled: bool) {
            let addin = Addin { disabled, approved: disabled, ..addin(maximum) };
            prop_assert_eq!(addin.granted_in(Grants::NONE), Grants::NONE);
        }
    }

    #[test]
    fn a_greater_capability_brings_the_lesser_and_goes_with_it() {
        let (asked, silent) = (Capability::MessagesSend, Capability::MessagesSendSilent);
        let addin = addin(Grants::NONE.with(silent));
        let granted = |withheld| addin.granted_in(withheld).iter().collect::<Vec<_>>();
        assert_eq!(granted(Grants::NONE), [asked, silent]);
        assert_eq!(granted(Grants::NONE.with(silent)), [asked]);
        assert_eq!(granted(Grants::NONE.with(asked)), []);
    }

    #[test]
    fn a_refusal_says_who_can_change_it() {
        let history = Capability::MessagesHistory;
        let granted = Grants::NONE.with(history);
        let why = |addin: &Addin, withheld| {
            let refusal = addin.may(history, withheld).unwrap_err();
            (refusal.code, refusal.params.last().cloned())
        };
        let not = |why: &str| {
            let why = Some(("why", why.to_owned()));
            (Code::ActionNotGranted, why)
        };
        assert_eq!(why(&addin(Grants::DEFAULT), Grants::NONE), not("maximum"));
        assert_eq!(why(&addin(granted), granted), not("room"));
        let pending = Addin {
            approved: false,
            ..addin(granted)
        };
        assert_eq!(why(&pending, Grants::NONE), not("pending"));
        let disabled = Addin {
            disabled: true,
            ..addin(granted)
        };
        assert_eq!(why(&disabled, Grants::NONE).0, Code::AddinDisabled);
    }

    #[test]
    fn an_unknown_name_is_refused_but_stored_ones_are_left_out() {
        assert_eq!(
            Grants::parse(&["everything"]).unwrap_err().code,
            Code::InvalidArgument
        );
        assert_eq!(
            Grants::stored("contexts everything"),
            Grants::NONE.with(Capability::Contexts)
        );
    }
}
