//! Pools.

use perch_wire::pool::{NewPool, Pool};
use reqwest::Method;

use super::{Client, Error};

impl Client {
    /// The pools of the deployment, the default one first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn pools(&self) -> Result<Vec<Pool>, Error> {
        self.get(&["pools"], &()).await
    }

    /// Adds a pool.
    ///
    /// # Errors
    /// `DuplicatePool`, `InvalidArgument`.
    pub async fn new_pool(&self, new: &NewPool) -> Result<Pool, Error> {
        self.call(Method::POST, &["pools"], new).await
    }
}
