//! Principals: users, groups, organizational units, domains.

use perch_wire::principal::{NewPrincipal, Principal, PrincipalKind, PrincipalPatch};
use reqwest::Method;
use serde::Serialize;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// Principals whose name or address contains a text, of one kind, at most so many; what is absent does not restrict.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn principals(
        &self,
        search: Option<&str>,
        kind: Option<PrincipalKind>,
        limit: Option<u32>,
    ) -> Result<Vec<Principal>, Error> {
        #[derive(Serialize)]
        struct Query<'a> {
            search: Option<&'a str>,
            kind: Option<PrincipalKind>,
            limit: Option<u32>,
        }
        self.get(
            &["principals"],
            &Query {
                search,
                kind,
                limit,
            },
        )
        .await
    }

    /// Adds a principal.
    ///
    /// # Errors
    /// `DuplicatePrincipal`, `InvalidArgument`, `InvalidPassword`.
    pub async fn new_principal(&self, new: &NewPrincipal) -> Result<Principal, Error> {
        self.call(Method::POST, &["principals"], new).await
    }

    /// Changes a principal.
    ///
    /// # Errors
    /// `NoSuchPrincipal`, `InvalidPassword`.
    pub async fn set_principal(
        &self,
        id: Uuid,
        patch: &PrincipalPatch,
    ) -> Result<Principal, Error> {
        self.call(Method::PATCH, &["principals", &id.to_string()], patch)
            .await
    }
}
