//! Principals: users, groups, organizational units, domains.

use perch_domain::permission::PoolAction;
use perch_domain::principal::{Address, Principal, PrincipalKind, check_new_password};
use perch_domain::{Code, PrincipalId, Refusal};
use perch_store::{DirectoryChanges, StoredPrincipal};
use perch_wire::principal as wire;

use crate::store_error::refused;
use crate::{Actor, App};

/// The most principals that a search gives.
const SEARCH_MAX: usize = 200;

impl App {
    /// Who has a name or address that contains a text.
    ///
    /// Whoever is signed in may search: room managers choose from everybody, and scopes are checked when they do.
    #[must_use]
    pub fn search_principals(
        &self,
        text: &str,
        kind: Option<wire::PrincipalKind>,
        limit: Option<u32>,
    ) -> Vec<wire::Principal> {
        let limit = limit
            .map_or(50, |limit| usize::try_from(limit).unwrap_or(SEARCH_MAX))
            .min(SEARCH_MAX);
        let found = self
            .directory()
            .search(text, kind.map(PrincipalKind::from), limit);
        found
            .iter()
            .map(|principal| principal.as_ref().into())
            .collect()
    }

    /// One principal.
    ///
    /// # Errors
    /// `NoSuchNode`.
    pub fn get_principal(&self, id: PrincipalId) -> Result<wire::Principal, Refusal> {
        self.directory()
            .get(id)
            .map(|principal| principal.as_ref().into())
            .ok_or_else(absent)
    }

