//! The state of pools (reference 3.6). A pool has one database here, so its state is always the normal one; which nodes take
//! new clients is shown with it.

use perch_domain::name::{fits_pattern, fold};
use perch_domain::{Code, Refusal};
use perch_wire::node::Node;
use serde_json::{Value, json};

use super::Context;
use crate::cmdlet::Invocation;
use crate::cmdlet::table::{Key, Verb};
use crate::cmdlet::value::NameFilter;
use crate::error::Error;
use crate::record::Record;

/// What a table shows.
const COLUMNS: &[&str] = &["Identity", "PoolState", "ActiveServers", "InactiveServers"];
/// Of which kind a service of the original is.
const SERVICE: &str = "PersistentChatServer:";

pub(super) async fn execute(
    context: &mut Context<'_>,
    invocation: &Invocation,
) -> Result<(), Error> {
    if invocation.cmdlet.verb == Verb::Set {
        return set(context, invocation).await;
    }
    let nodes = context.client.nodes().await?;
    if let Some(identity) = invocation.text(Key::Identity) {
        let pool = pool(context, identity).await?;
        context.output.object(&record(&pool, &nodes));
        return Ok(());
    }
    let mut pools = context.pools().await?;
    if let Some(filter) = invocation.filter() {
        pools.retain(|pool| fits(filter, pool));
    }
    let records: Vec<Record> = pools.iter().map(|pool| record(pool, &nodes)).collect();
    context.output.table(COLUMNS, &records);
    Ok(())
}

async fn set(context: &mut Context<'_>, invocation: &Invocation) -> Result<(), Error> {
    let pool = match invocation.text(Key::Identity) {
        Some(identity) => pool(context, identity).await?,
        None => context.only_pool("Add -Identity.").await?,
    };
    if invocation.text(Key::PoolState) == Some("FailedOver") {
        let advice = format!(
            "The pool {pool} has one database and no backup database that its nodes could be pointed at. Promote \
             PostgreSQL's standby, let storage.url lead to it, and restart the nodes; their pools stay Normal."
        );
        return Err(Error::Refused(
            Refusal::new(Code::InvalidArgument, advice).of("PoolState"),
        ));
    }
    // Every pool is so already.
    context.proceed(invocation, &format!("{SERVICE}{pool}"))?;
    Ok(())
}

/// The pool of an identity: the documented forms have what it is in front of its FQDN.
pub(super) async fn pool(context: &mut Context<'_>, identity: &str) -> Result<String, Error> {
    let mut fqdn = identity.trim();
    for prefix in ["service:", SERVICE] {
        fqdn = match fqdn.split_at_checked(prefix.len()) {
            Some((before, rest)) if before.eq_ignore_ascii_case(prefix) => rest.trim(),
            _ => fqdn,
        };
    }
    let pools = context.pools().await?;
    let known = pools.iter().find(|pool| pool.eq_ignore_ascii_case(fqdn));
    known.cloned().ok_or_else(|| {
        Error::Refused(Refusal::new(
            Code::NoSuchNode,
            format!(
                "There is no pool {fqdn:?}. There are: {}.",
                pools.join(", ")
            ),
        ))
    })
}

fn fits(filter: &NameFilter, pool: &str) -> bool {
    let pattern = fold(&filter.pattern);
    [
        pool.to_owned(),
        format!("{SERVICE}{pool}"),
        format!("service:{SERVICE}{pool}"),
    ]
    .iter()
    .map(|identity| fold(identity))
    .any(|identity| {
        if filter.whole {
            identity == pattern
        } else {
            fits_pattern(&pattern, &identity)
        }
    })
}

fn record(pool: &str, nodes: &[Node]) -> Record {
    let named = |active: bool| -> Value {
        let nodes = nodes.iter().filter(|node| node.active == active);
        nodes.map(|node| json!(node.name)).collect()
    };
    Record::new(vec![
        ("Identity", json!(format!("{SERVICE}{pool}"))),
        ("PoolState", json!("Normal")),
        ("ActiveServers", named(true)),
        ("InactiveServers", named(false)),
    ])
}
