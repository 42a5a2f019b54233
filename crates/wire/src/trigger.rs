//! Triggers.

use perch_domain::Refusal;
use perch_domain::pool::PoolFqdn;
use perch_domain::trigger as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::Context;

/// A pool's trigger: what of a posted text becomes a context, and which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    /// What the API names.
    pub id: Uuid,
    /// The pool that owns it.
    pub pool: String,
    /// Unique in the pool, without regard to letter case.
    pub name: String,
    /// Whether it finds anything.
    pub enabled: bool,
    /// The type of what it finds, such as `fdc3.instrument` or `x.ticket`.
    pub context_type: String,
    /// How it finds it.
    pub rule: Rule,
    /// How many words its dictionary has; 0 for a pattern.
    pub word_count: u64,
    /// Whether every pool has it. It can be changed and disabled, and not be deleted.
    pub built_in: bool,
    /// Counts its changes; send it back to have a change refused when somebody else was faster.
    pub revision: u64,
    /// When it was created.
    pub created_at: String,
    /// When it was changed.
    pub updated_at: String,
}

/// How a trigger finds something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// By a regular expression.
    Pattern {
        /// Up to 500 characters, in the syntax of the Rust crate `regex`: no look-around, no back-references. The value is the
        /// group named `value`, else the first group, else all that is found.
        pattern: String,
        /// Where the value goes, such as `ticker`, `ISIN` or `email`.
        id_field: String,
        /// Whether capitals and small letters differ.
        #[serde(default = "yes")]
        match_case: bool,
        /// Whether neither a letter nor a digit may touch what is found.
        #[serde(default = "yes")]
        whole_words: bool,
        /// A regular expression for what must stand immediately before, and is no part of what is found.
        #[serde(default)]
        before: String,
        /// The same for what must stand after.
        #[serde(default)]
        after: String,
    },
    /// By a dictionary: words that are found whole and in any letter case.
    Words {
        /// CSV, up to 10,000 words and 512 KiB. The first line names the columns, such as `word,ticker,ISIN`: the word, then the
        /// fields that identify it. Semicolons and tabs part columns as well. Absent in a list of triggers.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
}

const fn yes() -> bool {
    true
}

impl Rule {
    /// The rule, checked.
    ///
    /// # Errors
    /// `InvalidPattern`, `InvalidWords`, `InvalidArgument` for `id_field`.
    pub fn parse(&self) -> Result<domain::Rule, Refusal> {
        match self.clone() {
            Self::Pattern {
                pattern,
                id_field,
                match_case,
                whole_words,
                before,
                after,
            } => domain::Pattern {
                pattern,
                id_field,
                match_case,
                whole_words,
                before,
                after,
            }
            .parse()
            .map(domain::Rule::Pattern),
            Self::Words { words } => domain::Words::parse(&words).map(domain::Rule::Words),
        }
    }
}

impl From<&domain::Rule> for Rule {
    fn from(rule: &domain::Rule) -> Self {
        match rule {
            domain::Rule::Pattern(rule) => Self::Pattern {
                pattern: rule.pattern.clone(),
                id_field: rule.id_field.clone(),
                match_case: rule.match_case,
                whole_words: rule.whole_words,
                before: rule.before.clone(),
                after: rule.after.clone(),
            },
            domain::Rule::Words(rule) => Self::Words {
                words: rule.csv().to_owned(),
            },
        }
    }
}

impl Trigger {
    /// A trigger of a pool.
    #[must_use]
    pub fn new(pool: &PoolFqdn, trigger: &domain::Trigger) -> Self {
        Self {
            id: trigger.id.0,
            pool: pool.to_string(),
            name: trigger.name.to_string(),
            enabled: trigger.enabled,
            context_type: trigger.context_type.to_string(),
            rule: Rule::from(&trigger.rule),
            word_count: match &trigger.rule {
                domain::Rule::Pattern(_) => 0,
                domain::Rule::Words(words) => words.entries().len() as u64,
            },
            built_in: trigger.id == domain::Trigger::BUILT_IN,
            revision: trigger.revision.0,
            created_at: trigger.created_at.to_string(),
            updated_at: trigger.updated_at.to_string(),
        }
    }

    /// The same as a list shows it, without its words.
    #[must_use]
    pub fn in_list(mut self) -> Self {
        if let Rule::Words { words } = &mut self.rule {
            words.clear();
        }
        self
    }
}

/// A trigger to create.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrigger {
    /// 1 to 256 characters.
    pub name: String,
    /// Whether it finds anything from now on.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Words of letters, digits, `_` and `-` with dots between them, at most 64 characters.
    pub context_type: String,
    /// How it finds something.
    pub rule: Rule,
}

/// A change of a trigger; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerPatch {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it finds anything from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Another type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_type: Option<String>,
    /// Another rule, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The revision that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// A text to try a pool's triggers on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerTest {
    /// Up to 32,000 characters, read as a message would be.
    pub text: String,
    /// A trigger that is not stored, or a change of one, to be tried among the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<NewTrigger>,
    /// The stored trigger whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Uuid>,
}

/// What posting the text would find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TriggerFound {
    /// The context, as the message would have it.
    #[serde(flatten)]
    pub context: Context,
    /// The name of the trigger that found it.
    pub trigger: String,
}

impl From<&domain::Found<'_>> for TriggerFound {
    fn from(found: &domain::Found<'_>) -> Self {
        Self {
            context: Context::from(&found.context),
            trigger: found.trigger.name.to_string(),
        }
    }
}
