//! Health of add-ins: whether browsers show a page in the pane, and what to change when not.

use std::collections::BTreeMap;

use perch_domain::Timestamp;
use perch_domain::addin_health as rule;
use perch_health as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How well a page is, as the worst that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Nobody has looked at this address yet.
    Unchecked,
    /// The pane shows it.
    Ok,
    /// The pane may show it, or will not for long, or not to everybody.
    Warning,
    /// The pane does not show it.
    Fault,
}

impl From<domain::Severity> for HealthState {
    fn from(severity: domain::Severity) -> Self {
        match severity {
            domain::Severity::Ok => Self::Ok,
            domain::Severity::Warning => Self::Warning,
            domain::Severity::Fault => Self::Fault,
        }
    }
}

/// Something that was found out about a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthFinding {
    /// A stable code; docs/guide/addin-health.md has them all.
    pub code: String,
    /// How bad it is.
    pub state: HealthState,
    /// The values of its sentence.
    pub params: BTreeMap<String, String>,
    /// What is found and what to change, in English.
    pub detail: String,
}

impl From<&domain::Finding> for HealthFinding {
    fn from(finding: &domain::Finding) -> Self {
        Self {
            code: finding.code.to_string(),
            state: finding.code.severity().into(),
            params: (finding.params.iter())
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            detail: finding.to_string(),
        }
    }
}

/// What became of an add-in's page in a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handshake {
    /// It spoke.
    Ok,
    /// It did not within ten seconds. So does every page that uses no bridge.
    Silent,
    /// It went to another origin, and was stopped.
    Blocked,
}

impl From<Handshake> for rule::Handshake {
    fn from(handshake: Handshake) -> Self {
        match handshake {
            Handshake::Ok => Self::Ok,
            Handshake::Silent => Self::Silent,
            Handshake::Blocked => Self::Blocked,
        }
    }
}

/// What a client saw of the page of a room's add-in, or of one beside it. The last of a person counts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHandshake {
    /// The add-in whose page it was.
    pub addin: Uuid,
    /// Another page opened it beside the room's own.
    #[serde(default)]
    pub beside: bool,
    /// What became of it.
    pub handshake: Handshake,
}

/// How the people fared who opened a page in the last day, each the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshakes {
    /// With how many it spoke.
    pub ok: u64,
    /// For how many it was silent. So is every page that uses no bridge.
    pub silent: u64,
    /// For how many it went to another origin, and was stopped.
    pub blocked: u64,
    /// Whether it has spoken with anybody in the last thirty days: whether silence says anything.
    pub speaks: bool,
}

impl From<domain::Handshakes> for Handshakes {
    fn from(said: domain::Handshakes) -> Self {
        Self {
            ok: said.ok,
            silent: said.silent,
            blocked: said.blocked,
            speaks: said.speaks,
        }
    }
}

/// What was seen of a page. What is absent was not there, or nobody got so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenPage {
    /// The address that was asked for, its variables filled in with an example.
    pub url: String,
    /// The address of its host.
    pub address: Option<String>,
    /// Where its own origin sent the browser on to, in order.
    pub redirects: Vec<String>,
    /// When its certificate ends, or the first of those that signed it.
    pub certificate_ends_at: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Milliseconds to the head of the answer.
    pub first_byte_ms: Option<u64>,
    /// Bytes of it that were read, at most 262,144.
    pub bytes: Option<u64>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Disposition`.
    pub disposition: Option<String>,
    /// Every `X-Frame-Options`.
    pub frame_options: Vec<String>,
    /// Every `Content-Security-Policy`.
    pub security_policies: Vec<String>,
    /// `Cross-Origin-Resource-Policy`.
    pub resource_policy: Option<String>,
    /// `Cross-Origin-Embedder-Policy`.
    pub embedder_policy: Option<String>,
}

impl From<&domain::Observation> for SeenPage {
    fn from(seen: &domain::Observation) -> Self {
        let answer = match &seen.end {
            domain::End::Answered(answer) => Some(answer.clone()),
            domain::End::Redirected(_) | domain::End::Failed(_) => None,
        };
        let page = Self {
            url: seen.url.clone(),
            address: seen.address.map(|address| address.to_string()),
            redirects: seen.redirects.clone(),
            certificate_ends_at: seen.certificate.map(|held| held.ends().to_string()),
            ..Self::default()
        };
        let Some(answer) = answer else {
            return page;
        };
        Self {
            status: Some(answer.status),
            first_byte_ms: Some(answer.first_byte_ms),
            bytes: Some(answer.bytes),
            content_type: answer.content_type,
            disposition: answer.disposition,
            frame_options: answer.frame_options,
            security_policies: answer.security_policies,
            resource_policy: answer.resource_policy,
            embedder_policy: answer.embedder_policy,
            ..page
        }
    }
}

/// The health of an add-in's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddinHealth {
    /// Whose it is.
    pub addin: Uuid,
    /// How well it is.
    pub state: HealthState,
    /// When it was looked at.
    pub checked_at: Option<String>,
    /// What was found, the worst first. Empty when all is well.
    pub findings: Vec<HealthFinding>,
    /// How the people fared who opened it.
    pub handshakes: Handshakes,
    /// What was seen; for administrators only.
    pub page: Option<SeenPage>,
}

impl AddinHealth {
    /// That of a page that nobody has looked at.
    #[must_use]
    pub fn unchecked(addin: Uuid, said: domain::Handshakes) -> Self {
        Self {
            addin,
            state: HealthState::Unchecked,
            checked_at: None,
            findings: Vec::new(),
            handshakes: said.into(),
            page: None,
        }
    }

    /// What an observation, made at some time, comes to.
    #[must_use]
    pub fn new(
        addin: Uuid,
        seen: &domain::Observation,
        at: Timestamp,
        findings: &[domain::Finding],
        said: domain::Handshakes,
    ) -> Self {
        Self {
            addin,
            state: domain::severity(findings).into(),
            checked_at: Some(at.to_string()),
            findings: findings.iter().map(HealthFinding::from).collect(),
            handshakes: said.into(),
            page: Some(seen.into()),
        }
    }
}