    /// Adds a principal. Without an actor, the program itself does (`perch init`).
    ///
    /// # Errors
    /// `ErrorPermission`, `InvalidArgument`, `InvalidPassword`, `DuplicatePrincipal`, `NoSuchPrincipal` for a container.
    pub async fn create_principal(
        &self,
        actor: Option<&Actor>,
        new: &wire::NewPrincipal,
    ) -> Result<wire::Principal, Refusal> {
        if let Some(actor) = actor {
            actor.may(PoolAction::ManagePrincipals)?;
        }
        let kind = PrincipalKind::from(new.kind);
        if kind != PrincipalKind::User && (new.administrator || new.password.is_some()) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "Only users have a password or the administrator role.",
            )
            .of("kind"));
        }
        if let Some(password) = &new.password {
            check_new_password(password)?;
        }
        let now = self.now();
        let stored = StoredPrincipal {
            principal: Principal {
                id: PrincipalId::new(now),
                kind,
                address: Address::parse(kind, &new.address)?,
                display_name: display_name(&new.display_name)?,
                email: new.email.clone().filter(|email| !email.is_empty()),
                disabled: false,
                administrator: new.administrator,
                created_at: now,
            },
            containers: self.containers(&new.containers)?,
        };
        let hash = match &new.password {
            Some(password) => Some(self.identity.hash(password).await?),
            None => None,
        };
        let answer = wire::Principal::from(&stored.principal);
        let mut change = self.change_directory().await?;
        change
            .write
            .insert_principal(&stored)
            .await
            .map_err(refused)?;
        if let Some(hash) = hash {
            change
                .write
                .set_password_hash(stored.principal.id, &hash)
                .await
                .map_err(refused)?;
        }
        let record = self.audit_record(
            actor,
            "principal.create",
            answer.address.clone(),
            None,
            Some(&answer),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let changes = DirectoryChanges {
            principals: vec![stored],
            ..DirectoryChanges::default()
        };
        change.commit(changes, Vec::new()).await?;
        Ok(answer)
    }

    /// Changes a principal. Acts at once: in open windows, and by ending the sessions of whoever is disabled.
    ///
    /// # Errors
    /// `ErrorPermission`, `NoSuchNode`, and those of [`App::create_principal`].
    pub async fn update_principal(
        &self,
        actor: &Actor,
        id: PrincipalId,
        patch: &wire::PrincipalPatch,
    ) -> Result<wire::Principal, Refusal> {
        actor.may(PoolAction::ManagePrincipals)?;
        if let Some(password) = &patch.password {
            check_new_password(password)?;
        }
        let hash = match &patch.password {
            Some(password) => Some(self.identity.hash(password).await?),
            None => None,
        };
        let mut change = self.change_directory().await?;
        let mut stored = self.directory().stored(id).ok_or_else(absent)?;
        let before = wire::Principal::from(&stored.principal);
        let is_user = stored.principal.kind == PrincipalKind::User;
        if !is_user && (patch.administrator == Some(true) || patch.password.is_some()) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "Only users have a password or the administrator role.",
            ));
        }
        let gives_up = patch.administrator == Some(false) || patch.disabled == Some(true);
        if gives_up && id == actor.id() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "You cannot disable yourself or give up your own administrator role; another administrator can.",
            ));
        }
        if let Some(name) = &patch.display_name {
            stored.principal.display_name = display_name(name)?;
        }
        if let Some(email) = &patch.email {
            stored.principal.email = Some(email.clone()).filter(|email| !email.is_empty());
        }
        stored.principal.disabled = patch.disabled.unwrap_or(stored.principal.disabled);
        stored.principal.administrator = patch
            .administrator
            .unwrap_or(stored.principal.administrator);
        if let Some(containers) = &patch.containers {
            stored.containers = self.containers(containers)?;
        }
        let after = wire::Principal::from(&stored.principal);
        let disabled = stored.principal.disabled;
        change
            .write
            .update_principal(&stored)
            .await
            .map_err(refused)?;
        // Whoever sets their own password keeps the session in which they do.
        let but = (id == actor.id()).then(|| actor.credential()).flatten();
        if let Some(hash) = &hash {
            change
                .write
                .set_password_hash(id, hash)
                .await
                .map_err(refused)?;
        }
        let mut ended = Vec::new();
        if disabled || hash.is_some() {
            ended = change
                .write
                .delete_sessions(id, but)
                .await
                .map_err(refused)?;
        }
        let record = self.audit_record(
            Some(actor),
            "principal.update",
            after.address.clone(),
            Some(&recorded(&before, false)),
            Some(&recorded(&after, hash.is_some())),
        );
        change.write.audit(&record).await.map_err(refused)?;
        let changes = DirectoryChanges {
            principals: vec![stored],
            ended: ended.into_iter().map(|ended| (id, ended)).collect(),
            ..DirectoryChanges::default()
        };
        change.commit(changes, Vec::new()).await?;
        Ok(after)
    }

    fn containers(&self, typed: &[String]) -> Result<Vec<PrincipalId>, Refusal> {
        let containers = self.resolve_list("containers", typed)?;
        let directory = self.directory();
        let holds = |id: &PrincipalId| {
            directory
                .get(*id)
                .is_some_and(|found| found.kind != PrincipalKind::User)
        };
        if containers.iter().all(holds) {
            return Ok(containers);
        }
        Err(Refusal::new(
            Code::InvalidArgument,
            "A user contains nobody; name groups, organizational units or domains.",
        )
        .of("containers"))
    }
}

/// A principal as the audit log keeps it; of a password, only that it was set.
fn recorded(principal: &wire::Principal, password_set: bool) -> serde_json::Value {
    let mut record = serde_json::to_value(principal).unwrap_or_default();
    if let Some(fields) = record.as_object_mut().filter(|_| password_set) {
        fields.insert("password_set".to_owned(), password_set.into());
    }
    record
}

fn display_name(text: &str) -> Result<String, Refusal> {
    perch_domain::Name::parse(text)
        .map(|name| name.to_string())
        .map_err(|refusal| refusal.of("display_name"))
}

fn absent() -> Refusal {
    Refusal::new(
        Code::NoSuchNode,
        "There is no such principal. Search for it by name or address.",
    )
}
