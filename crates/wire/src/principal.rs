//! Principals.

use perch_domain::principal as domain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::addin_storage::Author;

/// What kind of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A person or program that signs in.
    User,
    /// A group.
    Group,
    /// A container of the directory.
    OrganizationalUnit,
    /// A domain.
    Domain,
}

impl From<domain::PrincipalKind> for PrincipalKind {
    fn from(kind: domain::PrincipalKind) -> Self {
        match kind {
            domain::PrincipalKind::User => Self::User,
            domain::PrincipalKind::Group => Self::Group,
            domain::PrincipalKind::OrganizationalUnit => Self::OrganizationalUnit,
            domain::PrincipalKind::Domain => Self::Domain,
        }
    }
}

impl From<PrincipalKind> for domain::PrincipalKind {
    fn from(kind: PrincipalKind) -> Self {
        match kind {
            PrincipalKind::User => Self::User,
            PrincipalKind::Group => Self::Group,
            PrincipalKind::OrganizationalUnit => Self::OrganizationalUnit,
            PrincipalKind::Domain => Self::Domain,
        }
    }
}

/// A user, group, organizational unit or domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Principal {
    /// What lists keep.
    pub id: Uuid,
    /// What kind.
    pub kind: PrincipalKind,
    /// `sip:user@domain`, a distinguished name, or a DNS name.
    pub address: String,
    /// What people see.
    pub display_name: String,
    /// A mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Cannot sign in.
    pub disabled: bool,
    /// Holds the administrator role.
    pub administrator: bool,
}

impl From<&domain::Principal> for Principal {
    fn from(principal: &domain::Principal) -> Self {
        Self {
            id: principal.id.0,
            kind: principal.kind.into(),
            address: principal.address.as_str().to_owned(),
            display_name: principal.display_name.clone(),
            email: principal.email.clone(),
            disabled: principal.disabled,
            administrator: principal.administrator,
        }
    }
}

impl From<&domain::Principal> for Author {
    fn from(principal: &domain::Principal) -> Self {
        Self {
            id: principal.id.0,
            address: principal.address.as_str().to_owned(),
            display_name: principal.display_name.clone(),
        }
    }
}

/// A principal to add.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrincipal {
    /// What kind.
    pub kind: PrincipalKind,
    /// Unique in the deployment, without regard to letter case.
    pub address: String,
    /// What people see.
    pub display_name: String,
    /// A mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// With one, a user may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Holds the administrator role; users only.
    #[serde(default)]
    pub administrator: bool,
    /// Identifiers or addresses of the groups, units and domains that contain it directly.
    #[serde(default)]
    pub containers: Vec<String>,
}

/// A change of a principal; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrincipalPatch {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Another mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Bar or admit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Give or take the administrator role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<bool>,
    /// A new password; ends the user's sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The whole list of direct containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<Vec<String>>,
}
