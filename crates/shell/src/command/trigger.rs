//! `perch trigger …`: what of posted text becomes a context.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use perch_domain::name::fold;
use perch_domain::{Code, Refusal};
use perch_wire::trigger::{NewTrigger, Rule, Trigger, TriggerFound, TriggerPatch, TriggerTest};
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// `perch trigger …`.
#[derive(Debug, Subcommand)]
pub enum TriggerCommand {
    /// List the triggers of a pool.
    List(PoolArgument),
    /// Create a trigger that finds a pattern.
    #[command(
        visible_alias = "create",
        after_help = "Example:\n  perch trigger new Tickets --type x.ticket --pattern 'INC-(\\d+)' --id-field number --ignore-case"
    )]
    New {
        /// Its name.
        name: String,
        /// The type of what it finds, such as x.ticket or fdc3.instrument.
        #[arg(long = "type", value_name = "TYPE")]
        context_type: String,
        /// A regular expression. The value is the group named value, else the first group, else all that is found.
        #[arg(long)]
        pattern: String,
        /// Where the value goes, such as ticker.
        #[arg(long)]
        id_field: String,
        /// How it looks.
        #[command(flatten)]
        looks: PatternArguments,
        /// The pool.
        #[command(flatten)]
        pool: PoolArgument,
    },
    /// Create a trigger that finds the words of a dictionary, or give one another dictionary.
    #[command(
        after_help = "Example:\n  perch trigger import Companies companies.csv --type fdc3.instrument\n\n\
        The first line of the file names its columns: the word, then the fields that identify it, such as word,ticker,ISIN."
    )]
    Import {
        /// Its name.
        name: String,
        /// A CSV file; columns are parted by commas, semicolons or tabs.
        file: PathBuf,
        /// The type of what it finds; needed for a new trigger.
        #[arg(long = "type", value_name = "TYPE")]
        context_type: Option<String>,
        /// The pool.
        #[command(flatten)]
        pool: PoolArgument,
    },
    /// Change a trigger. Messages that are there stay as they are.
    #[command(
        visible_alias = "edit",
        after_help = "Example:\n  perch trigger set \"Stock tickers\" --enabled false"
    )]
    Set {
        /// Which one.
        name: String,
        /// Another name.
        #[arg(long)]
        new_name: Option<String>,
        /// Whether it finds anything.
        #[arg(long, value_name = "true|false")]
        enabled: Option<bool>,
        /// Another type.
        #[arg(long = "type", value_name = "TYPE")]
        context_type: Option<String>,
        /// Another regular expression.
        #[arg(long)]
        pattern: Option<String>,
        /// Another field for the value.
        #[arg(long)]
        id_field: Option<String>,
        /// The pool.
        #[command(flatten)]
        pool: PoolArgument,
    },
    /// Remove a trigger. What it found stays with its messages.
    #[command(visible_alias = "delete")]
    Remove {
        /// Which one.
        name: String,
        /// The pool.
        #[command(flatten)]
        pool: PoolArgument,
    },
    /// Show what posting a text would find.
    #[command(after_help = "Example:\n  perch trigger test 'INC-4711 about $MSFT'")]
    Test {
        /// The text.
        text: String,
        /// The pool.
        #[command(flatten)]
        pool: PoolArgument,
    },
}

/// Which pool.
#[derive(Debug, Args)]
pub struct PoolArgument {
    /// The pool; the default one unless said otherwise.
    #[arg(long, value_name = "FQDN")]
    pool: Option<String>,
}

/// How a pattern looks.
#[derive(Debug, Args)]
pub struct PatternArguments {
    /// Capitals and small letters do not differ.
    #[arg(long)]
    ignore_case: bool,
    /// Letters and digits may touch what is found.
    #[arg(long)]
    within_words: bool,
    /// A regular expression for what must stand immediately before.
    #[arg(long, default_value = "", hide_default_value = true)]
    before: String,
    /// The same for what must stand after.
    #[arg(long, default_value = "", hide_default_value = true)]
    after: String,
}

