//! `perch node …`.

use clap::Subcommand;
use perch_wire::node::{Node, NodePatch};
use serde_json::json;

use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// `perch node …`.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// List the nodes, with what each is doing.
    List,
    /// Let a node take new clients again.
    #[command(after_help = "Example:\n  perch node activate chat1")]
    Activate {
        /// Its name, as `perch node list` has it.
        name: String,
    },
    /// Let a node take no new clients. It keeps those that it has until it is stopped.
    #[command(after_help = "Example:\n  perch node deactivate chat1")]
    Deactivate {
        /// Its name, as `perch node list` has it.
        name: String,
    },
}

pub(super) async fn run(shell: &mut Shell, command: NodeCommand) -> Result<(), Error> {
    let client = shell.client()?;
    let (name, active) = match command {
        NodeCommand::List => {
            let records: Vec<Record> = client.nodes().await?.iter().map(record).collect();
            shell
                .output
                .table(&["Name", "Active", "Running", "Connections"], &records);
            return Ok(());
        }
        NodeCommand::Activate { name } => (name, true),
        NodeCommand::Deactivate { name } => (name, false),
    };
    let node = client.change_node(&name, &NodePatch { active }).await?;
    shell.output.object(&record(&node));
    Ok(())
}

fn record(node: &Node) -> Record {
    Record::new(vec![
        ("Name", json!(node.name)),
        ("Active", json!(node.active)),
        ("Running", json!(node.running)),
        ("Connections", json!(node.connections)),
    ])
}
