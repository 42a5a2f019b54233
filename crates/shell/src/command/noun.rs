//! The subcommands of add-ins, categories and rooms, made from the table of cmdlets.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, Subcommand};

use crate::cmdlet::Invocation;
use crate::cmdlet::table::{Cmdlet, Key, Kind, Noun, ObjectNoun, Parameter, Verb, cmdlets};
use crate::cmdlet::value::{self, Value};
use crate::error::Error;
use crate::list::ListChange;

/// A cmdlet with the values of its options; what goes together is checked when it becomes an invocation.
#[derive(Clone, Debug)]
pub(crate) struct NounLine {
    cmdlet: &'static Cmdlet,
    values: BTreeMap<Key, Value>,
}

impl NounLine {
    pub(crate) fn into_invocation(self) -> Result<Invocation, Error> {
        Invocation::new(self.cmdlet, self.values)
    }
}

macro_rules! noun_commands {
    ($($(#[$doc:meta])+ $name:ident: $noun:expr),+ $(,)?) => {
        $(
            $(#[$doc])+
            #[derive(Clone, Debug)]
            pub struct $name(pub(crate) NounLine);

            impl FromArgMatches for $name {
                fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                    line($noun, matches).map(Self)
                }

                fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                    self.0 = line($noun, matches)?;
                    Ok(())
                }
            }

            impl Subcommand for $name {
                fn augment_subcommands(command: Command) -> Command {
                    command.subcommands(of($noun).map(subcommand)).subcommand_required(true).arg_required_else_help(true)
                }

                fn augment_subcommands_for_update(command: Command) -> Command {
                    Self::augment_subcommands(command)
                }

                fn has_subcommand(name: &str) -> bool {
                    of($noun).any(|cmdlet| cmdlet.verb.command() == name)
                }
            }
        )+
    };
}

noun_commands! {
    /// Those of `perch addin …` that are cmdlets.
    AddinLine: ObjectNoun::Addin,
    /// `perch category …`.
    CategoryCommand: ObjectNoun::Category,
    /// `perch room …`.
    RoomCommand: ObjectNoun::Room,
}

fn of(noun: ObjectNoun) -> impl Iterator<Item = &'static Cmdlet> {
    cmdlets().filter(move |cmdlet| cmdlet.noun == Noun::Object(noun))
}

fn subcommand(cmdlet: &'static Cmdlet) -> Command {
    let mut command = Command::new(cmdlet.verb.command()).about(cmdlet.summary).after_help(format!(
        "Example:\n  perch {}\n\nThe cmdlet of the original, with its own parameters:\n  perch {} {}",
        cmdlet.plain_example,
        cmdlet.name(),
        cmdlet.example
    ));
    if cmdlet.verb == Verb::Get {
        command = command.visible_alias("get");
    }
    for parameter in cmdlet.parameters {
        command = command.args(arguments(parameter));
    }
    command
}

