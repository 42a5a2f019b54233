//! The settings as flags: one for each line of the table.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use super::keys::KEYS;

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// The file to read instead of the usual ones.
    pub(crate) file: Option<PathBuf>,
    /// Values by the name of their key.
    pub(crate) values: HashMap<&'static str, String>,
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .env("PERCH_CONFIG")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Configuration file, TOML [default: perch.toml here, else /etc/perch/perch.toml]")
            .help_heading("Configuration");
        KEYS.iter().fold(command.arg(file), |command, key| {
            let help = format!(
                "{} [env: {}] [default: {}]",
                key.help,
                key.variable(),
                key.default
            );
            command.arg(
                Arg::new(key.name)
                    .long(key.flag())
                    .value_name("VALUE")
                    .help(help)
                    .help_heading("Configuration"),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |name: &'static str| Some((name, matches.get_one::<String>(name)?.clone()));
        Ok(Self {
            file: matches.get_one::<PathBuf>("config").cloned(),
            values: KEYS.iter().filter_map(|key| value(key.name)).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
