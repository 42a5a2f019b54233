//! `perch addin webhook …`: where an add-in's own server is told what is posted.

use clap::{Args, Subcommand};
use perch_domain::name::fold;
use perch_domain::{Code, Refusal};
use perch_wire::addin::Addin;
use perch_wire::webhook::{NewWebhook, Replay, Webhook, WebhookFailure};
use serde_json::json;
use uuid::Uuid;

use super::grant::find;
use crate::client::Client;
use crate::error::{Error, Exit};
use crate::record::Record;
use crate::shell::Shell;

/// Which add-in.
#[derive(Debug, Args)]
pub struct AddinArgument {
    /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
    identity: String,
}

/// Where an add-in's own server is told what is posted.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Say where events are posted to. A new webhook's secret is shown this once.
    #[command(
        after_help = "Example:\n  perch addin webhook set Prices https://prices.bank.example/events"
    )]
    Set {
        #[command(flatten)]
        addin: AddinArgument,
        /// The receiver's address, http or https.
        url: String,
    },
    /// Show how it fares, and what was given up.
    Show(AddinArgument),
    /// Make a new secret, shown this once. The one before signs too for a day.
    NewSecret(AddinArgument),
    /// Tell the receiver nothing more.
    Remove(AddinArgument),
    /// Tell everything again from a message of a room on.
    #[command(after_help = "Example:\n  perch addin webhook replay Prices --room FX --from 1200")]
    Replay {
        #[command(flatten)]
        addin: AddinArgument,
        /// The room's name.
        #[arg(long)]
        room: String,
        /// The message's place in the room.
        #[arg(long, value_name = "SEQ")]
        from: u64,
    },
    /// Tell once more everything that was given up.
    Retry(AddinArgument),
    /// Forget everything that was given up: it is not told.
    Discard(AddinArgument),
}

pub(super) async fn run(shell: &mut Shell, command: WebhookCommand) -> Result<Exit, Error> {
    let client = shell.client()?;
    let (WebhookCommand::Set { addin, .. }
    | WebhookCommand::Show(addin)
    | WebhookCommand::NewSecret(addin)
    | WebhookCommand::Remove(addin)
    | WebhookCommand::Replay { addin, .. }
    | WebhookCommand::Retry(addin)
    | WebhookCommand::Discard(addin)) = &command;
    let Addin { pool, id, .. } = find(shell, &client, &addin.identity).await?;
    let webhook = match command {
        WebhookCommand::Set { url, .. } => {
            client.set_webhook(&pool, id, &NewWebhook { url }).await?
        }
        WebhookCommand::Show(_) => client.webhook(&pool, id).await?,
        WebhookCommand::NewSecret(_) => client.rotate_webhook_secret(&pool, id).await?,
        WebhookCommand::Remove(_) => {
            client.remove_webhook(&pool, id).await?;
            return Ok(Exit::Done);
        }
        WebhookCommand::Replay { room, from, .. } => {
            let room = room_of(&client.webhook(&pool, id).await?, &room)?;
            client
                .replay_webhook(&pool, id, &Replay { room, from })
                .await?
        }
        WebhookCommand::Retry(_) => retry(&client, &pool, id).await?,
        WebhookCommand::Discard(_) => discard(&client, &pool, id).await?,
    };
    show(shell, &webhook);
    Ok(Exit::Done)
}

/// Tells each of the dead letters once more, oldest first; those that are refused stay.
async fn retry(client: &Client, pool: &str, id: Uuid) -> Result<Webhook, Error> {
    let mut webhook = client.webhook(pool, id).await?;
    for letter in webhook.dead_letters.iter().rev() {
        client
            .retry_dead_letter(pool, id, (letter.room, letter.seq))
            .await?;
    }
    if !webhook.dead_letters.is_empty() {
        webhook = client.webhook(pool, id).await?;
    }
    Ok(webhook)
}

/// Forgets each of the dead letters that there are now.
async fn discard(client: &Client, pool: &str, id: Uuid) -> Result<Webhook, Error> {
    for letter in client.webhook(pool, id).await?.dead_letters {
        client
            .discard_dead_letter(pool, id, (letter.room, letter.seq))
            .await?;
    }
    Ok(client.webhook(pool, id).await?)
}

fn room_of(webhook: &Webhook, name: &str) -> Result<Uuid, Error> {
    let folded = fold(name.trim());
    let room = webhook.rooms.iter().find(|room| fold(&room.name) == folded);
    room.map(|room| room.room).ok_or_else(|| {
        let detail = format!(
            "No room {name:?} uses the add-in. `perch addin webhook show` lists those that do."
        );
        Error::Refused(Refusal::new(Code::NoSuchNode, detail))
    })
}

fn show(shell: &mut Shell, webhook: &Webhook) {
    let failure = |failure: &WebhookFailure| json!(failure.detail);
    let mut object = vec![
        ("Url", json!(webhook.url)),
        ("State", json!(webhook.state)),
        ("ToldAt", json!(webhook.told_at)),
        ("Waiting", json!(webhook.waiting)),
        (
            "Failure",
            webhook.failure.as_ref().map(failure).unwrap_or_default(),
        ),
        ("NextAttemptAt", json!(webhook.next_attempt_at)),
        ("PreviousSecretUntil", json!(webhook.previous_secret_until)),
        ("Rooms", json!(webhook.rooms)),
        ("DeadLetters", json!(webhook.dead_letters)),
    ];
    if let Some(secret) = &webhook.secret {
        object.insert(1, ("Secret", json!(secret)));
    }
    shell.output.object(&Record::new(object));
}