fn arguments(parameter: &'static Parameter) -> Vec<Arg> {
    let (key, help) = (parameter.key, plain_help(parameter));
    let named = Arg::new(key.flag()).long(key.flag()).help(help.clone());
    let [add, remove, none] = key.list_flags();
    match parameter.kind {
        Kind::Text if parameter.first => {
            let place = Arg::new(key.flag()).value_name(if key == Key::Identity {
                "IDENTITY"
            } else {
                "NAME"
            });
            vec![place.help(help).required(parameter.required)]
        }
        Kind::Text => vec![named.value_name("TEXT").required(parameter.required)],
        Kind::NullableText => vec![
            named.value_name("NAME"),
            switch(none, "None, in place of what there was.".to_owned()).conflicts_with(key.flag()),
        ],
        Kind::Bool => vec![
            named
                .value_name("BOOL")
                .value_parser(PossibleValuesParser::new(["true", "false"])),
        ],
        Kind::Switch if key == Key::Confirm => {
            vec![
                switch(key.flag(), "Ask before doing it.".to_owned()),
                Arg::new("yes")
                    .long("yes")
                    .short('y')
                    .action(ArgAction::SetTrue)
                    .conflicts_with(key.flag())
                    .help("Do not ask."),
            ]
        }
        Kind::Switch => vec![switch(key.flag(), help)],
        Kind::Count => vec![named.value_name("NUMBER")],
        Kind::Choice(choices) => {
            vec![named.value_name("CHOICE").ignore_case(true).value_parser(
                PossibleValuesParser::new(
                    choices.iter().map(|choice| {
                        clap::builder::PossibleValue::new(lower(choice)).alias(*choice)
                    }),
                ),
            )]
        }
        Kind::List => {
            let list = |id, help: String| {
                Arg::new(id)
                    .long(id)
                    .value_name("LIST")
                    .action(ArgAction::Append)
                    .help(help)
            };
            vec![
                list(
                    key.flag(),
                    format!("{help} The whole list, with commas between."),
                )
                .conflicts_with_all([add, remove]),
                list(add, "Add these.".to_owned()),
                list(remove, "Remove these.".to_owned()),
                switch(none, "Empty the list.".to_owned()).conflicts_with_all([
                    key.flag(),
                    add,
                    remove,
                ]),
            ]
        }
        Kind::Filter => vec![named.value_name("PATTERN")],
        // Objects come through the pipe.
        Kind::Object => Vec::new(),
    }
}

/// The table's help without the quoting that only cmdlets need.
fn plain_help(parameter: &Parameter) -> String {
    match parameter.key {
        Key::Filter => "Rooms whose name fits, with * and ?: '*it*'.".to_owned(),
        Key::SearchDescription => "Let --filter look into descriptions too.".to_owned(),
        Key::Addin => {
            parameter
                .help
                .split(';')
                .next()
                .unwrap_or_default()
                .trim_end_matches('.')
                .to_owned()
                + "."
        }
        Key::Disabled => "Whether it is disabled.".to_owned(),
        _ => parameter.help.to_owned(),
    }
}

fn switch(id: &'static str, help: String) -> Arg {
    Arg::new(id).long(id).action(ArgAction::SetTrue).help(help)
}

