//! Intents: what an add-in's page can be asked to do, as the application directory of FDC3 declares it.
//!
//! A declaration finds the page that can answer; it grants nothing. Whether the page is asked, the person decides.

use std::fmt;

use crate::limits::{INTENT_CHARS_MAX, INTENT_CONTEXTS_MAX, INTENTS_MAX};
use crate::refusal::{Code, Refusal};

/// One intent that a page answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What pages raise, such as `ViewChart`.
    pub name: String,
    /// What people are shown; the name when there is none.
    pub display_name: Option<String>,
    /// The types of context that it takes, such as `fdc3.instrument`. None: any.
    pub contexts: Vec<String>,
    /// The type of what it answers with: a type of context, `channel`, or `channel<type>`.
    pub result_type: Option<String>,
}

/// The intents that one add-in declares, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intents(Vec<Intent>);

impl Intents {
    /// Checks a declaration.
    ///
    /// # Errors
    /// `InvalidArgument` for more than [`INTENTS_MAX`] intents or [`INTENT_CONTEXTS_MAX`] types of one, a name that occurs
    /// twice, and texts that are empty, longer than [`INTENT_CHARS_MAX`], or contain spaces (a display name may) or control
    /// characters.
    pub fn parse(declared: impl IntoIterator<Item = Intent>) -> Result<Self, Refusal> {
        let mut intents: Vec<Intent> = Vec::new();
        for intent in declared {
            if intents.len() == INTENTS_MAX {
                return Err(invalid(format!(
                    "An add-in declares at most {INTENTS_MAX} intents; leave some out."
                )));
            }
            if intents.iter().any(|other| other.name == intent.name) {
                return Err(invalid(format!(
                    "The intent {:?} is declared twice; declare it once with all its contexts.",
                    intent.name
                )));
            }
            if intent.contexts.len() > INTENT_CONTEXTS_MAX {
                return Err(invalid(format!(
                    "An intent takes at most {INTENT_CONTEXTS_MAX} types of context; leave them out if it takes any."
                )));
            }
            let named = [&intent.name]
                .into_iter()
                .chain(&intent.contexts)
                .chain(&intent.result_type);
            for text in named {
                if text.chars().any(char::is_whitespace) {
                    return Err(invalid(format!(
                        "Names of intents and types of contexts have no spaces; change {text:?}."
                    )));
                }
                bounded(text)?;
            }
            intent
                .display_name
                .iter()
                .try_for_each(|text| bounded(text))?;
            intents.push(intent);
        }
        Ok(Self(intents))
    }

    /// A declaration that was checked before it was stored, as [`fmt::Display`] wrote it.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        let some = |text: Option<&str>| text.filter(|it| !it.is_empty()).map(str::to_owned);
        let intents = text.lines().map(|line| {
            let mut fields = line.split('\t');
            Intent {
                name: fields.next().unwrap_or_default().to_owned(),
                display_name: some(fields.next()),
                contexts: fields
                    .next()
                    .unwrap_or_default()
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect(),
                result_type: some(fields.next()),
            }
        });
        Self(intents.collect())
    }

    /// In the order in which they were declared.
    pub fn iter(&self) -> impl Iterator<Item = &Intent> {
        self.0.iter()
    }
}

/// A line for each intent, its fields separated by tabs: name, display name, types of context with spaces between them, type
/// of the result.
impl fmt::Display for Intents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for intent in &self.0 {
            writeln!(
                f,
                "{}\t{}\t{}\t{}",
                intent.name,
                intent.display_name.as_deref().unwrap_or_default(),
                intent.contexts.join(" "),
                intent.result_type.as_deref().unwrap_or_default()
            )?;
        }
        Ok(())
    }
}

fn bounded(text: &str) -> Result<(), Refusal> {
    if text.is_empty() || text.chars().count() > INTENT_CHARS_MAX {
        return Err(invalid(format!(
            "Names and types of intents have 1 to {INTENT_CHARS_MAX} characters; change {text:?}."
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(format!(
            "Names and types of intents have no control characters; change {text:?}."
        )));
    }
    Ok(())
}

fn invalid(detail: String) -> Refusal {
    Refusal::new(Code::InvalidArgument, detail).of("intents")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn intent(name: &str) -> Intent {
        Intent {
            name: name.to_owned(),
            display_name: None,
            contexts: Vec::new(),
            result_type: None,
        }
    }

    #[test]
    fn what_is_empty_long_spaced_doubled_or_too_many_is_refused() {
        let long = "x".repeat(INTENT_CHARS_MAX + 1);
        for bad in ["", "View Chart", "View\u{0}Chart", long.as_str()] {
            assert!(Intents::parse([intent(bad)]).is_err(), "{bad:?}");
            let mut taking = intent("ViewChart");
            taking.contexts = vec![bad.to_owned()];
            assert!(Intents::parse([taking]).is_err(), "{bad:?}");
        }
        let mut shown = intent("ViewChart");
        shown.display_name = Some("View\tchart".to_owned());
        assert!(Intents::parse([shown]).is_err());
        assert!(Intents::parse([intent("A"), intent("A")]).is_err());
        let many = |count: usize| (0..count).map(|n| intent(&format!("I{n}")));
        assert!(Intents::parse(many(INTENTS_MAX)).is_ok());
        assert!(Intents::parse(many(INTENTS_MAX + 1)).is_err());
        let mut wide = intent("ViewChart");
        wide.contexts = vec!["fdc3.instrument".to_owned(); INTENT_CONTEXTS_MAX + 1];
        assert!(Intents::parse([wide]).is_err());
    }

    proptest! {
        #[test]
        fn intents_are_the_same_after_they_were_stored(
            names in proptest::collection::btree_set("[A-Za-z.<>]{1,20}", 0..5),
            display_name in proptest::option::of("[A-Za-z éñ]{1,20}"),
            contexts in proptest::collection::vec("[a-z.]{1,20}", 0..4),
            result_type in proptest::option::of("[a-z<>]{1,20}"),
        ) {
            let declared = names.into_iter().map(|name| Intent {
                name,
                display_name: display_name.clone(),
                contexts: contexts.clone(),
                result_type: result_type.clone(),
            });
            let intents = Intents::parse(declared).unwrap();
            prop_assert_eq!(Intents::stored(&intents.to_string()), intents);
        }
    }
}
