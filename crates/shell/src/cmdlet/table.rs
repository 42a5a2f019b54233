//! The table of cmdlets and their parameters (reference 3.2 to 3.6): its columns, and what all nouns share. The rows are in
//! one file for each noun.
//!
//! Adding a parameter here makes it parse, complete from its prefix, show in the help and exist as an option of the plain
//! subcommand. What it does is in `operation/`.

use Key::{AsObject, Confirm, Identity, Instance, PersistentChatPoolFqdn, WhatIf};

use super::{active_server, addin, category, room, state};

macro_rules! keys {
    ($($key:ident = $flag:literal),+ $(,)?) => {
        /// The name of a parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Key { $($key),+ }

        impl Key {
            /// As cmdlets have it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$key => stringify!($key)),+ }
            }

            /// As the plain subcommands have it.
            pub(crate) const fn flag(self) -> &'static str {
                match self { $(Self::$key => $flag),+ }
            }

            /// The subcommands' flags that change a list, or set a value to null: add, remove, none.
            pub(crate) const fn list_flags(self) -> [&'static str; 3] {
                match self {
                    $(Self::$key => [concat!("add-", $flag), concat!("remove-", $flag), concat!("no-", $flag)]),+
                }
            }
        }
    };
}

keys! {
    ActiveServers = "active-servers",
    Addin = "addin",
    AllowedMembers = "allowed-members",
    AsObject = "as-object",
    Category = "category",
    ChatContentExceedsMB = "chat-content-exceeds-mb",
    ChatHistory = "chat-history",
    Confirm = "confirm",
    Creators = "creators",
    DeniedMembers = "denied-members",
    Description = "description",
    Disabled = "disabled",
    EnableFileUpload = "enable-file-upload",
    EnableInvitations = "enable-invitations",
    FileUpload = "file-upload",
    Filter = "filter",
    Force = "force",
    Identity = "identity",
    Instance = "instance",
    Invitations = "invitations",
    LocalStore = "local-store",
    Manager = "manager",
    Managers = "managers",
    Member = "member",
    Members = "members",
    Name = "name",
    PersistentChatPoolFqdn = "pool",
    PoolState = "pool-state",
    Presenters = "presenters",
    Privacy = "privacy",
    RemoveChatHistory = "remove-chat-history",
    ResultSize = "result-size",
    SearchDescription = "search-description",
    Swap = "swap",
    Type = "type",
    Url = "url",
    WhatIf = "what-if",
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A text, or `$null` for none.
    NullableText,
    /// `$true` or `$false`.
    Bool,
    /// Nothing, or `:$true` and `:$false`.
    Switch,
    /// A whole number.
    Count,
    /// One of these, in any letter case.
    Choice(&'static [&'static str]),
    /// A list or its change.
    List,
    /// A condition on names.
    Filter,
    /// An object as JSON.
    Object,
}

/// A parameter of one cmdlet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) key: Key,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// Its name may be left out (position 1).
    pub(crate) first: bool,
    /// Parameters of different sets exclude each other; those without one go with all.
    pub(crate) set: Option<&'static str>,
    pub(crate) help: &'static str,
}

impl Parameter {
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn first(mut self) -> Self {
        self.first = true;
        self
    }

    pub(super) const fn of(mut self, set: &'static str) -> Self {
        self.set = Some(set);
        self
    }
}

pub(super) const fn p(key: Key, kind: Kind, help: &'static str) -> Parameter {
    Parameter {
        key,
        kind,
        required: false,
        first: false,
        set: None,
        help,
    }
}

/// The first half of a cmdlet's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    New,
    Get,
    Set,
    Remove,
}

impl Verb {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Get => "Get",
            Self::Set => "Set",
            Self::Remove => "Remove",
        }
    }

    /// The plain subcommand.
    pub(crate) const fn command(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Get => "list",
            Self::Set => "set",
            Self::Remove => "remove",
        }
    }
}

/// The second half of a cmdlet's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noun {
    /// What a pool has several of.
    Object(ObjectNoun),
    /// What a pool is in.
    State,
    /// What serves pools and takes new clients.
    ActiveServer,
}

