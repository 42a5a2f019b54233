//! `perch addin intents`: what an add-in's page answers when another page asks.

use std::path::PathBuf;

use clap::Args;
use perch_wire::addin::AddinPatch;
use serde_json::json;

use super::grant::find;
use crate::error::{Error, Exit};
use crate::record::Record;
use crate::shell::Shell;

/// What `perch addin intents` takes.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  perch addin intents Prices intents.json\n\n\
    The file holds what stands under interop.intents.listensFor in the add-in's FDC3 application record:\n\
    {\"ViewChart\": {\"displayName\": \"Show a chart\", \"contexts\": [\"fdc3.instrument\"]}}")]
pub struct IntentsArguments {
    /// Its identity, `pool.fqdn\name`, or its name where there is one pool.
    identity: String,
    /// JSON with all that it answers from now on, {} for nothing; absent: shows what it answers.
    file: Option<PathBuf>,
}

pub(super) async fn run(shell: &mut Shell, arguments: IntentsArguments) -> Result<Exit, Error> {
    let client = shell.client()?;
    let mut addin = find(shell, &client, &arguments.identity).await?;
    if let Some(path) = arguments.file {
        let text = std::fs::read_to_string(&path).map_err(|cause| Error::File {
            path: path.clone(),
            cause,
        })?;
        let intents = serde_json::from_str(&text).map_err(|cause| {
            Error::Usage(format!(
                "{} is not what FDC3 has under listensFor: {cause}",
                path.display()
            ))
        })?;
        let patch = AddinPatch {
            intents: Some(intents),
            ..AddinPatch::default()
        };
        addin = client.set_addin(&addin.pool, addin.id, &patch).await?;
    }
    shell.output.object(&Record::new(vec![
        ("Name", json!(addin.name)),
        ("PersistentChatPoolFqdn", json!(addin.pool)),
        ("Intents", json!(addin.intents)),
    ]));
    Ok(Exit::Done)
}
