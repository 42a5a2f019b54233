//! `perch token …`.

use clap::Subcommand;
use perch_wire::session::{NewToken, Token};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// `perch token …`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Issue a token in your name. Its secret is shown once.
    #[command(after_help = "Example:\n  perch token new \"nightly export\" --expires-in-days 90")]
    New {
        /// What it is for.
        name: String,
        /// Days until it ends; never, when absent.
        #[arg(long, value_name = "DAYS")]
        expires_in_days: Option<u32>,
    },
    /// List your tokens, without their secrets.
    List,
    /// End a token at once.
    #[command(after_help = "Example:\n  perch token remove 0197f3a0-0000-7000-8000-000000000000")]
    Remove {
        /// Its identifier, from the list.
        id: Uuid,
    },
}

pub(super) async fn run(shell: &mut Shell, command: TokenCommand) -> Result<(), Error> {
    let client = shell.client()?;
    match command {
        TokenCommand::New {
            name,
            expires_in_days,
        } => {
            let issued = client
                .new_token(&NewToken {
                    name,
                    expires_in_days,
                })
                .await?;
            let mut properties = properties(&issued.token);
            properties.push(("Secret", json!(issued.secret)));
            shell.output.object(&Record::new(properties));
            shell.output.note("Keep the secret: it is not shown again. Programs send it as Authorization: Bearer.");
        }
        TokenCommand::List => {
            let records: Vec<Record> = client
                .tokens()
                .await?
                .iter()
                .map(|token| Record::new(properties(token)))
                .collect();
            shell
                .output
                .table(&["Id", "Name", "CreatedAt", "ExpiresAt"], &records);
        }
        TokenCommand::Remove { id } => client.remove_token(id).await?,
    }
    Ok(())
}

fn properties(token: &Token) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("Id", json!(token.id)),
        ("Name", json!(token.name)),
        ("CreatedAt", json!(token.created_at)),
        ("ExpiresAt", json!(token.expires_at)),
    ]
}
