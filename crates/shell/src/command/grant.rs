//! `perch addin disable`, `enable`, `grant`, `keys`, `rotate-key`: what add-ins may do, and how they prove it.

use clap::Subcommand;
use perch_domain::grant::Grants;
use perch_domain::{Code, Refusal};
use perch_wire::addin::{Addin, AddinPatch};
use perch_wire::grant::names;
use perch_wire::token::NewTokenKey;
use serde_json::json;

use crate::client::Client;
use crate::error::{Error, Exit};
use crate::identity::Identity;
use crate::operation::Context;
use crate::record::Record;
use crate::shell::Shell;

/// What add-ins may do.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Close an add-in everywhere at once, and let it do nothing.
    #[command(
        after_help = "Example:\n  perch addin disable 'atl-cs-001.contoso.com\\ITPersistentChatAddin'"
    )]
    Disable {
        /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
        identity: String,
    },
    /// Show an add-in again that was disabled.
    Enable {
        /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
        identity: String,
    },
    /// Set the most that an add-in may do, and approve the address where it is. Room managers may allow less.
    #[command(
        after_help = "Example:\n  perch addin grant Prices room.info contexts token.issue\n\ndocs/guide/addins.md has the capabilities."
    )]
    Grant {
        /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
        identity: String,
        /// Everything that it may do; nothing, when none is given.
        capabilities: Vec<String>,
    },
    /// Show an add-in's page through the isolating proxy, on an origin of its own: it reaches its own server and nothing else.
    #[command(
        after_help = "Example:\n  perch addin proxy Prices --host https://cdn.prices.example\n  perch addin proxy Prices --off\n\ndocs/guide/addins.md says what the deployment needs for it."
    )]
    Proxy {
        /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
        identity: String,
        /// Another origin that the page may reach. May be given up to 16 times; without it there is none.
        #[arg(long = "host", value_name = "ORIGIN")]
        hosts: Vec<String>,
        /// Show it directly again.
        #[arg(long, conflicts_with = "hosts")]
        off: bool,
    },
    /// List the keys that sign tokens for add-ins' servers.
    Keys,
    /// Change to a new key: published now, it signs ten minutes later.
    RotateKey {
        /// Sign with it now, and let nothing be valid that older keys signed: for a key that was stolen.
        #[arg(long)]
        at_once: bool,
    },
}

pub(super) async fn run(shell: &mut Shell, command: GrantCommand) -> Result<Exit, Error> {
    let client = shell.client()?;
    let disabled = |disabled| AddinPatch {
        disabled: Some(disabled),
        ..AddinPatch::default()
    };
    let (identity, patch) = match command {
        GrantCommand::Disable { identity } => (identity, disabled(true)),
        GrantCommand::Enable { identity } => (identity, disabled(false)),
        GrantCommand::Grant {
            identity,
            capabilities,
        } => {
            let granted = Some(names(Grants::parse(&capabilities)?));
            let patch = AddinPatch {
                granted,
                ..AddinPatch::default()
            };
            (identity, patch)
        }
        GrantCommand::Proxy {
            identity,
            hosts,
            off,
        } => {
            let patch = AddinPatch {
                proxied: Some(!off),
                proxied_hosts: (!off).then_some(hosts),
                ..AddinPatch::default()
            };
            (identity, patch)
        }
        GrantCommand::Keys => {
            keys(shell, &client.token_keys().await?);
            return Ok(Exit::Done);
        }
        GrantCommand::RotateKey { at_once } => {
            keys(
                shell,
                &client.rotate_token_key(&NewTokenKey { at_once }).await?,
            );
            return Ok(Exit::Done);
        }
    };
    let addin = find(shell, &client, &identity).await?;
    let addin = client.set_addin(&addin.pool, addin.id, &patch).await?;
    shell.output.object(&Record::new(vec![
        ("Name", json!(addin.name)),
        ("PersistentChatPoolFqdn", json!(addin.pool)),
        ("Granted", json!(addin.granted)),
        ("Requested", json!(addin.requested)),
        ("Approved", json!(addin.approved)),
        ("Disabled", json!(addin.disabled)),
        ("Proxied", json!(addin.proxied)),
        ("ProxiedHosts", json!(addin.proxied_hosts)),
    ]));
    Ok(Exit::Done)
}

pub(super) async fn find(shell: &mut Shell, client: &Client, typed: &str) -> Result<Addin, Error> {
    let identity = Identity::parse(typed)?;
    let pool = match identity.pool.clone() {
        Some(pool) => pool,
        None => {
            let advice = "Write the identity as 'pool.fqdn\\name'.";
            Context::new(client, &mut shell.output)
                .only_pool(advice)
                .await?
        }
    };
    let addins = client.addins(&pool).await?;
    let found = addins.into_iter().find(|addin| identity.names(&addin.name));
    found.ok_or_else(|| {
        let detail = format!("There is no add-in {:?} in the pool {pool}. `perch addin list` shows those that there are.", identity.name);
        Error::Refused(Refusal::new(Code::NoSuchAddin, detail))
    })
}

fn keys(shell: &mut Shell, keys: &[perch_wire::token::TokenKey]) {
    let records: Vec<Record> = keys
        .iter()
        .map(|key| {
            Record::new(vec![
                ("Id", json!(key.id)),
                ("CreatedAt", json!(key.created_at)),
                ("Signing", json!(key.signing)),
                ("Published", json!(key.published)),
            ])
        })
        .collect();
    shell
        .output
        .table(&["Id", "CreatedAt", "Signing", "Published"], &records);
}
