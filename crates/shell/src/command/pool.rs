//! `perch pool …`.

use clap::Subcommand;
use perch_wire::pool::{NewPool, Pool};
use serde_json::json;

use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// `perch pool …`.
#[derive(Debug, Subcommand)]
pub enum PoolCommand {
    /// Add a pool: a set of add-ins, categories and rooms of its own.
    #[command(
        after_help = "Example:\n  perch pool new pchat02.contoso.com --display-name \"Trading\""
    )]
    New {
        /// Its fully qualified domain name.
        fqdn: String,
        /// What tells it apart for people.
        #[arg(long)]
        display_name: Option<String>,
    },
    /// List the pools, the default one first.
    List,
}

pub(super) async fn run(shell: &mut Shell, command: PoolCommand) -> Result<(), Error> {
    let client = shell.client()?;
    match command {
        PoolCommand::New { fqdn, display_name } => {
            let pool = client.new_pool(&NewPool { fqdn, display_name }).await?;
            shell.output.object(&record(&pool));
        }
        PoolCommand::List => {
            let records: Vec<Record> = client.pools().await?.iter().map(record).collect();
            shell
                .output
                .table(&["Fqdn", "DisplayName", "IsDefault"], &records);
        }
    }
    Ok(())
}

fn record(pool: &Pool) -> Record {
    Record::new(vec![
        ("Fqdn", json!(pool.fqdn)),
        ("DisplayName", json!(pool.display_name)),
        ("IsDefault", json!(pool.is_default)),
    ])
}
