//! Lines in PowerShell's manner, as the arguments that a Unix shell makes of them.
//!
//! PowerShell's own quoting is gone when the program starts, and `$`, `@{…}` and `;` mean something to the shell. Arguments
//! that a shell takes apart recognisably are put together again; what it swallows (`$false`) is named in the error.

use std::collections::BTreeMap;

use crate::cmdlet::Invocation;
use crate::cmdlet::table::{Cmdlet, Key, Kind, Parameter, cmdlets};
use crate::cmdlet::value::{self, Value};
use crate::error::Error;

/// A line that was understood.
#[derive(Debug)]
pub(crate) enum Line {
    /// A cmdlet with its values.
    Run(Box<Invocation>),
    /// A question about a cmdlet.
    Help(&'static Cmdlet),
}

/// Whether a first argument is the name of a cmdlet, `Verb-CsNoun`, known or not.
pub(crate) fn is_cmdlet_name(argument: &str) -> bool {
    let argument = plain_dashes(argument);
    argument.split_once('-').is_some_and(|(verb, noun)| {
        !verb.is_empty()
            && verb.chars().all(|c| c.is_ascii_alphabetic())
            && noun
                .get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case("cs"))
            && noun.len() > 2
            && noun.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// The cmdlet of a name in any letter case.
pub(crate) fn find(name: &str) -> Result<&'static Cmdlet, Error> {
    let name = plain_dashes(name);
    if let Some(found) = cmdlets().find(|cmdlet| cmdlet.name().eq_ignore_ascii_case(&name)) {
        return Ok(found);
    }
    let nearest = nearest(&name, cmdlets().map(Cmdlet::name));
    Err(Error::Usage(format!(
        "{name} is not a cmdlet of this version. {}perch cmdlets lists all.",
        nearest
            .map(|near| format!("The nearest is {near}; "))
            .unwrap_or_default()
    )))
}

/// Reads a line.
pub(crate) fn parse(arguments: &[String]) -> Result<Line, Error> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Error::Usage(
            "There is no cmdlet. perch cmdlets lists all.".to_owned(),
        ));
    };
    let cmdlet = find(name)?;
    let mut values = BTreeMap::new();
    let mut rest = rest.iter().map(String::as_str).peekable();
    while let Some(argument) = rest.next() {
        let dashed = plain_dashes(argument);
        if matches!(
            dashed.to_ascii_lowercase().as_str(),
            "-?" | "--help" | "-help" | "-h" | "/?"
        ) {
            return Ok(Line::Help(cmdlet));
        }
        let (parameter, inline) = match dashed.strip_prefix('-') {
            Some(flag) if flag.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                let (flag, inline) = match flag.split_once(':') {
                    Some((flag, inline)) => (flag, Some(inline.to_owned())),
                    None => (flag, None),
                };
                (resolve(cmdlet, flag)?, inline)
            }
            _ => (
                positional(cmdlet, argument, &values)?,
                Some(argument.to_owned()),
            ),
        };
        let value = match inline {
            Some(text) => text,
            None if parameter.kind == Kind::Switch => "$true".to_owned(),
            None => next_value(cmdlet, parameter, &mut rest)?,
        };
        let joined = join(parameter.kind, value, &mut rest);
        let value = value::parse(parameter.kind, &joined)
            .map_err(|reason| Error::Usage(format!("-{}: {reason}", parameter.key.as_str())))?;
        if values.insert(parameter.key, value).is_some() {
            return Err(Error::Usage(format!(
                "-{} is given twice; give it once.",
                parameter.key.as_str()
            )));
        }
    }
    Invocation::new(cmdlet, values).map(|invocation| Line::Run(Box::new(invocation)))
}

/// Pages and word processors turn hyphens into dashes; PowerShell takes both.
fn plain_dashes(argument: &str) -> String {
    let dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}');
    match argument.strip_prefix(dash) {
        Some(rest) => format!("-{rest}"),
        None if argument.starts_with('-') => argument.to_owned(),
        None => argument.replace(dash, "-"),
    }
}

