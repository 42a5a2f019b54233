//! Values of parameters, as they are typed.

use serde_json::{Map, Value as Json};

use crate::cmdlet::table::Kind;
use crate::list::ListChange;

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A text, or one of the texts to choose from, spelt as in the table.
    Text(String),
    /// `$null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Count(u32),
    /// A list or its change.
    List(ListChange),
    /// A condition on names.
    Filter(NameFilter),
    /// The properties of an object.
    Object(Map<String, Json>),
}

/// A condition on names: a pattern with `*` and `?`, without either the whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameFilter {
    pub(crate) pattern: String,
    /// No wildcard: other names that merely contain it do not fit.
    pub(crate) whole: bool,
}

/// Reads a value; the error completes the sentence "-Parameter: …".
pub(crate) fn parse(kind: Kind, text: &str) -> Result<Value, String> {
    let null = text.eq_ignore_ascii_case("$null");
    match kind {
        Kind::Text if null => Err("cannot be $null.".to_owned()),
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::NullableText if null => Ok(Value::Null),
        Kind::NullableText => Ok(Value::Text(text.to_owned())),
        Kind::Bool | Kind::Switch => truth(text).map(Value::Bool),
        Kind::Count => text
            .parse()
            .map(Value::Count)
            .map_err(|_| format!("{text} is not a whole number from 0 to {}.", u32::MAX)),
        Kind::Choice(choices) => {
            let bare = text.strip_prefix('$').unwrap_or(text);
            choices
                .iter()
                .find(|choice| choice.eq_ignore_ascii_case(bare))
                .map(|choice| Value::Text((*choice).to_owned()))
                .ok_or_else(|| format!("{text} is not one of {}.", choices.join(", ")))
        }
        Kind::List => ListChange::parse(text).map(Value::List),
        Kind::Filter => filter(text).map(Value::Filter),
        Kind::Object => match serde_json::from_str(text) {
            Ok(Json::Object(map)) => Ok(Value::Object(map)),
            _ => Err("give an object of a Get- cmdlet as JSON, in single quotes.".to_owned()),
        },
    }
}

fn truth(text: &str) -> Result<bool, String> {
    match text.strip_prefix('$').unwrap_or(text).to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        // What a shell leaves of an unquoted $false is the same as of $true, so neither is assumed.
        "" => Err("has no value. If you wrote $true or $false, your shell replaced it by nothing: put it in single quotes.".to_owned()),
        _ => Err(format!("{text} is neither '$true' nor '$false'.")),
    }
}

fn filter(text: &str) -> Result<NameFilter, String> {
    let text = text.trim();
    let wrong =
        || format!("{text} is not understood. Write it as '{{Name -like \"*it*\"}}' or '*it*'.");
    let Some(inner) = text.strip_prefix('{') else {
        return if text.is_empty() {
            Err(wrong())
        } else {
            Ok(name_filter(text))
        };
    };
    let inner = inner.strip_suffix('}').ok_or_else(wrong)?.trim();
    let mut words = inner.splitn(3, char::is_whitespace);
    let (property, operator) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let pattern = words.next().unwrap_or_default().trim();
    let pattern = ['"', '\'']
        .into_iter()
        .find_map(|quote| pattern.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(pattern);
    if !property.eq_ignore_ascii_case("Name") || pattern.is_empty() {
        return Err(wrong());
    }
    match operator.to_ascii_lowercase().as_str() {
        "-like" => Ok(name_filter(pattern)),
        "-eq" => Ok(NameFilter {
            pattern: pattern.to_owned(),
            whole: true,
        }),
        _ => Err(wrong()),
    }
}

fn name_filter(pattern: &str) -> NameFilter {
    NameFilter {
        pattern: pattern.to_owned(),
        whole: !pattern.contains(['*', '?']),
    }
}

/// A value from a property of an object; `None` where it has another form.
pub(crate) fn from_json(kind: Kind, json: &Json) -> Option<Value> {
    match (kind, json) {
        (Kind::NullableText, Json::Null) => Some(Value::Null),
        (Kind::Text | Kind::NullableText, Json::String(text)) => Some(Value::Text(text.clone())),
        (Kind::Bool, Json::Bool(value)) => Some(Value::Bool(*value)),
        (Kind::Choice(_), Json::String(text)) => parse(kind, text).ok(),
        (Kind::List, Json::Null) => Some(Value::List(ListChange::Replace(Vec::new()))),
        (Kind::List, Json::Array(items)) => items
            .iter()
            .map(|item| {
                item.get("Address")
                    .unwrap_or(item)
                    .as_str()
                    .map(str::to_owned)
            })
            .collect::<Option<Vec<_>>>()
            .map(|list| Value::List(ListChange::Replace(list))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn truth_is_written_with_or_without_its_sign() {
        for text in ["$true", "$True", "true", "1"] {
            assert_eq!(parse(Kind::Bool, text), Ok(Value::Bool(true)), "{text}");
        }
        assert_eq!(parse(Kind::Switch, "$FALSE"), Ok(Value::Bool(false)));
        assert!(parse(Kind::Bool, "").unwrap_err().contains("single quotes"));
    }

    #[test]
    fn choices_are_spelt_in_any_case() {
        let kind = Kind::Choice(&["Inherit", "False"]);
        assert_eq!(parse(kind, "inherit"), Ok(Value::Text("Inherit".into())));
        assert_eq!(parse(kind, "$false"), Ok(Value::Text("False".into())));
        assert!(parse(kind, "True").unwrap_err().contains("Inherit, False"));
    }

    #[test]
    fn filters_are_read_in_their_documented_form_and_as_plain_patterns() {
        let wild = NameFilter {
            pattern: "*it chat*".into(),
            whole: false,
        };
        for text in [
            "{Name -like \"*it chat*\"}",
            "{ name -LIKE '*it chat*' }",
            "{Name -like *it chat*}",
            "*it chat*",
        ] {
            assert_eq!(filter(text), Ok(wild.clone()), "{text}");
        }
        let whole = NameFilter {
            pattern: "it".into(),
            whole: true,
        };
        assert_eq!(filter("{Name -eq \"it\"}"), Ok(whole.clone()));
        assert_eq!(filter("{Name -like \"it\"}"), Ok(whole));
        for bad in [
            "",
            "{Name -like}",
            "{Url -like \"x\"}",
            "{Name -match \"x\"}",
            "{Name -like \"x\"",
        ] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn objects_give_their_lists_by_address_in_both_forms() {
        let list = Value::List(ListChange::Replace(vec![
            "sip:a@x".into(),
            "sip:b@x".into(),
        ]));
        let json = json!(["sip:a@x", {"DisplayName": "B", "Address": "sip:b@x"}]);
        assert_eq!(from_json(Kind::List, &json), Some(list));
        assert_eq!(from_json(Kind::Bool, &json!("yes")), None);
    }

    proptest::proptest! {
        #[test]
        fn no_filter_makes_the_parser_panic(text in ".*") {
            drop(filter(&text));
            drop(filter(&format!("{{Name -like {text}}}")));
        }
    }
}
