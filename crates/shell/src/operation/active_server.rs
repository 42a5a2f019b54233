//! Which nodes take new clients (reference 3.6).

use perch_domain::name::fold;
use perch_domain::{Code, Refusal};
use perch_wire::node::{Node, NodePatch};

use super::{Context, state};
use crate::cmdlet::Invocation;
use crate::cmdlet::table::Key;
use crate::error::Error;
use crate::list::ListChange;

pub(super) async fn set(context: &mut Context<'_>, invocation: &Invocation) -> Result<(), Error> {
    let pool = match invocation.text(Key::Identity) {
        Some(identity) if !identity.eq_ignore_ascii_case("global") => {
            Some(state::pool(context, identity).await?)
        }
        _ => None,
    };
    let nodes = context.client.nodes().await?;
    let mut changes = changes(&nodes, invocation)?;
    let stays = |node: &Node| {
        let change = changes.iter().find(|(name, _)| *name == node.name);
        node.running && change.map_or(node.active, |(_, active)| *active)
    };
    if !nodes.iter().any(stays) {
        return Err(Error::Refused(Refusal::new(
            Code::InvalidArgument,
            "No node that runs would take new clients. Leave one active; to keep everybody out, stop the nodes.",
        )));
    }
    // Activated first, so that at no moment nobody is let in.
    changes.sort_by_key(|(_, active)| !active);
    for (name, active) in &changes {
        let becomes = if *active { "active" } else { "inactive" };
        if context.proceed(invocation, &format!("{name} ({becomes})"))? {
            let patch = NodePatch { active: *active };
            context.client.change_node(name, &patch).await?;
        }
    }
    let pools = context.pools().await?.len();
    if pool.is_some() && pools > 1 && !changes.is_empty() && !invocation.has(Key::WhatIf) {
        context.output.note(&format!(
            "Every node serves every pool: this holds for all {pools} pools."
        ));
    }
    Ok(())
}

/// The nodes that are to be different, each with whether it is to be active.
fn changes(nodes: &[Node], invocation: &Invocation) -> Result<Vec<(String, bool)>, Error> {
    if invocation.has(Key::Swap) {
        return Ok((nodes.iter())
            .map(|node| (node.name.clone(), !node.active))
            .collect());
    }
    let Some(change) = invocation.list(Key::ActiveServers) else {
        return Err(Error::Usage(
            "Say which nodes take new clients: -ActiveServers '@{Add=\"chat1\"}', or -Swap."
                .to_owned(),
        ));
    };
    let (listed, removed): (&[String], &[String]) = match change {
        ListChange::Replace(list) => (list, &[]),
        ListChange::Modify { add, remove } => (add, remove),
    };
    for name in listed.iter().chain(removed) {
        known(nodes, name)?;
    }
    let is_in = |node: &Node, list: &[String]| list.iter().any(|name| names(name, node));
    let wanted = |node: &Node| match change {
        _ if is_in(node, listed) => true,
        ListChange::Replace(_) => false,
        ListChange::Modify { .. } => node.active && !is_in(node, removed),
    };
    Ok((nodes.iter())
        .filter(|node| wanted(node) != node.active)
        .map(|node| (node.name.clone(), !node.active))
        .collect())
}

fn names(name: &str, node: &Node) -> bool {
    fold(name.trim()) == fold(&node.name)
}

/// A name that is mistyped would otherwise change nothing, or make another node inactive.
fn known(nodes: &[Node], name: &str) -> Result<(), Error> {
    if nodes.iter().any(|node| names(name, node)) {
        return Ok(());
    }
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    Err(Error::Refused(Refusal::new(
        Code::NoSuchNode,
        format!(
            "There is no node {name:?}. Those that run, and those that are inactive: {}. A node's name is node.name in its configuration.",
            names.join(", ")
        ),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmdlet::parse::{Line, parse};

    fn wanted(nodes: &[(&str, bool)], arguments: &[&str]) -> Result<Vec<(String, bool)>, Error> {
        let nodes: Vec<Node> = (nodes.iter())
            .map(|(name, active)| Node {
                name: (*name).to_owned(),
                active: *active,
                running: true,
                connections: 0,
            })
            .collect();
        let line: Vec<String> = [&["Set-CsPersistentChatActiveServer"], arguments]
            .concat()
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let Line::Run(invocation) = parse(&line)? else {
            panic!("{line:?}");
        };
        changes(&nodes, &invocation)
    }

    fn changed(arguments: &[&str]) -> Vec<(String, bool)> {
        wanted(&[("a", true), ("b", true), ("c", false)], arguments).unwrap()
    }

    #[test]
    fn servers_are_added_removed_replaced_and_swapped() {
        let to = |name: &str, active| (name.to_owned(), active);
        let list = |list| changed(&["-Identity", "global", "-ActiveServers", list]);
        assert_eq!(list("@{Add=\"C\"}"), [to("c", true)]);
        assert_eq!(list("@{Remove=\"a\"}"), [to("a", false)]);
        assert_eq!(
            list("@{Add=\"c\";Remove=\"a\",\"b\"}"),
            [to("a", false), to("b", false), to("c", true)]
        );
        assert_eq!(list("b,c"), [to("a", false), to("c", true)]);
        assert_eq!(list("$Null"), [to("a", false), to("b", false)]);
        assert_eq!(list("a,b"), []);
        assert_eq!(
            changed(&["-Swap"]),
            [to("a", false), to("b", false), to("c", true)]
        );
    }

    #[test]
    fn a_server_that_is_none_of_the_nodes_is_refused_and_not_taken_as_nothing() {
        for list in [
            "@{Remove=\"atl-cs-002\"}",
            "@{Add=\"atl-cs-002\"}",
            "a,atl-cs-002",
        ] {
            let error = wanted(&[("a", true)], &["-ActiveServers", list]).unwrap_err();
            assert!(error.to_string().contains("atl-cs-002"), "{error}");
            assert!(error.is(Code::NoSuchNode), "{error}");
        }
        let error = wanted(&[("a", true)], &["global"]).unwrap_err();
        assert!(error.to_string().contains("-Swap"), "{error}");
        let error = wanted(&[("a", true)], &["-ActiveServers", "a", "-Swap"]).unwrap_err();
        assert!(error.to_string().contains("exclude each other"), "{error}");
    }
}
