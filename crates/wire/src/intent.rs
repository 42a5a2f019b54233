//! Intents that an add-in's page answers. Shape and field names are those of `interop.intents.listensFor` in an application
//! record of FDC3, so that one can be pasted.

use std::collections::BTreeMap;

use perch_domain::Refusal;
use perch_domain::intent as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a page answers, by the name of the intent: at most 64.
pub type Intents = BTreeMap<String, Intent>;

/// One intent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// What people are shown; the name when there is none.
    #[serde(
        rename = "displayName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<String>,
    /// The types of context that it takes, such as `fdc3.instrument`, at most 64. Empty: any.
    #[serde(default)]
    pub contexts: Vec<String>,
    /// The type of what it answers with: a type of context, `channel`, or `channel<type>`.
    #[serde(
        rename = "resultType",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub result_type: Option<String>,
}

/// As the API has them.
#[must_use]
pub fn shown(intents: &domain::Intents) -> Intents {
    let shown = intents.iter().map(|intent| {
        let domain::Intent {
            name,
            display_name,
            contexts,
            result_type,
        } = intent.clone();
        (
            name,
            Intent {
                display_name,
                contexts,
                result_type,
            },
        )
    });
    shown.collect()
}

/// As they are kept.
///
/// # Errors
/// Those of [`domain::Intents::parse`].
pub fn declared(intents: &Intents) -> Result<domain::Intents, Refusal> {
    domain::Intents::parse(intents.iter().map(|(name, intent)| domain::Intent {
        name: name.clone(),
        display_name: intent.display_name.clone(),
        contexts: intent.contexts.clone(),
        result_type: intent.result_type.clone(),
    }))
}
