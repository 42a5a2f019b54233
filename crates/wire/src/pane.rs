//! The pane of an add-in's page: what is asked in its name carries the pane, and may do what the add-in was granted.

use perch_domain::grant::Denial;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::grant::Capability;

/// What the page of a pane would like to do.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPane {
    /// Names of capabilities, at most 64. Administrators see those that were not granted; nothing is granted because of it.
    #[serde(default)]
    pub wants: Vec<String>,
    /// The add-in of the room's pool whose page another one opened beside the room's own; absent: the room's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Uuid>,
}

/// An open pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pane {
    /// The pane.
    pub id: Uuid,
    /// Sent as `Perch-Pane` with every request that is made for the page. Not for the page itself.
    pub token: String,
    /// Who looks at the page, as this add-in may know them: by identifier, or by a pseudonym that no other add-in is given.
    pub subject: String,
    /// What the page may do.
    pub granted: Vec<Capability>,
    /// What it wants and may not do.
    pub denied: Vec<Denied>,
}

/// Something that a page wants and may not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Denied {
    /// As the page named it.
    pub capability: String,
    /// Why.
    pub why: Why,
}

/// Why an add-in may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No administrator granted it.
    Maximum,
    /// The room's manager withholds it.
    Room,
    /// The add-in moved to another origin, and no administrator has approved that yet.
    Pending,
    /// An administrator disabled the add-in.
    Disabled,
    /// There is no such capability.
    Unknown,
}

/// What the client around a page told it, and refused it, since it last said so.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaneReport {
    /// The token of the pane.
    pub pane: String,
    /// What the page was told without a request to the server.
    #[serde(default)]
    pub told: Told,
    /// What the client refused without asking the server; at most 16, each code once.
    #[serde(default)]
    pub refused: Vec<RefusedCalls>,
}

/// Numbers of records that a page was told, out of what the client holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Told {
    /// New messages.
    pub messages: u32,
    /// Contexts.
    pub contexts: u32,
    /// People in the room.
    pub participants: u32,
}

/// Calls of a page that the client refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedCalls {
    /// The code.
    pub code: BridgeCode,
    /// How many.
    pub count: u32,
}

/// Why the client refuses something to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BridgeCode {
    /// What came is oversized, too deep, no request, or has other parameters.
    InvalidArgument,
    /// No such method.
    MsgNotSupported,
    /// Too many messages a second.
    LimitExceeded,
    /// So many that the session was ended.
    Flooded,
    /// More loads than a page may have.
    ReloadedTooOften,
    /// A hello from another window or origin than the page's, or words that are only for ourselves.
    ForeignHello,
    /// The page was to leave its origin.
    LeftOrigin,
    /// Not granted.
    ActionNotGranted,
    /// The person did not agree.
    ActionDeclined,
    /// The page's own filter held it back.
    Canceled,
    /// Out of order: a second answer of the filter, or a late one.
    InvalidFlowOfOperations,
    /// Anything else.
    ServerError,
}

impl BridgeCode {
    /// As it travels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "InvalidArgument",
            Self::MsgNotSupported => "MsgNotSupported",
            Self::LimitExceeded => "LimitExceeded",
            Self::Flooded => "Flooded",
            Self::ReloadedTooOften => "ReloadedTooOften",
            Self::ForeignHello => "ForeignHello",
            Self::LeftOrigin => "LeftOrigin",
            Self::ActionNotGranted => "ActionNotGranted",
            Self::ActionDeclined => "ActionDeclined",
            Self::Canceled => "Canceled",
            Self::InvalidFlowOfOperations => "InvalidFlowOfOperations",
            Self::ServerError => "ServerError",
        }
    }
}

impl From<Denial> for Why {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Maximum => Self::Maximum,
            Denial::Room => Self::Room,
            Denial::Pending => Self::Pending,
            Denial::Disabled => Self::Disabled,
        }
    }
}
