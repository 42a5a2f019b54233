//! The principals in memory: who there is, and what contains whom.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use perch_domain::PrincipalId;
use perch_domain::category::Affiliations;
use perch_domain::name::fold;
use perch_domain::principal::{Principal, PrincipalKind, folded_candidates};
use perch_domain::search::names;
use perch_domain::token_key::TokenKey;
use perch_store::{StoredPrincipal, Version};
use perch_wire::principal::Author;

use crate::signature::SigningKey;

/// Keys that are ready to be used. One that is none is left out: what it signed is not known again.
pub(crate) fn ready(keys: Vec<TokenKey>) -> Arc<Vec<SigningKey>> {
    let ready = keys.into_iter().filter_map(|key| {
        let id = key.id;
        SigningKey::of(key)
            .inspect_err(|cause| tracing::error!(%id, %cause, "a key for tokens was left out"))
            .ok()
    });
    Arc::new(ready.collect())
}

/// Every principal of the deployment.
#[derive(Debug, Default)]
pub struct Directory {
    /// The last change that is in it.
    pub(crate) version: Version,
    /// Nodes that are to take no new clients.
    pub(crate) inactive_nodes: BTreeSet<String>,
    /// The keys that sign tokens, oldest first.
    pub(crate) token_keys: Arc<Vec<SigningKey>>,
    principals: HashMap<PrincipalId, Arc<Principal>>,
    containers: HashMap<PrincipalId, Vec<PrincipalId>>,
    by_address: HashMap<String, PrincipalId>,
    /// Worked out when first asked for, forgotten when containment changes.
    affiliations: Mutex<HashMap<PrincipalId, Arc<Affiliations>>>,
}

impl Directory {
    /// A directory of what is stored.
    #[must_use]
    pub fn new(
        version: Version,
        stored: Vec<StoredPrincipal>,
        inactive_nodes: Vec<String>,
        token_keys: Vec<TokenKey>,
    ) -> Self {
        let mut directory = Self {
            version,
            inactive_nodes: inactive_nodes.into_iter().collect(),
            token_keys: ready(token_keys),
            ..Self::default()
        };
        for entry in stored {
            directory.put(entry);
        }
        directory
    }

    /// Adds or replaces a principal.
    pub(crate) fn put(&mut self, entry: StoredPrincipal) {
        let id = entry.principal.id;
        self.by_address.insert(entry.principal.address.folded(), id);
        let before = self.containers.insert(id, entry.containers);
        if before.as_ref() != self.containers.get(&id) {
            self.affiliations
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
        self.principals.insert(id, Arc::new(entry.principal));
    }

    /// A principal.
    #[must_use]
    pub fn get(&self, id: PrincipalId) -> Option<&Arc<Principal>> {
        self.principals.get(&id)
    }

    /// A principal with its direct containers.
    pub(crate) fn stored(&self, id: PrincipalId) -> Option<StoredPrincipal> {
        Some(StoredPrincipal {
            principal: self.principals.get(&id)?.as_ref().clone(),
            containers: self.containers.get(&id).cloned().unwrap_or_default(),
        })
    }

    /// The principal that somebody typed: an identifier, or an address with or without `sip:`.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Arc<Principal>> {
        if let Ok(id) = text.trim().parse::<PrincipalId>() {
            return self.principals.get(&id);
        }
        folded_candidates(text)
            .iter()
            .find_map(|address| self.by_address.get(address))
            .and_then(|id| self.principals.get(id))
    }

    /// Who has all words of a text in the name and address, at most so many.
    #[must_use]
    pub(crate) fn named(&self, text: &str, limit: usize) -> Vec<PrincipalId> {
        let called = |principal: &Principal| {
            names(
                &format!("{} {}", principal.display_name, principal.address.as_str()),
                text,
            )
        };
        let found = self
            .principals
            .values()
            .filter(|principal| called(principal));
        found.take(limit).map(|principal| principal.id).collect()
    }

    /// A principal within everything that contains it.
    ///
    /// What contains a group contains not its members: a group may have people of several organizational units, and only
    /// further groups reach through it (reference 1.3).
    #[must_use]
    pub fn affiliations(&self, id: PrincipalId) -> Arc<Affiliations> {
        let mut known = self
            .affiliations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = known
            .entry(id)
            .or_insert_with(|| Arc::new(Affiliations::new(id, self.containers_of(id))));
        Arc::clone(found)
    }

