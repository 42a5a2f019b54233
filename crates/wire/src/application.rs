//! Add-ins as an application directory lists them (FDC3 2.2, App Directory, `/v2/apps`). Field names are the standard's.

use perch_domain::addin::Addin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
