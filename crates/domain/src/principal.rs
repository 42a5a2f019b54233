//! Principals: whoever a list of a category or room can name (reference 1.3).

use crate::id::PrincipalId;
use crate::name::fold;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// What kind of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// A person or a program that signs in.
    User,
    /// A security group or distribution list.
    Group,
    /// A container of the directory.
    OrganizationalUnit,
    /// A domain of the directory.
    Domain,
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::User,
        Self::Group,
        Self::OrganizationalUnit,
        Self::Domain,
    ];

    /// As it travels and is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::OrganizationalUnit => "organizational_unit",
            Self::Domain => "domain",
        }
    }
}

/// The unique address of a principal: `sip:user@domain` for a user, a distinguished name for a group or
/// organizational unit, a DNS name for a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// Checks an address for a kind of principal; a user's may leave `sip:` out.
    ///
    /// # Errors
    /// `InvalidArgument` when a user's address is not `sip:name@domain`, or any address is empty, has more than 384
    /// characters (Annex A, `prinADPath`) or control characters.
    pub fn parse(kind: PrincipalKind, text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let refused = |detail: &str| Err(Refusal::new(Code::InvalidArgument, detail).of("address"));
        if text.is_empty() || text.chars().count() > 384 || text.chars().any(char::is_control) {
            return refused("Give an address of 1 to 384 characters.");
        }
        if kind != PrincipalKind::User {
            return Ok(Self(text.to_owned()));
        }
        let bare = strip_sip(text);
        match bare.split_once('@') {
            Some((user, domain))
                if !user.is_empty()
                    && !domain.is_empty()
                    && !bare.contains(|c: char| c.is_whitespace() || c == ';' || c == ',')
                    && !domain.contains('@') =>
            {
                Ok(Self(format!("sip:{bare}")))
            }
            _ => refused("Give the user's address as sip:name@domain."),
        }
    }

    /// An address that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As people see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// The folded addresses under which somebody may have typed a principal: as it stands, and with `sip:`.
#[must_use]
pub fn folded_candidates(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut candidates = vec![fold(text)];
    if text.contains('@') && strip_sip(text).len() == text.len() {
        candidates.push(fold(&format!("sip:{text}")));
    }
    candidates
}

fn strip_sip(text: &str) -> &str {
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("sip:") => text.get(4..).unwrap_or_default(),
        _ => text,
    }
}

/// A user, group, organizational unit or domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// What lists keep.
    pub id: PrincipalId,
    /// What kind.
    pub kind: PrincipalKind,
    /// Unique in the deployment.
    pub address: Address,
    /// What people see.
    pub display_name: String,
    /// A mail address, for users that have one.
    pub email: Option<String>,
    /// A disabled user cannot sign in; history keeps the name (reference 1.3).
    pub disabled: bool,
    /// Holds the administrator role. Only users do.
    pub administrator: bool,
    /// When it became known.
    pub created_at: Timestamp,
}

/// The password rule, asked when one is set.
///
/// # Errors
/// `InvalidPassword` outside 10 to 256 characters.
pub fn check_new_password(password: &str) -> Result<(), Refusal> {
    use crate::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
    let length = password.chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::InvalidPassword,
        format!("Choose a password of {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters."),
    )
    .of("password")
    .with("min", PASSWORD_CHARS_MIN)
    .with("max", PASSWORD_CHARS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_address_gets_its_scheme() {
        let address = Address::parse(PrincipalKind::User, "Amelie@contoso.example").unwrap();
        assert_eq!(address.as_str(), "sip:Amelie@contoso.example");
        assert_eq!(address.folded(), "sip:amelie@contoso.example");
        let same = Address::parse(PrincipalKind::User, "SIP:Amelie@contoso.example").unwrap();
        assert_eq!(same, address);
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for bad in [
            "", "amelie", "sip:", "a b@c", "@contoso", "amelie@", "a@b@c",
        ] {
            assert!(Address::parse(PrincipalKind::User, bad).is_err(), "{bad:?}");
        }
    }
}
