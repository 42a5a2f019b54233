//! Loading history from elsewhere: formats in files of their own, batches and counts here.

pub mod irc;
mod run;

use std::path::PathBuf;

use clap::Subcommand;

pub(crate) use run::run;

/// `perch import …`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Load IRC logs into a room, with their authors and times. Safe to run again: what is there already stays as it is.
    #[command(after_help = "\
Lines of the form [HH:MM] <nick> text are messages. Joins, parts, renames, topics, actions and lines of any other form are
counted by kind and passed over. A file's day is in its name (2004-11-15.log) or given with --date; the next day begins where
the clock goes back by more than an hour.

Authors become disabled users, so that history shows their names and nobody can sign in as them.

Example:
  perch import irc 2004-11-15.log 2004-11-16.log --room 'pchat01.contoso.com\\Ubuntu' --time-zone Europe/London")]
    Irc {
        /// The logs, in the order in which they were written.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where to: 'pool.fqdn\name', or the name alone where there is one pool.
        #[arg(long)]
        room: String,
        /// The time zone of the logs' clock.
        #[arg(long, default_value = "UTC")]
        time_zone: String,
        /// The day of the first line of every file, in place of that in its name: YYYY-MM-DD.
        #[arg(long)]
        date: Option<String>,
    },
}
