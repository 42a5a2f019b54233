//! Where values come from: defaults, file, environment, flags.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::Flags;
use super::keys::{KEYS, Key};
use crate::error::Error;

/// The files that are read when none is named: the first that exists.
const FILES: [&str; 2] = ["perch.toml", "/etc/perch/perch.toml"];

/// A value and where it comes from.
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) origin: String,
}

/// What the file, the environment and the flags say.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    file: Option<PathBuf>,
    in_file: HashMap<&'static str, String>,
    in_environment: HashMap<&'static str, String>,
    in_flags: HashMap<&'static str, String>,
}

impl Layers {
    /// Reads all three.
    pub(crate) fn read(flags: &Flags) -> Result<Self, Error> {
        let file = match &flags.file {
            Some(file) => Some(file.clone()),
            None => FILES.iter().map(PathBuf::from).find(|file| file.exists()),
        };
        let in_file = match &file {
            Some(path) => parse(path, &read(path)?)?,
            None => HashMap::new(),
        };
        let variable = |key: &'static Key| Some((key.name, env::var(key.variable()).ok()?));
        Ok(Self {
            file,
            in_file,
            in_environment: KEYS.iter().filter_map(variable).collect(),
            in_flags: flags.values.clone(),
        })
    }

    /// The value that is in effect.
    pub(crate) fn value(&self, key: &Key) -> Found {
        let found = |text: &String, origin: String| Found {
            text: text.clone(),
            origin,
        };
        if let Some(text) = self.in_flags.get(key.name) {
            return found(text, format!("flag --{}", key.flag()));
        }
        if let Some(text) = self.in_environment.get(key.name) {
            return found(text, format!("environment {}", key.variable()));
        }
        if let (Some(text), Some(file)) = (self.in_file.get(key.name), &self.file) {
            return found(text, file.display().to_string());
        }
        Found {
            text: key.default.to_owned(),
            origin: "default".to_owned(),
        }
    }

    /// Every value with its origin, in columns.
    pub(crate) fn describe(&self) -> String {
        let row = |key: &'static Key| {
            let found = self.value(key);
            let text = Key::shown(&found.text);
            (key.name, Found { text, ..found })
        };
        let rows: Vec<_> = KEYS.iter().map(row).collect();
        let names = rows
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        let texts = rows
            .iter()
            .map(|(_, found)| found.text.len())
            .max()
            .unwrap_or_default();
        let lines: Vec<_> = rows
            .iter()
            .map(|(name, found)| format!("{name:names$}  {:texts$}  {}", found.text, found.origin))
            .collect();
        lines.join("\n")
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|cause| Error::File {
        path: path.to_owned(),
        cause,
    })
}

fn parse(path: &Path, text: &str) -> Result<HashMap<&'static str, String>, Error> {
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| Error::File {
        path: path.to_owned(),
        cause: io::Error::new(io::ErrorKind::InvalidData, cause.message().to_owned()),
    })?;
    let mut values = HashMap::new();
    let mut faults = Vec::new();
    for (section, content) in &table {
        let Some(content) = content.as_table() else {
            faults.push(unknown(path, section));
            continue;
        };
        for (name, value) in content {
            let full = format!("{section}.{name}");
            match (KEYS.iter().find(|key| key.name == full), scalar(value)) {
                (Some(key), Some(text)) => {
                    values.insert(key.name, text);
                }
                (Some(_), None) => faults.push(format!(
                    "{}: {full} takes a text or a number.",
                    path.display()
                )),
                (None, _) => faults.push(unknown(path, &full)),
            }
        }
    }
    if faults.is_empty() {
        Ok(values)
    } else {
        Err(Error::Config(faults))
    }
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn unknown(path: &Path, name: &str) -> String {
    let nearest = KEYS
        .iter()
        .map(|key| (strsim::jaro_winkler(key.name, name), key.name))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map_or("", |(_, nearest)| nearest);
    format!(
        "{}: there is no key {name}; did you mean {nearest}?",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen() -> &'static Key {
        KEYS.iter().find(|key| key.name == "server.listen").unwrap()
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file() {
        let value = |address: &str| HashMap::from([("server.listen", address.to_owned())]);
        let mut layers = Layers {
            file: Some("perch.toml".into()),
            in_file: value("file"),
            ..Layers::default()
        };
        assert_eq!(layers.value(listen()).origin, "perch.toml");
        layers.in_environment = value("environment");
        assert_eq!(layers.value(listen()).text, "environment");
        layers.in_flags = value("flag");
        assert_eq!(layers.value(listen()).origin, "flag --server-listen");
    }

    #[test]
    fn a_misspelt_key_names_the_nearest_one() {
        let error = parse(
            Path::new("perch.toml"),
            "[server]\nlisten_on = \"127.0.0.1:1\"\n",
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "perch.toml: there is no key server.listen_on; did you mean server.listen?"
        );
    }

    #[test]
    fn numbers_and_texts_are_taken() {
        let values = parse(
            Path::new("x"),
            "[live]\nframes_burst = 7\n[log]\nfilter = \"warn\"\n",
        )
        .unwrap();
        assert_eq!(values["live.frames_burst"], "7");
        assert_eq!(values["log.filter"], "warn");
    }
}
