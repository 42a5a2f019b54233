//! An object as the shell shows it: named properties in their order, under the names of the original.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// Named properties in their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record(Vec<(&'static str, Value)>);

impl Record {
    pub(crate) fn new(properties: Vec<(&'static str, Value)>) -> Self {
        Self(properties)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// A property for people. Control characters cannot reach the terminal.
    pub(crate) fn cell(&self, name: &str) -> String {
        let text = self.get(name).map(cell).unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).collect()
    }

    /// One line of JSON.
    pub(crate) fn to_json(&self) -> String {
        // Values of JSON under texts as names: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .get("DisplayName")
            .map_or_else(|| value.to_string(), cell),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_keep_their_order() {
        let record = Record::new(vec![("Name", json!("b")), ("Identity", json!("a"))]);
        assert_eq!(record.to_json(), r#"{"Name":"b","Identity":"a"}"#);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let record = Record::new(vec![("Name", json!("a\u{1b}[31mb"))]);
        assert_eq!(record.cell("Name"), "a[31mb");
    }

    #[test]
    fn lists_and_truth_values_are_shown_as_in_powershell() {
        let record = Record::new(vec![
            (
                "Members",
                json!(["sip:a@b", {"DisplayName": "Bob", "Address": "sip:b@b"}]),
            ),
            ("Disabled", json!(false)),
        ]);
        assert_eq!(record.cell("Members"), "sip:a@b, Bob");
        assert_eq!(record.cell("Disabled"), "False");
    }
}
