//! Add-ins as an application directory lists them (FDC3 2.2, App Directory, `/v2/apps`). Field names are the standard's.

use perch_domain::addin::Addin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::intent::{Intents, shown};

/// An add-in as a web application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// The add-in's name, `@`, its pool: unique, and what pages may name.
    #[serde(rename = "appId")]
    pub app_id: String,
    /// The add-in's name.
    pub name: String,
    /// What people are shown.
    pub title: String,
    /// Always `web`.
    #[serde(rename = "type")]
    pub kind: ApplicationKind,
    /// Where it is.
    pub details: ApplicationDetails,
    /// What it can be asked to do.
    pub interop: ApplicationInterop,
}

/// The type of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationKind {
    /// A page.
    Web,
}

/// How an application is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationDetails {
    /// The add-in's page, with its variables empty: which room it is for, the pane knows.
    pub url: String,
}

/// What an application exchanges with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationInterop {
    /// Its intents.
    pub intents: ApplicationIntents,
}

/// The intents of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationIntents {
    /// Those that it answers.
    #[serde(rename = "listensFor")]
    pub listens_for: Intents,
}

impl Application {
    /// An add-in with its page, variables expanded.
    #[must_use]
    pub fn new(addin: &Addin, url: String) -> Self {
        Self {
            app_id: app_id(addin),
            name: addin.name.to_string(),
            title: addin.name.to_string(),
            kind: ApplicationKind::Web,
            details: ApplicationDetails { url },
            interop: ApplicationInterop {
                intents: ApplicationIntents {
                    listens_for: shown(&addin.intents),
                },
            },
        }
    }
}

/// What pages and directories call an add-in.
#[must_use]
pub fn app_id(addin: &Addin) -> String {
    format!("{}@{}", addin.name, addin.pool)
}

/// The directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Applications {
    /// By name.
    pub applications: Vec<Application>,
    /// Always `OK`.
    pub message: String,
}
