//! Nodes: which there are, and which of them take new clients.

use std::collections::BTreeMap;

use perch_domain::permission::PoolAction;
use perch_domain::{Code, Refusal};
use perch_store::DirectoryChanges;
use perch_wire::node as wire;

use crate::store_error::refused;
use crate::{Actor, App};

impl App {
    /// The nodes that run, and those that take no new clients, by name.
    ///
    /// # Errors
    /// `ErrorPermission` for anybody but administrators.
    pub fn list_nodes(&self, actor: &Actor) -> Result<Vec<wire::Node>, Refusal> {
        actor.may(PoolAction::Configure)?;
        Ok(self.nodes())
    }

    fn nodes(&self) -> Vec<wire::Node> {
        let own = (
            self.settings().node_name.clone(),
            self.people().connection_count() as u64,
        );
        let others = self.cluster.as_ref().map(|cluster| cluster.others());
        let running: BTreeMap<String, u64> = others.into_iter().flatten().chain([own]).collect();
        let directory = self.directory();
        let mut names: Vec<_> = running.keys().chain(&directory.inactive_nodes).collect();
        names.sort();
        names.dedup();
        names
            .into_iter()
            .map(|name| wire::Node {
                name: name.clone(),
                active: !directory.inactive_nodes.contains(name),
                running: running.contains_key(name),
                connections: running.get(name).copied().unwrap_or_default(),
            })
            .collect()
    }

    /// Lets a node take new clients, or no more. It keeps those that it has: they move when it stops.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, and `InvalidArgument` when no node that runs would be left.
    pub async fn set_node_active(
        &self,
        actor: &Actor,
        name: &str,
        active: bool,
    ) -> Result<wire::Node, Refusal> {
        actor.may(PoolAction::Configure)?;
        let mut change = self.change_directory().await?;
        let mut nodes = self.nodes();
        let Some(node) = nodes.iter_mut().find(|node| node.name == name) else {
            return Err(Refusal::new(
                Code::NoSuchNode,
                "No node of this name runs. List the nodes; a node that is away can be made active only.",
            ));
        };
        let before = node.clone();
        node.active = active;
        let after = node.clone();
        if !nodes.iter().any(|node| node.running && node.active) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "This is the last active node that runs; make another one active first.",
            )
            .of("active"));
        }
        let names = nodes.into_iter().filter(|node| !node.active);
        let names: Vec<_> = names.map(|node| node.name).collect();
        let write = &mut change.write;
        write.set_inactive_nodes(&names).await.map_err(refused)?;
        let target = name.to_owned();
        let record = self.audit_record(
            Some(actor),
            "node.update",
            target,
            Some(&before),
            Some(&after),
        );
        write.audit(&record).await.map_err(refused)?;
        let changes = DirectoryChanges {
            inactive_nodes: Some(names),
            ..DirectoryChanges::default()
        };
        change.commit(changes, Vec::new()).await?;
        Ok(after)
    }

    /// Whether this node takes new clients.
    #[must_use]
    pub fn is_active(&self) -> bool {
        let name = &self.settings().node_name;
        !self.directory().inactive_nodes.contains(name)
    }
}
