//! Add-ins.

use perch_domain::addin as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::grant::{Capability, names};
use crate::intent::{Intents, shown};

/// A registered add-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Addin {
    /// What rooms keep.
    pub id: Uuid,
    /// The pool that owns it.
    pub pool: String,
    /// Unique in the pool, without regard to letter case.
    pub name: String,
    /// Its page, with variables unexpanded.
    pub url: String,
    /// The most that it may do; a room's manager may withhold some of it.
    pub granted: Vec<Capability>,
    /// What its page has asked for beyond that.
    pub requested: Vec<Capability>,
    /// An administrator granted it that at the origin where it is. `false`: it moved since, and may do nothing until the
    /// grants are sent again.
    pub approved: bool,
    /// It is shown nowhere, and may do nothing.
    pub disabled: bool,
    /// What its page can be asked to do by other pages.
    pub intents: Intents,
    /// Its page is shown through the isolating proxy, on an origin of its own.
    pub proxied: bool,
    /// Origins that the page may reach besides its own then.
    pub proxied_hosts: Vec<String>,
    /// How many rooms use it.
    pub room_count: u64,
    /// Counts its changes; send it back to have a change refused when somebody else was faster.
    pub revision: u64,
    /// When it was registered.
    pub created_at: String,
    /// When it was changed.
    pub updated_at: String,
}

impl Addin {
    /// An add-in with the number of rooms that use it.
    #[must_use]
    pub fn new(addin: &domain::Addin, room_count: u64) -> Self {
        Self {
            id: addin.id.0,
            pool: addin.pool.to_string(),
            name: addin.name.to_string(),
            url: addin.url.as_str().to_owned(),
            granted: names(addin.granted),
            requested: names(addin.requested),
            approved: addin.approved,
            disabled: addin.disabled,
            intents: shown(&addin.intents),
            proxied: addin.proxied,
            proxied_hosts: addin
                .proxied_hosts
                .iter()
                .map(ToString::to_string)
                .collect(),
            room_count,
            revision: addin.revision.0,
            created_at: addin.created_at.to_string(),
            updated_at: addin.updated_at.to_string(),
        }
    }
}

/// An add-in to register.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddin {
    /// 1 to 256 characters.
    pub name: String,
    /// Absolute, `http` or `https`, at most 2,048 bytes.
    pub url: String,
    /// The most that it may do: `room.info`, `contexts` and `token.issue` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Vec<Capability>>,
    /// What its page can be asked to do by other pages: nothing unless said otherwise.
    #[serde(default, skip_serializing_if = "Intents::is_empty")]
    pub intents: Intents,
    /// Show its page through the isolating proxy. Needs `addins.proxy_host`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proxied: bool,
    /// Origins that the page may reach besides its own then, at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxied_hosts: Vec<String>,
}

/// A change of an add-in; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddinPatch {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another page. On another origin it may do nothing until it is granted anew, here or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The most that it may do from now on, and approval of the origin where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Vec<Capability>>,
    /// Close it everywhere at once and let it do nothing, or show it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// What its page can be asked to do, instead of what it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intents: Option<Intents>,
    /// Show its page through the isolating proxy, or no more. Needs `addins.proxy_host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxied: Option<bool>,
    /// Origins that the page may reach besides its own then, at most 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxied_hosts: Option<Vec<String>>,
    /// The revision that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}
