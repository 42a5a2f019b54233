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
