//! Where it is known who somebody is. Local accounts today; other sources stand behind the same trait.

use std::sync::Arc;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use perch_domain::limits::PASSWORD_CHARS_MAX;
use perch_domain::{Code, PrincipalId, Refusal};
use perch_store::DeploymentStore;
use tokio::sync::Semaphore;

use crate::store_error::refused;

/// Says whether a password is a user's.
#[async_trait]
pub trait IdentitySource: Send + Sync {
    /// Whether this is the password of a user; of nobody, when `user` is absent, in the same time.
    ///
    /// # Errors
    /// When the source cannot be asked.
    async fn verify(&self, user: Option<PrincipalId>, password: &str) -> Result<bool, Refusal>;

    /// What to store for a new password.
    ///
    /// # Errors
    /// When it cannot be hashed.
    async fn hash(&self, password: &str) -> Result<String, Refusal>;
}

/// The cost of Argon2id: memory, passes, lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB and two passes (OWASP, Password Storage Cheat Sheet, 2025).
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1_024,
            passes: 2,
        }
    }
}

/// Passwords that are hashed at the same time: each takes memory and a core.
const HASHING_MAX: usize = 2;

/// Accounts with a password in the deployment's own store.
pub struct LocalAccounts {
    store: Arc<dyn DeploymentStore>,
    cost: PasswordCost,
    /// Compared against when there is no such user, so that an answer takes as long.
    decoy: String,
    hashing: Semaphore,
}

impl LocalAccounts {
    /// Accounts in a store.
    ///
    /// # Errors
    /// When the cost is not one that Argon2 allows.
    pub fn new(store: Arc<dyn DeploymentStore>, cost: PasswordCost) -> Result<Self, Refusal> {
        Ok(Self {
            store,
            cost,
            decoy: hash(cost, "nobody has this password")?,
            hashing: Semaphore::new(HASHING_MAX),
        })
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _turn = self.hashing.acquire().await;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| failed())?
    }
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>, Refusal> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|_| failed())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(cost: PasswordCost, password: &str) -> Result<String, Refusal> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2(cost)?
        .hash_password(password.as_bytes(), &salt)
        .map_err(|_| failed())?;
    Ok(hash.to_string())
}

fn failed() -> Refusal {
    Refusal::new(
        Code::ServerError,
        "The password could not be processed. Try again; if it stays so, tell an administrator.",
    )
}

#[async_trait]
impl IdentitySource for LocalAccounts {
    async fn verify(&self, user: Option<PrincipalId>, password: &str) -> Result<bool, Refusal> {
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(false);
        }
        let stored = match user {
            Some(user) => self.store.password_hash(user).await.map_err(refused)?,
            None => None,
        };
        let known = stored.is_some();
        let hash = stored.unwrap_or_else(|| self.decoy.clone());
        let password = password.to_owned();
        let fits = self
            .apart(move || {
                let hash = PasswordHash::new(&hash).map_err(|_| failed())?;
                Ok(Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok())
            })
            .await?;
        Ok(known && fits)
    }

    async fn hash(&self, password: &str) -> Result<String, Refusal> {
        let cost = self.cost;
        let password = password.to_owned();
        self.apart(move || hash(cost, &password)).await
    }
}
