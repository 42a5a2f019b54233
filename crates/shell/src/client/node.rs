//! Nodes.

use perch_wire::node::{Node, NodePatch};
use reqwest::Method;

use super::{Client, Error};

impl Client {
    /// The nodes of the deployment, by name.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn nodes(&self) -> Result<Vec<Node>, Error> {
        self.get(&["nodes"], &()).await
    }

    /// Lets a node take new clients, or no more.
    ///
    /// # Errors
    /// `NoSuchNode`; `InvalidArgument` for the last active one.
    pub async fn change_node(&self, name: &str, patch: &NodePatch) -> Result<Node, Error> {
        self.call(Method::PATCH, &["nodes", name], patch).await
    }
}
