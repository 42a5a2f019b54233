//! `perch search`.

use clap::Args;
use perch_domain::limits::SEARCH_PAGE_MAX;
use perch_wire::search::{FoundMessage, MessageSearch};
use serde_json::json;

use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// `perch search`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  perch search size in '$MSFT'\n  perch search '\"moved to 16:00\"' from:control 'in:\"FX Spot\"' after:2026-01-31\n\n\
    A message must have all words, each of them whole; letter case and accents make no difference. Put phrases, dollar signs\n\
    and names of several words in single quotes."
)]
pub struct SearchCommand {
    /// Words, '"a phrase"', from:person, in:room, after:2026-01-31, before:2026-02-28.
    #[arg(required = true)]
    words: Vec<String>,
    /// At most so many messages, the newest.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: u32,
}

pub(super) async fn run(shell: &mut Shell, command: SearchCommand) -> Result<(), Error> {
    let client = shell.client()?;
    let (mut left, mut records) = (command.limit, Vec::new());
    let mut search = MessageSearch {
        q: command.words.join(" "),
        ..MessageSearch::default()
    };
    while left > 0 {
        search.limit = Some(left.min(SEARCH_PAGE_MAX));
        let page = client.search_messages(&search).await?;
        left = left.saturating_sub(u32::try_from(page.found.len()).unwrap_or(u32::MAX));
        records.extend(page.found.iter().map(record));
        search.cursor = page.next;
        if search.cursor.is_none() {
            break;
        }
    }
    shell
        .output
        .table(&["At", "Room", "Author", "Text"], &records);
    Ok(())
}

fn record(found: &FoundMessage) -> Record {
    let message = &found.message;
    Record::new(vec![
        ("At", json!(message.at)),
        ("Room", json!(found.room_name)),
        ("RoomId", json!(message.room)),
        ("Seq", json!(message.seq)),
        ("Author", json!(message.author.display_name)),
        ("Address", json!(message.author.address)),
        ("Title", json!(message.title)),
        ("Text", json!(message.text)),
    ])
}
