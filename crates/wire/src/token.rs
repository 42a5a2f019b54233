//! Proofs for add-ins' own servers, and the keys that sign them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::grant::Capability;

/// Whose page asks for a token.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityToken {
    /// The token of its pane.
    pub pane: String,
}

/// A proof for the add-in's own server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityToken {
    /// A JSON Web Token, signed with ES256; the keys are at `/.well-known/jwks.json`.
    pub token: String,
    /// How long it is valid, in seconds.
    pub expires_in: u32,
}

/// What a person is in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages it.
    Manager,
    /// May post in the auditorium.
    Presenter,
    /// Takes part.
    Member,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claims {
    /// The chat's own address.
    pub iss: String,
    /// The add-in that it is for.
    pub aud: Uuid,
    /// Who looks at the page: their identifier, or a pseudonym that no other add-in is given.
    pub sub: String,
    /// Their name, for an add-in that may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their e-mail address, for an add-in that may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The room's pool.
    pub pool: String,
    /// The room.
    pub room: Uuid,
    /// What they are in the room.
    pub role: Role,
    /// What the page may do.
    pub caps: Vec<Capability>,
    /// The pane.
    pub sid: Uuid,
    /// Where the page is.
    pub origin: String,
    /// The token.
    pub jti: Uuid,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// What a token proves now (RFC 7662).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Introspection {
    /// It was issued here, has not ended, and still holds.
    pub active: bool,
    /// What it says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
}

/// A key that signs tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenKey {
    /// Named in what it signs, as `kid`.
    pub id: Uuid,
    /// When it was made.
    pub created_at: String,
    /// It signs now.
    pub signing: bool,
    /// It is among the published keys.
    pub published: bool,
}

/// How to change to a new key.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTokenKey {
    /// Sign with it now, and let nothing be valid that older keys signed: for a key that was stolen. Otherwise it is
    /// published for ten minutes before it signs.
    #[serde(default)]
    pub at_once: bool,
}
