//! Pools.

use perch_domain::pool as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pool of the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pool {
    /// Its name, and its identity.
    pub fqdn: String,
    /// Tells pools apart for people.
    pub display_name: String,
    /// The pool of people who never chose one.
    pub is_default: bool,
}

impl From<&domain::Pool> for Pool {
    fn from(pool: &domain::Pool) -> Self {
        Self {
            fqdn: pool.fqdn.to_string(),
            display_name: pool.display_name.clone(),
            is_default: pool.is_default,
        }
    }
}

/// A pool to add.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPool {
    /// A fully qualified domain name.
    pub fqdn: String,
    /// Tells pools apart; the name itself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}
