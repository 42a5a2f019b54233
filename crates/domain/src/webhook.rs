//! Webhooks: where an add-in's back end is told what is posted in the rooms that use the add-in.
//!
//! A webhook is a cursor on each room's log, as a connection is: what it has not been told yet is read from there. Nothing is
//! queued for it, so nothing is lost while its receiver is away, and it can be told everything again from any place.

use crate::addin::{AddinUrl, Origin};
use crate::id::{AddinId, RoomId, Seq};
use crate::refusal::{Code, Refusal};
use crate::secret::Secret;
use crate::time::Timestamp;

/// How long the secret before the current one signs too, in seconds: a receiver has that long to learn the new one.
pub const OVERLAP_SECONDS: i64 = 24 * 3_600;
/// How often a receiver may refuse an event before it is given up.
pub const ATTEMPTS_MAX: u32 = 12;
/// The longest pause between two attempts, in seconds.
const PAUSE_SECONDS_MAX: i64 = 300;

/// How long to wait after so many attempts that failed one after the other, in seconds: 1, 2, 4 … up to five minutes.
#[must_use]
pub fn pause_seconds(attempts: u32) -> i64 {
    let doubled = 1_i64.checked_shl(attempts.saturating_sub(1));
    doubled.map_or(PAUSE_SECONDS_MAX, |pause| pause.clamp(1, PAUSE_SECONDS_MAX))
}

/// Where a webhook's events are posted to: as an add-in's address, but without variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// Checks an address; `own` is where the chat itself is served.
    ///
    /// # Errors
    /// `InvalidUrl`, with a sentence for each way in which an address can be wrong.
    pub fn parse(text: &str, own: &Origin) -> Result<Self, Refusal> {
        let url = AddinUrl::parse(text, own)?;
        if url.as_str().contains(['{', '}']) {
            return Err(Refusal::new(
                Code::InvalidUrl,
                "A webhook's URL has no variables: every event says which room it is about. Remove the braces.",
            )
            .of("url"));
        }
        Ok(Self(url.as_str().to_owned()))
    }

    /// An address that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What both sides know, and nobody else: by it a receiver tells our events from others'.
pub type WebhookSecret = Secret<[u8; 32]>;

/// Where an add-in's back end is told what is posted, and how it knows that it is told by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Where events are posted to.
    pub url: WebhookUrl,
    /// By which they are signed.
    pub secret: WebhookSecret,
    /// The secret before it, by which they are signed too, and until when.
    pub previous: Option<(WebhookSecret, Timestamp)>,
}

impl Webhook {
    /// Signs with a new secret from now on, and with the current one for a while yet.
    pub fn rotate(&mut self, secret: WebhookSecret, now: Timestamp) {
        let current = std::mem::replace(&mut self.secret, secret);
        self.previous = Some((current, now.plus_seconds(OVERLAP_SECONDS)));
    }

    /// The secrets that sign now, the current one first.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &WebhookSecret> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(&self.secret).chain(previous.map(|(secret, _)| secret))
    }
}

/// How far a webhook has been told of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookCursor {
    /// Whose webhook.
    pub addin: AddinId,
    /// Of which room.
    pub room: RoomId,
    /// The place of the last message of which it was told, or which was passed over or given up.
    pub seq: Seq,
    /// The last message that was there before the webhook, or came while the add-in might be told nothing. What stands up to
    /// here are earlier messages, which it is told of only where it may read those.
    pub since: Seq,
    /// How often the receiver has refused the next event.
    pub attempts: u32,
    /// When the next event may be tried.
    pub due_at: Timestamp,
}

/// How a webhook fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookState {
    /// Whose.
    pub addin: AddinId,
    /// When its receiver last took an event.
    pub told_at: Option<Timestamp>,
    /// How often in a row its receiver was away.
    pub attempts: u32,
    /// When it may be tried again.
    pub due_at: Timestamp,
    /// When an attempt failed last, and how, as JSON.
    pub failed: Option<(Timestamp, String)>,
}

/// A message that a webhook's receiver refused so often that it was given up. It can be told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose webhook.
    pub addin: AddinId,
    /// Of which room.
    pub room: RoomId,
    /// The message's place.
    pub seq: Seq,
    /// When it was given up.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// What became of the last attempt, as JSON.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Origin {
        Origin::parse("https://chat.contoso.com").unwrap()
    }

    #[test]
    fn a_webhook_is_at_an_absolute_address_without_variables() {
        assert!(WebhookUrl::parse("https://bot.contoso.com/events?x=1", &own()).is_ok());
        for wrong in [
            "bot.contoso.com/events",
            "ftp://bot.contoso.com/",
            "https://me:secret@bot.contoso.com/",
            "https://chat.contoso.com/api",
            "https://bot.contoso.com/{room.id}",
        ] {
            assert_eq!(
                WebhookUrl::parse(wrong, &own()).unwrap_err().code,
                Code::InvalidUrl,
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_secret_before_signs_too_for_a_while() {
        let now = Timestamp::from_micros(0);
        let mut webhook = Webhook {
            url: WebhookUrl::stored("https://bot.contoso.com/".to_owned()),
            secret: Secret([1; 32]),
            previous: None,
        };
        webhook.rotate(Secret([2; 32]), now);
        let signing = |webhook: &Webhook, seconds| {
            let signing = webhook.signing(now.plus_seconds(seconds));
            signing.map(|secret| secret.0[0]).collect::<Vec<_>>()
        };
        assert_eq!(signing(&webhook, OVERLAP_SECONDS - 1), [2, 1]);
        assert_eq!(signing(&webhook, OVERLAP_SECONDS), [2]);
        webhook.rotate(Secret([3; 32]), now);
        assert_eq!(signing(&webhook, 0), [3, 2]);
    }

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let pauses: Vec<_> = (0..=10).map(pause_seconds).collect();
        assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(pause_seconds(u32::MAX), 300);
    }
}