fn resolve(cmdlet: &'static Cmdlet, flag: &str) -> Result<&'static Parameter, Error> {
    let lower = flag.to_ascii_lowercase();
    let fits = |parameter: &&Parameter| {
        parameter
            .key
            .as_str()
            .to_ascii_lowercase()
            .starts_with(&lower)
    };
    let found: Vec<&'static Parameter> = cmdlet.parameters.iter().filter(fits).collect();
    let names = |list: &[&Parameter]| {
        list.iter()
            .map(|p| format!("-{}", p.key.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let all = cmdlet
                .parameters
                .iter()
                .map(|parameter| parameter.key.as_str().to_owned());
            let hint = match nearest(flag, all) {
                Some(near) => format!("Did you mean -{near}?"),
                None => format!(
                    "It has {}.",
                    names(&cmdlet.parameters.iter().collect::<Vec<_>>())
                ),
            };
            Err(Error::Usage(format!(
                "{} has no parameter -{flag}. {hint}",
                cmdlet.name()
            )))
        }
        several => several
            .iter()
            .find(|parameter| parameter.key.as_str().eq_ignore_ascii_case(flag))
            .copied()
            .ok_or_else(|| {
                Error::Usage(format!(
                    "-{flag} could be {}. Write more of it.",
                    names(several)
                ))
            }),
    }
}

fn positional(
    cmdlet: &'static Cmdlet,
    argument: &str,
    values: &BTreeMap<Key, Value>,
) -> Result<&'static Parameter, Error> {
    cmdlet
        .parameters
        .iter()
        .find(|parameter| parameter.first && !values.contains_key(&parameter.key))
        .ok_or_else(|| {
            Error::Usage(format!(
                "{argument:?} belongs to no parameter of {}. Put a value that contains spaces in quotes.",
                cmdlet.name()
            ))
        })
}

fn next_value<'a>(
    cmdlet: &'static Cmdlet,
    parameter: &Parameter,
    rest: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> Result<String, Error> {
    // A value may start with a hyphen, unless it is a parameter: then the value was swallowed by the shell.
    let is_value = |text: &&str| match plain_dashes(text).strip_prefix('-') {
        Some(flag) if flag.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            resolve(cmdlet, flag.split(':').next().unwrap_or_default()).is_err()
        }
        _ => true,
    };
    rest.next_if(is_value).map(str::to_owned).ok_or_else(|| {
        Error::Usage(format!(
            "-{} needs a value. If you wrote $true, $false or $null, your shell replaced it by nothing: put it in single quotes.",
            parameter.key.as_str()
        ))
    })
}

/// Puts together what an unquoted line was taken apart into: `{Name -like "*x*"}` at its spaces, `@{Add="a", "b"}` at its
/// spaces or, by bash, at its commas into `@Add=a` and `@b`.
fn join<'a>(
    kind: Kind,
    value: String,
    rest: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> String {
    let braced = match kind {
        Kind::Filter => value.starts_with('{'),
        Kind::List => value.starts_with("@{") || value.starts_with("@("),
        _ => return value,
    };
    let mut joined = value;
    if braced {
        while !joined.ends_with(['}', ')']) {
            let Some(next) = rest.next() else { break };
            joined = format!("{joined} {next}");
        }
        return joined;
    }
    if kind == Kind::Filter {
        return joined;
    }
    if let Some(first) = joined.strip_prefix('@') {
        let mut inner = first.to_owned();
        while let Some(next) = rest.next_if(|next| next.starts_with('@')) {
            inner.push(',');
            inner.push_str(next.trim_start_matches('@'));
        }
        return format!("@{{{inner}}}");
    }
    while joined.ends_with(',') {
        let Some(next) = rest.next() else { break };
        joined.push_str(next);
    }
    joined
}

fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| {
            (
                strsim::damerau_levenshtein(&wanted, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, _)| *distance <= 1 + wanted.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
