//! Nodes: the running programs that serve a deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether it takes new clients. One that does not keeps those that it has.
    pub active: bool,
    /// Whether it runs, as far as the node that answers knows.
    pub running: bool,
    /// How many connections it has.
    pub connections: u64,
}

/// A change of a node.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodePatch {
    /// Whether it is to take new clients.
    pub active: bool,
}
