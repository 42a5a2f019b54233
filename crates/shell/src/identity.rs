//! Identities as people type them: `pool.fqdn\name`, or the name alone where there is one pool.

use std::fmt;

use perch_domain::name::fold;

use crate::error::Error;

/// A name, and its pool if it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) pool: Option<String>,
    pub(crate) name: String,
}

impl Identity {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (pool, name) = match text.split_once('\\') {
            Some((pool, name)) => (Some(pool.trim()), name.trim()),
            None => (None, text.trim()),
        };
        if name.is_empty() || pool.is_some_and(str::is_empty) {
            return Err(Error::Usage(format!(
                "{text:?} is not an identity. Write it as 'pool.fqdn\\name', in single quotes."
            )));
        }
        Ok(Self {
            pool: pool.map(str::to_ascii_lowercase),
            name: name.to_owned(),
        })
    }

    /// Whether an object has this name, as the server compares names.
    pub(crate) fn names(&self, name: &str) -> bool {
        fold(&self.name) == fold(name)
    }
}

/// The identity of an object, `pool.fqdn\name`.
pub(crate) struct Named<'a> {
    pub(crate) pool: &'a str,
    pub(crate) name: &'a str,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\\{}", self.pool, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_a_pool_and_a_name() {
        let identity = Identity::parse("ATL-CS-001.contoso.com\\IT chat").unwrap();
        assert_eq!(identity.pool.as_deref(), Some("atl-cs-001.contoso.com"));
        assert!(identity.names("it CHAT"));
        assert_eq!(Identity::parse("IT chat").unwrap().pool, None);
    }

    #[test]
    fn a_name_may_contain_backslashes() {
        assert_eq!(Identity::parse("p.example\\a\\b").unwrap().name, "a\\b");
    }

    #[test]
    fn half_an_identity_is_refused() {
        for bad in ["", "  ", "\\x", "p.example\\"] {
            assert!(Identity::parse(bad).is_err(), "{bad:?}");
        }
    }
}