pub(super) async fn run(shell: &mut Shell, command: TriggerCommand) -> Result<(), Error> {
    let client = shell.client()?;
    match command {
        TriggerCommand::List(pool) => {
            let triggers = client.triggers(&pool.fqdn(&client).await?).await?;
            let records: Vec<Record> = triggers.iter().map(record).collect();
            let columns = ["Name", "Type", "Pattern", "Words", "Enabled"];
            shell.output.table(&columns, &records);
        }
        TriggerCommand::New {
            name,
            context_type,
            pattern,
            id_field,
            looks,
            pool,
        } => {
            let rule = Rule::Pattern {
                pattern,
                id_field,
                match_case: !looks.ignore_case,
                whole_words: !looks.within_words,
                before: looks.before,
                after: looks.after,
            };
            create(shell, &client, &pool, name, context_type, rule).await?;
        }
        TriggerCommand::Import {
            name,
            file,
            context_type,
            pool,
        } => {
            let words = std::fs::read_to_string(&file)
                .map_err(|cause| Error::File { path: file, cause })?;
            let rule = Rule::Words { words };
            let fqdn = pool.fqdn(&client).await?;
            match (find(&client, &fqdn, &name).await, context_type) {
                (Ok(trigger), context_type) => {
                    let patch = TriggerPatch {
                        rule: Some(rule),
                        context_type,
                        ..TriggerPatch::default()
                    };
                    let changed = client.set_trigger(&fqdn, trigger.id, &patch).await?;
                    shell.output.object(&record(&changed));
                }
                (Err(cause), Some(context_type)) if cause.is(Code::NoSuchNode) => {
                    create(shell, &client, &pool, name, context_type, rule).await?;
                }
                (Err(cause), _) => return Err(cause),
            }
        }
        TriggerCommand::Set {
            name,
            new_name,
            enabled,
            context_type,
            pattern,
            id_field,
            pool,
        } => {
            let fqdn = pool.fqdn(&client).await?;
            let trigger = find(&client, &fqdn, &name).await?;
            let patch = TriggerPatch {
                name: new_name,
                enabled,
                context_type,
                rule: another(&trigger.rule, pattern, id_field)?,
                revision: Some(trigger.revision),
            };
            client.set_trigger(&fqdn, trigger.id, &patch).await?;
        }
        TriggerCommand::Remove { name, pool } => {
            let fqdn = pool.fqdn(&client).await?;
            let trigger = find(&client, &fqdn, &name).await?;
            client.remove_trigger(&fqdn, trigger.id).await?;
        }
        TriggerCommand::Test { text, pool } => {
            let test = TriggerTest {
                text,
                trigger: None,
                replaces: None,
            };
            let fqdn = pool.fqdn(&client).await?;
            let found = client.test_triggers(&fqdn, &test).await?;
            let records: Vec<Record> = found.iter().map(found_record).collect();
            let columns = ["Name", "Type", "Id", "Start", "End", "Trigger"];
            shell.output.table(&columns, &records);
        }
    }
    Ok(())
}

impl PoolArgument {
    async fn fqdn(&self, client: &Client) -> Result<String, Error> {
        if let Some(pool) = &self.pool {
            return Ok(pool.to_ascii_lowercase());
        }
        // The default one stands first.
        let pools = client.pools().await?;
        let first = pools.into_iter().next().map(|pool| pool.fqdn);
        first.ok_or_else(|| Error::Usage("There is no pool.".to_owned()))
    }
}

async fn create(
    shell: &mut Shell,
    client: &Client,
    pool: &PoolArgument,
    name: String,
    context_type: String,
    rule: Rule,
) -> Result<(), Error> {
    let new = NewTrigger {
        name,
        enabled: true,
        context_type,
        rule,
    };
    let fqdn = pool.fqdn(client).await?;
    let trigger = client.new_trigger(&fqdn, &new).await?;
    shell.output.object(&record(&trigger));
    Ok(())
}

/// A pattern with what is to change of it.
fn another(
    rule: &Rule,
    another: Option<String>,
    field: Option<String>,
) -> Result<Option<Rule>, Error> {
    if another.is_none() && field.is_none() {
        return Ok(None);
    }
    let mut rule = rule.clone();
    let Rule::Pattern {
        pattern, id_field, ..
    } = &mut rule
    else {
        return Err(Error::Usage(
            "This trigger has a dictionary. Give it another one with: perch trigger import"
                .to_owned(),
        ));
    };
    if let Some(another) = another {
        *pattern = another;
    }
    if let Some(field) = field {
        *id_field = field;
    }
    Ok(Some(rule))
}

async fn find(client: &Client, pool: &str, name: &str) -> Result<Trigger, Error> {
    let folded = fold(name.trim());
    let triggers = client.triggers(pool).await?;
    let found = triggers
        .into_iter()
        .find(|trigger| fold(&trigger.name) == folded);
    found.ok_or_else(|| {
        Error::Refused(Refusal::new(
            Code::NoSuchNode,
            format!("The pool has no trigger {name}. perch trigger list shows them."),
        ))
    })
}

fn record(trigger: &Trigger) -> Record {
    let pattern = match &trigger.rule {
        Rule::Pattern { pattern, .. } => Some(pattern),
        Rule::Words { .. } => None,
    };
    Record::new(vec![
        ("Name", json!(trigger.name)),
        ("Type", json!(trigger.context_type)),
        ("Pattern", json!(pattern)),
        ("Words", json!(trigger.word_count)),
        ("Enabled", json!(trigger.enabled)),
        ("Pool", json!(trigger.pool)),
        ("Id", json!(trigger.id)),
    ])
}

fn found_record(found: &TriggerFound) -> Record {
    let context = &found.context;
    let ids: Vec<String> = (context.id.iter())
        .map(|(field, value)| format!("{field}={value}"))
        .collect();
    Record::new(vec![
        ("Name", json!(context.name)),
        ("Type", json!(context.kind)),
        ("Id", json!(ids.join(" "))),
        ("Start", json!(context.start)),
        ("End", json!(context.end)),
        ("Trigger", json!(found.trigger)),
    ])
}
