//! Triggers.

use perch_wire::trigger::{NewTrigger, Trigger, TriggerFound, TriggerPatch, TriggerTest};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// The triggers of a pool, without the words of their dictionaries.
    ///
    /// # Errors
    /// [`Error`]; the same holds for every other operation.
    pub async fn triggers(&self, pool: &str) -> Result<Vec<Trigger>, Error> {
        self.get(&["pools", pool, "triggers"], &()).await
    }

    /// Creates a trigger.
    ///
    /// # Errors
    /// `InvalidName`, `InvalidPattern`, `InvalidWords`, `InvalidArgument`, `DuplicateTriggerName`, `LimitExceeded`.
    pub async fn new_trigger(&self, pool: &str, new: &NewTrigger) -> Result<Trigger, Error> {
        self.call(Method::POST, &["pools", pool, "triggers"], new)
            .await
    }

    /// Changes a trigger.
    ///
    /// # Errors
    /// As for [`Client::new_trigger`], and `DataCollision` when the revision is not the current one.
    pub async fn set_trigger(
        &self,
        pool: &str,
        id: Uuid,
        patch: &TriggerPatch,
    ) -> Result<Trigger, Error> {
        let path = ["pools", pool, "triggers", &id.to_string()];
        self.call(Method::PATCH, &path, patch).await
    }

    /// Removes a trigger.
    ///
    /// # Errors
    /// `InvalidArgument` for the one that every pool has.
    pub async fn remove_trigger(&self, pool: &str, id: Uuid) -> Result<(), Error> {
        let path = ["pools", pool, "triggers", &id.to_string()];
        self.delete(&path, &()).await
    }

    /// What posting a text would find.
    ///
    /// # Errors
    /// `MessageTooLong`.
    pub async fn test_triggers(
        &self,
        pool: &str,
        test: &TriggerTest,
    ) -> Result<Vec<TriggerFound>, Error> {
        self.call(Method::POST, &["pools", pool, "triggers", "test"], test)
            .await
    }
}
