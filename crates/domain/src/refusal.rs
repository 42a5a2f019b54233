//! Refusals: why something was not done, as a stable code for machines and a sentence for people.
//!
//! Codes take the original's spelling where it has one (reference, Annex B). The sentence says what is wrong and what
//! to do; the web translates it by its code. Which transport status a code becomes is decided once per surface, from
//! its [`Class`].

use std::fmt;

/// What sort of refusal a code is; each surface maps it to its own status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The request cannot be right, whoever sends it.
    Invalid,
    /// Nobody is signed in.
    NotSignedIn,
    /// This person may not.
    Forbidden,
    /// It does not exist, or its existence is not for this person to know.
    Missing,
    /// It contradicts what is stored.
    Conflict,
    /// It is there, but not to be used like this.
    Method,
    /// The caller took too long to say it.
    Late,
    /// Too many at once.
    TooMany,
    /// The server cannot do it now.
    Unavailable,
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $code:ident: $class:ident),+ $(,)?) => {
        /// A stable code, the same on every surface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])+ $code),+ }

        impl Code {
            /// Every code, in the order of their documentation.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// The code as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code)),+ }
            }

            /// What sort of refusal it is.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$code => Class::$class),+ }
            }
        }
    };
}

codes! {
    /// A field is malformed, missing or too long.
    InvalidArgument: Invalid,
    /// A name is empty, too long or has control characters.
    InvalidName: Invalid,
    /// An add-in's URL is not one that may be registered.
    InvalidUrl: Invalid,
    /// A trigger's pattern is no regular expression, or too large a one.
    InvalidPattern: Invalid,
    /// A line of a trigger's dictionary cannot be read.
    InvalidWords: Invalid,
    /// A message without text.
    EmptyMessage: Invalid,
    /// A message over the size limit.
    MessageTooLong: Invalid,
    /// A password that is too short or too long.
    InvalidPassword: Invalid,
    /// A room under no category (Annex B).
    NodeHierarchyViolation: Invalid,
    /// Unknown principal (Annex B).
    NoSuchPrincipal: Invalid,
    /// A principal outside the category's scope (Annex B).
    PrincipalsNotInScope: Invalid,
    /// A presenter who is not a member (Annex B).
    PresenterNotInMemList: Invalid,
    /// The same principal allowed and denied, or twice in a list (Annex B).
    PrincipalsAlreadyDefined: Invalid,
    /// The add-in belongs to another pool, or does not exist there.
    NoSuchAddin: Invalid,
    /// The category does not exist in that pool.
    NoSuchCategory: Invalid,
    /// A presenter list on a normal room.
    NotAnAuditorium: Invalid,
    /// Nobody is signed in, or the session has ended.
    NotSignedIn: NotSignedIn,
    /// Name and password do not fit.
    SignInFailed: NotSignedIn,
    /// The caller is not authorised (Annex B).
    ErrorPermission: Forbidden,
    /// The caller is not a creator in the category (Annex B).
    UnableToCreateRoom: Forbidden,
    /// The request came from another web origin.
    ForeignOrigin: Forbidden,
    /// The room is disabled (Annex B).
    NodeDisabled: Forbidden,
    /// The room's category keeps no history.
    HistoryOff: Forbidden,
    /// The add-in has not been granted what its page asks.
    ActionNotGranted: Forbidden,
    /// An administrator disabled the add-in.
    AddinDisabled: Forbidden,
    /// The pane for whose page something was asked is not open any more.
    PaneEnded: Conflict,
    /// The operation requires a join (Annex B).
    UserNotJoined: Forbidden,
    /// Absent, or not visible to the caller (Annex B).
    NoSuchNode: Missing,
    /// The object changed since it was read (Annex B).
    DataCollision: Conflict,
    /// The name is taken in the pool (Annex B).
    DuplicateAddinName: Conflict,
    /// The name is taken in the pool.
    DuplicateTriggerName: Conflict,
    /// The name is taken in the pool (Annex B).
    DuplicateRoomName: Conflict,
    /// The name is taken in the pool.
    DuplicateCategoryName: Conflict,
    /// The address is taken in the deployment.
    DuplicatePrincipal: Conflict,
    /// The pool exists already.
    DuplicatePool: Conflict,
    /// Rooms still use the add-in.
    AddinInUse: Conflict,
    /// The category still contains rooms.
    CategoryNotEmpty: Conflict,
    /// More than the server allows (Annex B).
    LimitExceeded: TooMany,
    /// Too many failed attempts to sign in.
    TooManyAttempts: TooMany,
    /// Too many requests of one person or address.
    TooManyRequests: TooMany,
    /// The address knows other methods than this one.
    MethodNotAllowed: Method,
    /// The request did not arrive in time.
    RequestTimeout: Late,
    /// The disk is full: nothing was stored.
    StorageFull: Unavailable,
    /// The server cannot reach its store (Annex B).
    DatabaseConnection: Unavailable,
    /// The node takes no new clients.
    NodeInactive: Unavailable,
    /// The server is stopping.
    ShuttingDown: Unavailable,
    /// A fault of ours (Annex B).
    ServerError: Unavailable,
    /// A command or frame that this server does not know (Annex B).
    MsgNotSupported: Invalid,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// For machines.
    pub code: Code,
    /// The field of the request that is meant, if one is.
    pub field: Option<&'static str>,
    /// For people: what is wrong and what to do, in English.
    pub detail: String,
    /// Values that the sentence contains, for translations.
    pub params: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            field: None,
            detail: detail.into(),
            params: Vec::new(),
        }
    }

    /// The same, naming the field that is meant.
    #[must_use]
    pub const fn of(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The same, with a value for translations.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers name constants and counts"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// What is absent, and what exists but is secret, are refused in the same words.
    #[must_use]
    pub fn no_such_room() -> Self {
        Self::new(
            Code::NoSuchNode,
            "There is no such room, or it is not visible to you. Check the link, or ask the room's manager.",
        )
    }

    /// The caller's role does not allow it.
    #[must_use]
    pub fn permission(detail: impl Into<String>) -> Self {
        Self::new(Code::ErrorPermission, detail)
    }

    /// The object changed since the caller read it.
    #[must_use]
    pub fn collision() -> Self {
        Self::new(
            Code::DataCollision,
            "Somebody else changed this since you opened it. Refresh to see the change, then make yours again.",
        )
    }
}
