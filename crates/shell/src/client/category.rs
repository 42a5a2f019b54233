//! Categories.

use perch_wire::category::{Category, CategoryPatch, NewCategory};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// The categories of a pool.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn categories(&self, pool: &str) -> Result<Vec<Category>, Error> {
        self.get(&["pools", pool, "categories"], &()).await
    }

    /// Creates a category.
    ///
    /// # Errors
    /// `InvalidName`, `DuplicateCategoryName`.
    pub async fn new_category(&self, pool: &str, new: &NewCategory) -> Result<Category, Error> {
        self.call(Method::POST, &["pools", pool, "categories"], new)
            .await
    }

    /// Changes a category.
    ///
    /// # Errors
    /// As for [`Client::new_category`], `NoSuchPrincipal`, `PrincipalsAlreadyDefined`, and `DataCollision` when the
    /// revision is not the current one.
    pub async fn set_category(
        &self,
        pool: &str,
        id: Uuid,
        patch: &CategoryPatch,
    ) -> Result<Category, Error> {
        self.call(
            Method::PATCH,
            &["pools", pool, "categories", &id.to_string()],
            patch,
        )
        .await
    }

    /// Removes an empty category.
    ///
    /// # Errors
    /// `CategoryNotEmpty`.
    pub async fn remove_category(&self, pool: &str, id: Uuid) -> Result<(), Error> {
        self.delete(&["pools", pool, "categories", &id.to_string()], &())
            .await
    }
}
