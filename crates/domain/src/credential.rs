//! What proves who is calling, after sign-in: a browser's session or a program's token. Both are random secrets of which
//! only the digest is kept.

use crate::id::{CredentialId, PrincipalId};
use crate::time::Timestamp;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// Of a browser, in a cookie.
    Session,
    /// Of a program, in an `Authorization` header.
    Token,
}

/// A session or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its identity; not its secret.
    pub id: CredentialId,
    /// Session or token.
    pub kind: CredentialKind,
    /// Whose.
    pub principal: PrincipalId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; for ever, if absent.
    pub expires_at: Option<Timestamp>,
}
