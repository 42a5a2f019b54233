//! Categories: the administrative container of rooms, with a scope that no room in it can widen (reference 1.4).

use std::collections::HashSet;

use crate::id::{CategoryId, PrincipalId, Revision};
use crate::name::{Description, Name};
use crate::pool::PoolFqdn;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// A principal and everything that contains it: its groups, organizational units and domains, through any number of
/// levels. What a list names covers a person when it names anything in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affiliations {
    itself: PrincipalId,
    /// In order: most people have few, and every list that somebody may stand in is looked up here.
    all: Box<[PrincipalId]>,
}

impl Affiliations {
    /// A principal within its containers.
    #[must_use]
    pub fn new(itself: PrincipalId, containers: impl IntoIterator<Item = PrincipalId>) -> Self {
        let mut all: Vec<_> = containers.into_iter().chain([itself]).collect();
        all.sort_unstable();
        all.dedup();
        let all = all.into();
        Self { itself, all }
    }

    /// The principal.
    #[must_use]
    pub const fn itself(&self) -> PrincipalId {
        self.itself
    }

    /// Whether a list reaches the principal, directly or through a container.
    #[must_use]
    pub fn covered_by<'a>(&self, list: impl IntoIterator<Item = &'a PrincipalId>) -> bool {
        list.into_iter()
            .any(|entry| self.all.binary_search(entry).is_ok())
    }
}

/// Who may take any part in a category: allowed, except denied. Deny wins, however specific the allowing entry is
/// (reference 1.4, Annex E 2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Principals that the scope reaches.
    pub allowed: Vec<PrincipalId>,
    /// Principals that it excludes.
    pub denied: Vec<PrincipalId>,
}

impl Scope {
    /// Whether a principal is in scope.
    #[must_use]
    pub fn includes(&self, who: &Affiliations) -> bool {
        who.covered_by(&self.allowed) && !who.covered_by(&self.denied)
    }

    /// Checks that no principal is both allowed and denied, or named twice (Annex A, `tblScopePrincipal`).
    ///
    /// # Errors
    /// `PrincipalsAlreadyDefined`.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut seen = HashSet::new();
        if self
            .allowed
            .iter()
            .chain(&self.denied)
            .all(|entry| seen.insert(entry))
        {
            return Ok(());
        }
        Err(Refusal::new(
            Code::PrincipalsAlreadyDefined,
            "A principal stands in both lists, or twice in one; allow it or deny it.",
        )
        .of("denied_members"))
    }
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// What rooms keep.
    pub id: CategoryId,
    /// The pool that owns it.
    pub pool: PoolFqdn,
    /// Unique in the pool.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Rooms may announce themselves to new members.
    pub invitations: bool,
    /// Files may be posted in its rooms.
    pub file_upload: bool,
    /// Messages can be read back.
    pub chat_history: bool,
    /// Who may take part.
    pub scope: Scope,
    /// Who may create rooms; only those also in scope count.
    pub creators: Vec<PrincipalId>,
    /// Counts its changes.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u8) -> PrincipalId {
        PrincipalId(uuid::Uuid::from_u128(u128::from(n)))
    }

    proptest! {
        #[test]
        fn deny_wins_whatever_allows(person in 0u8..20, groups in prop::collection::vec(0u8..20, 0..6),
                                     allowed in prop::collection::vec(0u8..20, 0..10),
                                     denied in prop::collection::vec(0u8..20, 0..10)) {
            let who = Affiliations::new(id(person), groups.iter().map(|n| id(*n)));
            let scope = Scope {
                allowed: allowed.iter().map(|n| id(*n)).collect(),
                denied: denied.iter().map(|n| id(*n)).collect(),
            };
            let named = |list: &[u8]| list.iter().any(|n| *n == person || groups.contains(n));
            prop_assert_eq!(scope.includes(&who), named(&allowed) && !named(&denied));
        }

        #[test]
        fn denying_one_more_never_lets_anybody_in(person in 0u8..20, groups in prop::collection::vec(0u8..20, 0..6),
                                                  allowed in prop::collection::vec(0u8..20, 0..10), more in 0u8..20) {
            let who = Affiliations::new(id(person), groups.iter().map(|n| id(*n)));
            let before = Scope { allowed: allowed.iter().map(|n| id(*n)).collect(), denied: vec![] };
            let after = Scope { denied: vec![id(more)], ..before.clone() };
            prop_assert!(before.includes(&who) || !after.includes(&who));
        }
    }

    #[test]
    fn a_new_category_has_nobody_in_scope() {
        assert!(!Scope::default().includes(&Affiliations::new(id(1), [])));
    }
}