    fn containers_of(&self, id: PrincipalId) -> HashSet<PrincipalId> {
        let is_group = |id: &PrincipalId| {
            self.principals
                .get(id)
                .is_some_and(|found| found.kind == PrincipalKind::Group)
        };
        let mut found = HashSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            let within_group = is_group(&next);
            for container in self.containers.get(&next).into_iter().flatten() {
                if (!within_group || is_group(container)) && found.insert(*container) {
                    open.push(*container);
                }
            }
        }
        found
    }

    /// Who has a text in the name or address: first those whose name or address begins with it, then the others, each by
    /// name. `kind` restricts. What stands behind a user's `@` is searched only with it: everybody has it.
    #[must_use]
    pub fn search(
        &self,
        text: &str,
        kind: Option<PrincipalKind>,
        limit: usize,
    ) -> Vec<Arc<Principal>> {
        let wanted = fold(text.trim());
        let whole = wanted.contains('@');
        let mut found: Vec<_> = self
            .principals
            .values()
            .filter(|principal| kind.is_none_or(|kind| kind == principal.kind))
            .filter_map(|principal| {
                let name = fold(&principal.display_name);
                let address = principal.address.folded();
                let bare = address.strip_prefix("sip:").unwrap_or(&address);
                let local = bare.split('@').next().unwrap_or(bare);
                let found = name.contains(&wanted)
                    || local.contains(&wanted)
                    || (whole && address.contains(&wanted));
                let first = name.starts_with(&wanted) || bare.starts_with(&wanted);
                found.then(|| (!first, Arc::clone(principal)))
            })
            .collect();
        found.sort_by(|(a_later, a), (b_later, b)| {
            (a_later, &a.display_name, &a.address).cmp(&(b_later, &b.display_name, &b.address))
        });
        found.truncate(limit);
        found.into_iter().map(|(_, principal)| principal).collect()
    }

    /// The name under which something was said or done. A principal that is gone keeps its identifier.
    #[must_use]
    pub fn author(&self, id: PrincipalId) -> Author {
        self.principals.get(&id).map_or_else(
            || Author {
                id: id.0,
                address: String::new(),
                display_name: "?".to_owned(),
            },
            |principal| Author::from(principal.as_ref()),
        )
    }
}

#[cfg(test)]
mod tests {
    use perch_domain::Timestamp;
    use perch_domain::principal::Address;
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> PrincipalId {
        PrincipalId(Uuid::from_u128(n))
    }

    fn directory(stored: Vec<StoredPrincipal>) -> Directory {
        Directory::new(Version(0), stored, Vec::new(), Vec::new())
    }

    fn entry(n: u128, kind: PrincipalKind, containers: &[u128]) -> StoredPrincipal {
        StoredPrincipal {
            principal: Principal {
                id: id(n),
                kind,
                address: Address::stored(format!("sip:p{n}@contoso.example")),
                display_name: format!("P{n}"),
                email: None,
                disabled: false,
                administrator: false,
                created_at: Timestamp::default(),
            },
            containers: containers.iter().copied().map(id).collect(),
        }
    }

    #[test]
    fn containers_reach_through_each_other_and_circles_end() {
        use PrincipalKind::{Group, User};
        let directory = directory(vec![
            entry(1, User, &[10]),
            entry(10, Group, &[11]),
            entry(11, Group, &[10]),
        ]);
        assert!(directory.affiliations(id(1)).covered_by(&[id(11)]));
    }

    #[test]
    fn a_search_puts_beginnings_first_and_leaves_everybodys_domain_out() {
        use PrincipalKind::User;
        let user = |n, name: &str| {
            let mut entry = entry(n, User, &[]);
            entry.principal.address = Address::stored(format!("sip:{name}@example.com"));
            name.clone_into(&mut entry.principal.display_name);
            entry
        };
        let directory = directory(vec![user(1, "Adam"), user(2, "Amelie"), user(3, "Jo")]);
        let names = |text| {
            let found = directory.search(text, None, 10);
            found
                .iter()
                .map(|found| found.display_name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("am"), ["Amelie", "Adam"]);
        assert_eq!(names("sip:jo@EXAMPLE.com"), ["Jo"]);
        assert_eq!(names("@example").len(), 3);
    }

    #[test]
    fn a_group_in_a_unit_does_not_put_its_members_there() {
        use PrincipalKind::{Domain, Group, OrganizationalUnit, User};
        let directory = directory(vec![
            entry(1, User, &[10, 20]),
            entry(10, Group, &[30]),
            entry(20, OrganizationalUnit, &[40]),
            entry(30, OrganizationalUnit, &[]),
            entry(40, Domain, &[]),
        ]);
        let person = directory.affiliations(id(1));
        assert!(person.covered_by(&[id(40)]), "unit within domain");
        assert!(!person.covered_by(&[id(30)]), "unit of the group");
    }

    #[test]
    fn a_changed_containment_is_seen_at_once() {
        let mut directory = directory(vec![
            entry(1, PrincipalKind::User, &[]),
            entry(10, PrincipalKind::Group, &[]),
        ]);
        assert!(!directory.affiliations(id(1)).covered_by(&[id(10)]));
        directory.put(entry(1, PrincipalKind::User, &[10]));
        assert!(directory.affiliations(id(1)).covered_by(&[id(10)]));
    }

    #[test]
    fn people_are_found_as_they_are_typed() {
        let directory = directory(vec![entry(1, PrincipalKind::User, &[])]);
        for typed in [
            "sip:P1@contoso.example",
            "p1@Contoso.example",
            " p1@contoso.example ",
            &id(1).to_string(),
        ] {
            assert!(directory.find(typed).is_some(), "{typed}");
        }
        assert!(directory.find("p1").is_none());
    }
}