fn lower(choice: &'static str) -> &'static str {
    match choice {
        "Open" => "open",
        "Closed" => "closed",
        "Secret" => "secret",
        "Normal" => "normal",
        "Auditorium" => "auditorium",
        "Inherit" => "inherit",
        "False" => "false",
        other => other,
    }
}

fn line(noun: ObjectNoun, matches: &ArgMatches) -> Result<NounLine, clap::Error> {
    let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
    let (name, matches) = matches.subcommand().ok_or_else(missing)?;
    let cmdlet = of(noun)
        .find(|cmdlet| cmdlet.verb.command() == name)
        .ok_or_else(missing)?;
    let mut values = BTreeMap::new();
    for parameter in cmdlet.parameters {
        if let Some(value) = read(parameter, matches)? {
            values.insert(parameter.key, value);
        }
    }
    Ok(NounLine { cmdlet, values })
}

fn read(parameter: &Parameter, matches: &ArgMatches) -> Result<Option<Value>, clap::Error> {
    let key = parameter.key;
    let is_set = |id: &str| matches.get_flag(id);
    let invalid = |id: &str, reason: String| {
        clap::Error::raw(
            clap::error::ErrorKind::ValueValidation,
            format!("--{id}: {reason}\n"),
        )
    };
    Ok(match parameter.kind {
        Kind::Object => None,
        Kind::Switch if key == Key::Confirm => match (is_set(key.flag()), is_set("yes")) {
            (true, _) => Some(Value::Bool(true)),
            (_, true) => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Switch => is_set(key.flag()).then_some(Value::Bool(true)),
        Kind::List => {
            let [add, remove, none] = key.list_flags();
            let list = |id: &str| -> Result<Option<Vec<String>>, clap::Error> {
                let Some(texts) = matches.get_many::<String>(id) else {
                    return Ok(None);
                };
                let mut all = Vec::new();
                for text in texts {
                    match ListChange::parse(text).map_err(|reason| invalid(id, reason))? {
                        ListChange::Replace(list) => all.extend(list),
                        ListChange::Modify { .. } => {
                            return Err(invalid(
                                id,
                                "give addresses; to add or remove some, use the options for that."
                                    .to_owned(),
                            ));
                        }
                    }
                }
                Ok(Some(all))
            };
            match (list(key.flag())?, list(add)?, list(remove)?, is_set(none)) {
                (_, _, _, true) => Some(Value::List(ListChange::Replace(Vec::new()))),
                (Some(whole), ..) => Some(Value::List(ListChange::Replace(whole))),
                (None, None, None, false) => None,
                (None, add, remove, false) => Some(Value::List(ListChange::Modify {
                    add: add.unwrap_or_default(),
                    remove: remove.unwrap_or_default(),
                })),
            }
        }
        Kind::NullableText if is_set(key.list_flags()[2]) => Some(Value::Null),
        kind => match matches.get_one::<String>(key.flag()) {
            // A text is taken as it is: `$null` and the like belong to cmdlets.
            Some(text) if matches!(kind, Kind::Text | Kind::NullableText) => {
                Some(Value::Text(text.clone()))
            }
            Some(text) => {
                Some(value::parse(kind, text).map_err(|reason| invalid(key.flag(), reason))?)
            }
            None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::AddinCommand;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(subcommand)]
        command: crate::command::Command,
    }

    fn invocation(arguments: &[&str]) -> Invocation {
        let program = Program::try_parse_from([&["perch"], arguments].concat()).unwrap();
        match program.command {
            crate::command::Command::Addin(AddinCommand::Cmdlet(AddinLine(line)))
            | crate::command::Command::Category(CategoryCommand(line))
            | crate::command::Command::Room(RoomCommand(line)) => line.into_invocation().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_subcommands_are_well_formed() {
        use clap::CommandFactory;
        Program::command().debug_assert();
    }

    #[test]
    fn a_subcommand_is_the_same_as_its_cmdlet() {
        let plain = invocation(&[
            "addin",
            "new",
            "X",
            "--url",
            "http://a.example",
            "--pool",
            "p.example",
        ]);
        assert_eq!(plain.cmdlet.name(), "New-CsPersistentChatAddin");
        assert_eq!(plain.text(Key::Name), Some("X"));
        assert_eq!(plain.text(Key::PersistentChatPoolFqdn), Some("p.example"));
    }

    #[test]
    fn lists_have_options_of_their_own() {
        let texts = |list: &[&str]| {
            list.iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let list = |arguments: &[&str]| {
            let invocation = invocation(&[&["room", "set", "R"], arguments].concat());
            invocation.list(Key::Members).cloned().unwrap()
        };
        assert_eq!(
            list(&["--members", "a@x,b@x"]),
            ListChange::Replace(texts(&["a@x", "b@x"]))
        );
        assert_eq!(list(&["--no-members"]), ListChange::Replace(Vec::new()));
        assert_eq!(
            list(&[
                "--add-members",
                "a@x",
                "--add-members",
                "OU=A,DC=x",
                "--remove-members",
                "b@x"
            ]),
            ListChange::Modify {
                add: texts(&["a@x", "OU=A,DC=x"]),
                remove: texts(&["b@x"])
            }
        );
    }

    #[test]
    fn choices_flags_and_none_are_understood() {
        let room = invocation(&[
            "room",
            "set",
            "R",
            "--privacy",
            "Open",
            "--disabled",
            "true",
            "--no-addin",
            "--yes",
        ]);
        assert_eq!(room.text(Key::Privacy), Some("Open"));
        assert_eq!(room.bool(Key::Disabled), Some(true));
        assert!(room.is_null(Key::Addin));
        assert_eq!(room.bool(Key::Confirm), Some(false));
    }

    #[test]
    fn a_missing_name_is_a_usage_error() {
        assert!(
            Program::try_parse_from(["perch", "addin", "new", "--url", "http://a.example"])
                .is_err()
        );
        assert!(Program::try_parse_from(["perch", "room"]).is_err());
    }
}
