//! Pools: each owns its add-ins, categories and rooms; nothing moves between two of them.

use std::fmt;

use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// The fully qualified domain name of a pool, in lower case; the first half of every `pool.fqdn\name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolFqdn(String);

impl PoolFqdn {
    /// Checks a pool's name.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is a DNS name: labels of letters, digits and hyphens, at most 253 characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim().to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            return Ok(Self(text));
        }
        Err(Refusal::new(
            Code::InvalidArgument,
            "Give the pool a fully qualified domain name, such as pchat01.contoso.com.",
        )
        .of("fqdn"))
    }

    /// A name that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PoolFqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A pool of the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name, and its identity.
    pub fqdn: PoolFqdn,
    /// Tells pools apart for people.
    pub display_name: String,
    /// The pool of people who never chose one.
    pub is_default: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_a_dns_name() {
        assert_eq!(
            PoolFqdn::parse("ATL-CS-001.contoso.com").unwrap().as_str(),
            "atl-cs-001.contoso.com"
        );
        for bad in ["", "a..b", "-a.b", "a b", "../x", "a/b", &"x".repeat(64)] {
            assert!(PoolFqdn::parse(bad).is_err(), "{bad:?}");
        }
    }
}
