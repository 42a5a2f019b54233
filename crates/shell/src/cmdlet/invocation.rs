//! A cmdlet with its values: what both a documented line and a plain subcommand become.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::cmdlet::table::{Cmdlet, Key, Verb};
use crate::cmdlet::value::{NameFilter, Value, from_json};
use crate::error::Error;
use crate::list::ListChange;

/// A cmdlet with its values.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub(crate) cmdlet: &'static Cmdlet,
    values: BTreeMap<Key, Value>,
}

impl Invocation {
    /// Checks what the table says about values that go together.
    pub(crate) fn new(
        cmdlet: &'static Cmdlet,
        values: BTreeMap<Key, Value>,
    ) -> Result<Self, Error> {
        let given: Vec<_> = cmdlet
            .parameters
            .iter()
            .filter(|parameter| values.contains_key(&parameter.key))
            .collect();
        if let Some(missing) = cmdlet
            .parameters
            .iter()
            .find(|p| p.required && !values.contains_key(&p.key))
        {
            return Err(Error::Usage(format!(
                "{} needs -{}: {} For an example: perch {} --help",
                cmdlet.name(),
                missing.key.as_str(),
                missing.help,
                cmdlet.name()
            )));
        }
        let mut excluding: Vec<Key> = Vec::new();
        for group in cmdlet.exclusive {
            let both: Vec<Key> = group
                .iter()
                .copied()
                .filter(|key| values.contains_key(key))
                .collect();
            if both.len() > 1 {
                excluding = both;
            }
        }
        let first = given.iter().find(|parameter| parameter.set.is_some());
        if let Some(other) = given
            .iter()
            .find(|p| p.set.is_some() && first.is_some_and(|first| first.set != p.set))
        {
            excluding = first
                .map(|first| first.key)
                .into_iter()
                .chain([other.key])
                .collect();
        }
        if let [one, other, ..] = excluding.as_slice() {
            return Err(Error::Usage(format!(
                "-{} and -{} exclude each other; give one of them.",
                one.as_str(),
                other.as_str()
            )));
        }
        if values.contains_key(&Key::SearchDescription) && !values.contains_key(&Key::Filter) {
            return Err(Error::Usage(
                "-SearchDescription needs a -Filter to look for.".to_owned(),
            ));
        }
        Ok(Self { cmdlet, values })
    }

    pub(crate) fn text(&self, key: Key) -> Option<&str> {
        match self.values.get(&key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn owned(&self, key: Key) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    pub(crate) fn bool(&self, key: Key) -> Option<bool> {
        match self.values.get(&key) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// Whether a switch is given and not switched off.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.bool(key) == Some(true)
    }

    pub(crate) fn count(&self, key: Key) -> Option<u32> {
        match self.values.get(&key) {
            Some(Value::Count(count)) => Some(*count),
            _ => None,
        }
    }

    pub(crate) fn list(&self, key: Key) -> Option<&ListChange> {
        match self.values.get(&key) {
            Some(Value::List(change)) => Some(change),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self, key: Key) -> bool {
        matches!(self.values.get(&key), Some(Value::Null))
    }

    pub(crate) fn filter(&self) -> Option<&NameFilter> {
        match self.values.get(&Key::Filter) {
            Some(Value::Filter(filter)) => Some(filter),
            _ => None,
        }
    }

    pub(crate) fn instance(&self) -> Option<&Map<String, Json>> {
        match self.values.get(&Key::Instance) {
            Some(Value::Object(map)) => Some(map),
            _ => None,
        }
    }

    /// The same for one object of a pipeline: its identity, and for a `Set-` its other properties where the line itself
    /// does not give them, so that an object that was edited on its way is stored as it arrives.
    pub(crate) fn for_instance(
        &self,
        instance: &Map<String, Json>,
    ) -> Result<(String, Self), Error> {
        let identity = instance
            .get("Identity")
            .and_then(Json::as_str)
            .ok_or_else(|| {
                Error::Usage(
                    "The object has no Identity. Pipe the output of a Get- cmdlet.".to_owned(),
                )
            })?;
        let mut values = self.values.clone();
        if self.cmdlet.verb == Verb::Set {
            for parameter in self.cmdlet.parameters {
                let property = instance.get(parameter.key.as_str());
                let settable =
                    parameter.set.is_none() && parameter.key != Key::PersistentChatPoolFqdn;
                if let (true, false, Some(json)) =
                    (settable, values.contains_key(&parameter.key), property)
                {
                    let value = from_json(parameter.kind, json).ok_or_else(|| {
                        Error::Usage(format!(
                            "The {} of {identity} is {json}, which is not understood. Pipe the output of a Get- cmdlet.",
                            parameter.key.as_str()
                        ))
                    })?;
                    values.insert(parameter.key, value);
                }
            }
        }
        Ok((
            identity.to_owned(),
            Self {
                cmdlet: self.cmdlet,
                values,
            },
        ))
    }
}
