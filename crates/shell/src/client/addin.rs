//! Add-ins.

use perch_wire::addin::{Addin, AddinPatch, NewAddin};
use perch_wire::addin_health::AddinHealth;
use perch_wire::token::{NewTokenKey, TokenKey};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// The add-ins of a pool.
    ///
    /// # Errors
    /// [`Error`]; the same holds for every other operation.
    pub async fn addins(&self, pool: &str) -> Result<Vec<Addin>, Error> {
        self.get(&["pools", pool, "addins"], &()).await
    }

    /// Registers an add-in.
    ///
    /// # Errors
    /// `InvalidName`, `InvalidUrl`, `DuplicateAddinName`.
    pub async fn new_addin(&self, pool: &str, new: &NewAddin) -> Result<Addin, Error> {
        self.call(Method::POST, &["pools", pool, "addins"], new)
            .await
    }

    /// Changes an add-in.
    ///
    /// # Errors
    /// As for [`Client::new_addin`], and `DataCollision` when the revision is not the current one.
    pub async fn set_addin(
        &self,
        pool: &str,
        id: Uuid,
        patch: &AddinPatch,
    ) -> Result<Addin, Error> {
        self.call(
            Method::PATCH,
            &["pools", pool, "addins", &id.to_string()],
            patch,
        )
        .await
    }

    /// Looks at an add-in's page now.
    ///
    /// # Errors
    /// `TooManyRequests` while somebody looks at it or has just looked.
    pub async fn check_addin(&self, pool: &str, id: Uuid) -> Result<AddinHealth, Error> {
        let path = ["pools", pool, "addins", &id.to_string(), "health"];
        self.call(Method::POST, &path, &()).await
    }

    /// Removes an add-in; with `force` also from the rooms that use it.
    ///
    /// # Errors
    /// `AddinInUse` without `force`.
    pub async fn remove_addin(&self, pool: &str, id: Uuid, force: bool) -> Result<(), Error> {
        self.delete(
            &["pools", pool, "addins", &id.to_string()],
            &[("force", force)],
        )
        .await
    }

    /// The keys that sign tokens for add-ins' servers, oldest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn token_keys(&self) -> Result<Vec<TokenKey>, Error> {
        self.get(&["token-keys"], &()).await
    }

    /// Changes to a new key.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn rotate_token_key(&self, new: &NewTokenKey) -> Result<Vec<TokenKey>, Error> {
        self.call(Method::POST, &["token-keys"], new).await
    }
}