impl Noun {
    /// As in `CsPersistentChatAddin`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Object(noun) => noun.as_str(),
            Self::State => "State",
            Self::ActiveServer => "ActiveServer",
        }
    }
}

/// An object of a pool. Each has the four verbs, an identity `pool.fqdn\\name`, and plain subcommands that are made from the
/// table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectNoun {
    Addin,
    Category,
    Room,
}

impl ObjectNoun {
    /// As in `CsPersistentChatAddin`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Addin => "Addin",
            Self::Category => "Category",
            Self::Room => "Room",
        }
    }

    /// In a sentence.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Addin => "add-in",
            Self::Category => "category",
            Self::Room => "room",
        }
    }
}

/// A cmdlet.
#[derive(Debug)]
pub(crate) struct Cmdlet {
    pub(crate) verb: Verb,
    pub(crate) noun: Noun,
    pub(crate) summary: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// Of each group at most one is given.
    pub(crate) exclusive: &'static [&'static [Key]],
    /// The arguments of an example, as they are typed behind the cmdlet's name.
    pub(crate) example: &'static str,
    /// The same as a plain subcommand, as it is typed behind `perch`.
    pub(crate) plain_example: &'static str,
}

impl Cmdlet {
    /// As documented.
    pub(crate) fn name(&self) -> String {
        format!(
            "{}-CsPersistentChat{}",
            self.verb.as_str(),
            self.noun.as_str()
        )
    }

    pub(crate) fn parameter(&self, key: Key) -> Option<&'static Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.key == key)
    }
}

pub(super) const POOL: Parameter = p(
    PersistentChatPoolFqdn,
    Kind::Text,
    "The pool. Needed only when there are several and no other parameter names one.",
);
pub(super) const WHAT_IF: Parameter = p(
    WhatIf,
    Kind::Switch,
    "Say what would be done, and do nothing.",
);
pub(super) const CONFIRM: Parameter = p(
    Confirm,
    Kind::Switch,
    "Ask before doing it. '-Confirm:$false' never asks.",
);
pub(super) const AS_OBJECT: Parameter = p(
    AsObject,
    Kind::Switch,
    "Show lists with display names instead of addresses.",
);
pub(super) const AS_OBJECT_SET: Parameter = p(
    AsObject,
    Kind::Switch,
    "Accepted as documented; Set- shows nothing, so that it changes nothing.",
);
pub(super) const IDENTITY: Parameter = p(
    Identity,
    Kind::Text,
    "Which one: 'pool.fqdn\\name', or the name alone where there is one pool.",
)
.first()
.of("Identity");
pub(super) const INSTANCE: Parameter = p(
    Instance,
    Kind::Object,
    "An object of the Get- cmdlet as JSON. Objects that are piped in, one a line, are the same.",
)
.of("Instance");
/// Every cmdlet.
pub(crate) fn cmdlets() -> impl Iterator<Item = &'static Cmdlet> {
    [
        addin::CMDLETS,
        category::CMDLETS,
        room::CMDLETS,
        state::CMDLETS,
        active_server::CMDLETS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_has_every_verb_once() {
        for noun in [ObjectNoun::Addin, ObjectNoun::Category, ObjectNoun::Room] {
            for verb in [Verb::New, Verb::Get, Verb::Set, Verb::Remove] {
                let found = cmdlets()
                    .filter(|cmdlet| cmdlet.noun == Noun::Object(noun) && cmdlet.verb == verb)
                    .count();
                assert_eq!(found, 1, "{verb:?} {noun:?}");
            }
        }
    }

    #[test]
    fn what_changes_something_can_be_tried_and_asked_about() {
        for cmdlet in cmdlets().filter(|cmdlet| cmdlet.verb != Verb::Get) {
            assert!(
                cmdlet.parameter(WhatIf).is_some() && cmdlet.parameter(Confirm).is_some(),
                "{}",
                cmdlet.name()
            );
        }
    }
}
