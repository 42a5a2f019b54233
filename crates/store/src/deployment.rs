//! The deployment's store: principals and what contains them, credentials, pools.

use async_trait::async_trait;
use perch_domain::audit::AuditRecord;
use perch_domain::credential::{Credential, CredentialKind};
use perch_domain::pool::Pool;
use perch_domain::principal::Principal;
use perch_domain::token_key::TokenKey;
use perch_domain::{CredentialId, PrincipalId};

use crate::{StoreError, Version};

/// A principal with its direct containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPrincipal {
    /// The principal.
    pub principal: Principal,
    /// Groups, organizational units and domains that contain it directly.
    pub containers: Vec<PrincipalId>,
}

/// All that a deployment keeps in memory.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The last change that is in it.
    pub version: Version,
    /// Every principal, disabled ones included.
    pub principals: Vec<StoredPrincipal>,
    /// Every pool, in the order of their creation.
    pub pools: Vec<Pool>,
    /// Nodes that are to take no new clients, by name, in order.
    pub inactive_nodes: Vec<String>,
    /// The keys that sign tokens, oldest first.
    pub token_keys: Vec<TokenKey>,
}

/// What has changed in a directory since a version: principals and pools as they are now. Neither is ever removed.
#[derive(Clone, Debug, Default)]
pub struct DirectoryChanges {
    /// The last change that is in it.
    pub version: Version,
    /// Principals.
    pub principals: Vec<StoredPrincipal>,
    /// Pools.
    pub pools: Vec<Pool>,
    /// All nodes that are to take no new clients; absent when that has not changed.
    pub inactive_nodes: Option<Vec<String>>,
    /// All keys that sign tokens; absent when that has not changed.
    pub token_keys: Option<Vec<TokenKey>>,
    /// Sessions and tokens that have ended, with whose they were: the last 10,000 at most.
    pub ended: Vec<(PrincipalId, CredentialId)>,
}

/// The deployment's store.
#[async_trait]
pub trait DeploymentStore: Send + Sync {
    /// Reads the directory whole.
    ///
    /// # Errors
    /// When the database fails.
    async fn load(&self) -> Result<Directory, StoreError>;

    /// Reads what has changed in the directory since a version; nothing but the version if nothing has, which is asked often.
    ///
    /// # Errors
    /// When the database fails.
    async fn changes(&self, since: Version) -> Result<DirectoryChanges, StoreError>;

    /// How many processes hold the deployment to serve it.
    ///
    /// # Errors
    /// When the database fails.
    async fn nodes(&self) -> Result<usize, StoreError>;

    /// The password hash of a user (PHC string), `None` for a user without one.
    ///
    /// # Errors
    /// When the database fails.
    async fn password_hash(&self, user: PrincipalId) -> Result<Option<String>, StoreError>;

    /// The credentials whose secrets have these digests, expired ones included, in no order.
    ///
    /// # Errors
    /// When the database fails.
    async fn find_credentials(&self, digests: &[[u8; 32]]) -> Result<Vec<Credential>, StoreError>;

    /// A credential, also an expired one.
    ///
    /// # Errors
    /// When the database fails.
    async fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError>;

    /// A user's credentials of one kind, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn list_credentials(
        &self,
        user: PrincipalId,
        kind: CredentialKind,
    ) -> Result<Vec<Credential>, StoreError>;

    /// Begins a transaction, once every other one has ended, on other nodes too. Dropping it without
    /// [`DeploymentWrite::commit`] undoes it.
    ///
    /// # Errors
    /// When the database fails.
    async fn write(&self) -> Result<Box<dyn DeploymentWrite>, StoreError>;

    /// The audit log, newest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Stops using the database, after what is under way.
    async fn close(&self);
}

/// A stored audit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who; nobody for the program itself.
    pub actor: Option<PrincipalId>,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// How it was afterwards, as JSON.
    pub after: Option<String>,
}

/// A transaction on the deployment's store.
#[async_trait]
pub trait DeploymentWrite: Send {
    /// The directory's last change before this transaction.
    ///
    /// # Errors
    /// When the database fails.
    async fn version(&mut self) -> Result<Version, StoreError>;
    /// Adds a principal.
    ///
    /// # Errors
    /// `Conflict(Address)`.
    async fn insert_principal(&mut self, new: &StoredPrincipal) -> Result<(), StoreError>;
    /// Replaces a principal, but for its kind and its password, and its containers. `false`: there is none.
    ///
    /// # Errors
    /// `Conflict(Address)`.
    async fn update_principal(&mut self, changed: &StoredPrincipal) -> Result<bool, StoreError>;
    /// Sets a user's password hash.
    ///
    /// # Errors
    /// When the database fails.
    async fn set_password_hash(&mut self, user: PrincipalId, hash: &str) -> Result<(), StoreError>;
    /// Adds a pool.
    ///
    /// # Errors
    /// `Conflict(PoolFqdn)`.
    async fn insert_pool(&mut self, pool: &Pool) -> Result<(), StoreError>;
    /// Adds a credential.
    ///
    /// # Errors
    /// When the database fails.
    async fn insert_credential(&mut self, credential: &Credential) -> Result<(), StoreError>;
    /// Removes a user's credential. `false`: there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_credential(
        &mut self,
        user: PrincipalId,
        credential: CredentialId,
    ) -> Result<bool, StoreError>;
    /// Removes a user's sessions, but for one, and says which they were.
    ///
    /// # Errors
    /// When the database fails.
    async fn delete_sessions(
        &mut self,
        user: PrincipalId,
        but: Option<CredentialId>,
    ) -> Result<Vec<CredentialId>, StoreError>;
    /// Replaces the nodes that are to take no new clients.
    ///
    /// # Errors
    /// When the database fails.
    async fn set_inactive_nodes(&mut self, names: &[String]) -> Result<(), StoreError>;
    /// Replaces the keys that sign tokens.
    ///
    /// # Errors
    /// When the database fails.
    async fn set_token_keys(&mut self, keys: &[TokenKey]) -> Result<(), StoreError>;
    /// Appends to the audit log.
    ///
    /// # Errors
    /// When the database fails.
    async fn audit(&mut self, record: &AuditRecord) -> Result<(), StoreError>;
    /// Makes it durable, and says which change of the directory it is: the last one, when it changed nothing there.
    ///
    /// # Errors
    /// When the database fails; then nothing was stored.
    async fn commit(self: Box<Self>) -> Result<Version, StoreError>;
}
