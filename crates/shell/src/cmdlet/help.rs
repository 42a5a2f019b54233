//! Help for cmdlets, from the table.

use crate::cmdlet::table::{Cmdlet, Key, Kind, Parameter, cmdlets};

const QUOTING: &str = "\
Quoting: your shell reads the line first. Put identities, list modifiers and everything with $ in single quotes:
  -Identity 'pool.fqdn\\name'   -Members '@{Add=\"sip:a@contoso.com\"; Remove=\"sip:b@contoso.com\"}'
  -Disabled '$true'            '-Confirm:$false'            -Addin '$null'
Names and parameters are taken in any letter case, parameters by any prefix that fits only one of them.";

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 refused, 2 the line is wrong, 3 the server cannot be reached.";

/// What a cmdlet does, how it is written, and an example.
pub(crate) fn cmdlet(cmdlet: &Cmdlet) -> String {
    let mut text = format!("{}\n\nUsage: perch {}", cmdlet.summary, cmdlet.name());
    for parameter in cmdlet.parameters {
        text.push_str(&format!(" {}", usage(parameter)));
    }
    text.push_str("\n\nParameters:\n");
    let width = cmdlet
        .parameters
        .iter()
        .map(|p| p.key.as_str().len())
        .max()
        .unwrap_or_default();
    for parameter in cmdlet.parameters {
        text.push_str(&format!(
            "  -{:width$}  {}\n",
            parameter.key.as_str(),
            parameter.help
        ));
        if parameter.kind == Kind::List {
            let modifiers =
                "A list in place of the old one, '@{Add=…}', '@{Remove=…}', or '$null'.";
            text.push_str(&format!("   {:width$}  {modifiers}\n", ""));
        }
    }
    text.push_str(&format!(
        "\nExample:\n  perch {} {}\n\nThe same as a plain subcommand:\n  perch {}\n",
        cmdlet.name(),
        cmdlet.example,
        cmdlet.plain_example
    ));
    if cmdlet.parameter(Key::Instance).is_some() {
        text.push_str(&format!(
            "\nObjects can be piped in:\n  perch Get-CsPersistentChat{0} | perch {1}\n",
            cmdlet.noun.as_str(),
            cmdlet.name()
        ));
    }
    text.push_str(&format!("\n{QUOTING}\n\n{EXIT_CODES}"));
    text
}

/// The cmdlets whose name contains a text.
pub(crate) fn list(part: &str) -> String {
    let part = part.to_lowercase();
    let mut text = String::new();
    for cmdlet in cmdlets() {
        let name = cmdlet.name();
        if name.to_lowercase().contains(&part) {
            text.push_str(&format!("{name:32}  {}\n", cmdlet.summary));
        }
    }
    text.push_str("\nperch <cmdlet> --help shows its parameters and an example.");
    text
}

fn usage(parameter: &Parameter) -> String {
    let name = format!("-{}", parameter.key.as_str());
    let name = if parameter.first {
        format!("[{name}]")
    } else {
        name
    };
    let form = match parameter.kind {
        Kind::Text | Kind::NullableText => format!("{name} <text>"),
        Kind::Bool => format!("{name} <$true|$false>"),
        Kind::Switch => name,
        Kind::Count => format!("{name} <number>"),
        Kind::Choice(choices) => format!("{name} <{}>", choices.join("|")),
        Kind::List => format!("{name} <list>"),
        Kind::Filter => format!("{name} <condition>"),
        Kind::Object => format!("{name} <JSON>"),
    };
    if parameter.required {
        form
    } else {
        format!("[{form}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_understood() {
        for cmdlet in cmdlets() {
            let mut arguments = vec![cmdlet.name()];
            arguments.extend(words(cmdlet.example));
            let line = crate::cmdlet::parse::parse(&arguments);
            assert!(line.is_ok(), "{}: {line:?}", cmdlet.name());
        }
    }

    #[test]
    fn help_shows_every_parameter_and_how_to_quote() {
        for cmdlet in cmdlets() {
            let text = super::cmdlet(cmdlet);
            for parameter in cmdlet.parameters {
                assert!(
                    text.contains(&format!("-{}", parameter.key.as_str())),
                    "{}",
                    cmdlet.name()
                );
            }
            assert!(text.contains("'-Confirm:$false'") && text.contains(cmdlet.example));
        }
    }

    #[test]
    fn the_listing_can_be_narrowed() {
        let lines = |part| {
            list(part)
                .lines()
                .filter(|line| line.contains("-CsPersistentChat"))
                .count()
        };
        assert_eq!(lines(""), cmdlets().count());
        assert_eq!(lines("set-"), 5);
    }

    /// Takes a line apart as a shell does, as far as the examples need it.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote, mut started) =
            (Vec::new(), String::new(), None, false);
        for c in line.chars() {
            match quote {
                Some(open) if c == open => quote = None,
                Some(_) => word.push(c),
                None if c == '"' || c == '\'' => (quote, started) = (Some(c), true),
                None if c == ' ' => {
                    if started {
                        words.push(std::mem::take(&mut word));
                    }
                    started = false;
                }
                None => {
                    word.push(c);
                    started = true;
                }
            }
        }
        if started {
            words.push(word);
        }
        words
    }
}
