//! Webhooks.

use perch_wire::webhook::{NewWebhook, Replay, Webhook};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// The webhook of an add-in, and how it fares.
    ///
    /// # Errors
    /// `NoSuchNode` when it has none; [`Error`], as for every other operation.
    pub async fn webhook(&self, pool: &str, addin: Uuid) -> Result<Webhook, Error> {
        self.get(
            &["pools", pool, "addins", &addin.to_string(), "webhook"],
            &(),
        )
        .await
    }

    /// Says where an add-in's own server is told what is posted.
    ///
    /// # Errors
    /// `InvalidUrl`.
    pub async fn set_webhook(
        &self,
        pool: &str,
        addin: Uuid,
        new: &NewWebhook,
    ) -> Result<Webhook, Error> {
        let path = ["pools", pool, "addins", &addin.to_string(), "webhook"];
        self.call(Method::PUT, &path, new).await
    }

    /// Makes a new secret.
    ///
    /// # Errors
    /// `NoSuchNode` when there is no webhook.
    pub async fn rotate_webhook_secret(&self, pool: &str, addin: Uuid) -> Result<Webhook, Error> {
        let path = [
            "pools",
            pool,
            "addins",
            &addin.to_string(),
            "webhook",
            "secret",
        ];
        self.call(Method::POST, &path, &()).await
    }

    /// Removes a webhook.
    ///
    /// # Errors
    /// `NoSuchNode` when there is none.
    pub async fn remove_webhook(&self, pool: &str, addin: Uuid) -> Result<(), Error> {
        let path = ["pools", pool, "addins", &addin.to_string(), "webhook"];
        self.delete(&path, &()).await
    }

    /// Has everything told again from a place in a room on.
    ///
    /// # Errors
    /// `NoSuchNode`, `ActionNotGranted`.
    pub async fn replay_webhook(
        &self,
        pool: &str,
        addin: Uuid,
        replay: &Replay,
    ) -> Result<Webhook, Error> {
        let path = [
            "pools",
            pool,
            "addins",
            &addin.to_string(),
            "webhook",
            "replay",
        ];
        self.call(Method::POST, &path, replay).await
    }

    /// Has told once more what was given up.
    ///
    /// # Errors
    /// `NoSuchNode` when it was not given up.
    pub async fn retry_dead_letter(
        &self,
        pool: &str,
        addin: Uuid,
        (room, seq): (Uuid, u64),
    ) -> Result<Webhook, Error> {
        let ids = (addin.to_string(), room.to_string(), seq.to_string());
        let path = dead_letter(pool, &ids);
        self.call(Method::POST, &path, &()).await
    }

    /// Forgets what was given up.
    ///
    /// # Errors
    /// `NoSuchNode` when it was not given up.
    pub async fn discard_dead_letter(
        &self,
        pool: &str,
        addin: Uuid,
        (room, seq): (Uuid, u64),
    ) -> Result<(), Error> {
        let ids = (addin.to_string(), room.to_string(), seq.to_string());
        let path = dead_letter(pool, &ids);
        self.delete(&path, &()).await
    }
}

/// Where a dead letter of an add-in is, by the add-in, its room and its place.
fn dead_letter<'a>(
    pool: &'a str,
    (addin, room, seq): &'a (String, String, String),
) -> [&'a str; 8] {
    [
        "pools",
        pool,
        "addins",
        addin,
        "webhook",
        "dead-letters",
        room,
        seq,
    ]
}
