//! The principal lists that people type.

use std::collections::HashSet;
use std::sync::Arc;

use perch_domain::category::Category;
use perch_domain::principal::Principal;
use perch_domain::{Code, PrincipalId, Refusal};
use perch_wire::principal as wire;

use crate::App;

impl App {
    /// The principals of a list, each once, in the order in which they were typed.
    pub(crate) fn resolve_list(
        &self,
        field: &'static str,
        typed: &[String],
    ) -> Result<Vec<PrincipalId>, Refusal> {
        let directory = self.directory();
        let mut seen = HashSet::new();
        let mut list = Vec::with_capacity(typed.len());
        let mut unknown = Vec::new();
        for entry in typed {
            match directory.find(entry) {
                Some(principal) => {
                    if seen.insert(principal.id) {
                        list.push(principal.id);
                    }
                }
                None => unknown.push(entry.as_str()),
            }
        }
        if unknown.is_empty() {
            return Ok(list);
        }
        let unknown = unknown.join("; ");
        Err(Refusal::new(
            Code::NoSuchPrincipal,
            format!("Nobody is known as {unknown}. Give an address such as sip:name@domain, or a group's name."),
        )
        .of(field)
        .with("names", unknown))
    }

    /// Whether a principal may stand in the lists of a category's rooms: in scope, or an administrator.
    pub(crate) fn may_be_listed(&self, category: &Category, id: PrincipalId) -> bool {
        let directory = self.directory();
        category.scope.includes(&directory.affiliations(id))
            || directory.get(id).is_some_and(|found| found.administrator)
    }

    /// Checks that a list stays within a category's scope.
    pub(crate) fn check_in_scope(
        &self,
        field: &'static str,
        category: &Category,
        list: &[PrincipalId],
    ) -> Result<(), Refusal> {
        let outside: Vec<_> = list
            .iter()
            .filter(|id| !self.may_be_listed(category, **id))
            .collect();
        if outside.is_empty() {
            return Ok(());
        }
        let directory = self.directory();
        let names: Vec<_> = outside
            .iter()
            .map(|id| directory.author(**id).display_name)
            .collect();
        let names = names.join("; ");
        Err(Refusal::new(
            Code::PrincipalsNotInScope,
            format!("{names}: outside the scope of the category {}. Remove them, or ask an administrator to widen the scope.", category.name),
        )
        .of(field)
        .with("names", names)
        .with("category", &category.name))
    }

    /// A list as it travels.
    pub(crate) fn named(&self, list: &[PrincipalId]) -> Vec<wire::Principal> {
        let directory = self.directory();
        list.iter()
            .filter_map(|id| {
                directory
                    .get(*id)
                    .map(Arc::as_ref)
                    .map(|principal: &Principal| principal.into())
            })
            .collect()
    }
}
