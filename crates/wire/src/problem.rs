//! Problem documents (RFC 9457).

use std::collections::BTreeMap;

use perch_domain::{Class, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `urn:perch:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code, as a title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: String,
    /// For people: what is wrong and what to do.
    pub detail: String,
    /// The field of the request that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Values in the sentence, for translations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// The HTTP status of a class of refusals.
#[must_use]
pub const fn status(class: Class) -> u16 {
    match class {
        Class::Invalid => 422,
        Class::NotSignedIn => 401,
        Class::Forbidden => 403,
        Class::Missing => 404,
        Class::Conflict => 409,
        Class::Method => 405,
        Class::Late => 408,
        Class::TooMany => 429,
        Class::Unavailable => 503,
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let code = refusal.code.as_str();
        Self {
            kind: format!("urn:perch:problem:{code}"),
            title: code.to_owned(),
            status: status(refusal.code.class()),
            code: code.to_owned(),
            detail: refusal.detail.clone(),
            field: refusal.field.map(str::to_owned),
            params: refusal
                .params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use perch_domain::Code;

    use super::*;

    #[test]
    fn every_code_is_documented_with_its_status() {
        let document = include_str!("../../../docs/api-design.md");
        for code in Code::ALL {
            let row = format!("| {} | `{code}` |", status(code.class()));
            assert!(
                document.contains(&row),
                "docs/api-design.md lacks a row that begins with {row}"
            );
        }
    }
}
