//! The receivers of webhooks: how one answered an event, and what follows from that.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Posts events to the receivers of webhooks.
#[async_trait]
pub trait Poster: Send + Sync {
    /// Posts a body to an address, and says with which status its server answered. Takes a bounded time and reads a bounded
    /// number of bytes; a redirect is an answer, and is not followed.
    async fn post(&self, url: &str, request: Request) -> Result<u16, Failure>;
}

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Headers, by their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// The receiver answered with this status.
    Status(u16),
    /// There was no answer.
    Failed(Failure),
}

impl NotTaken {
    /// What an answer means: 2xx takes the event.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn judge(answer: Result<u16, Failure>) -> Result<(), Self> {
        match answer {
            Ok(200..=299) => Ok(()),
            Ok(status) => Err(Self::Status(status)),
            Err(failure) => Err(Self::Failed(failure)),
        }
    }

    /// Whether the receiver is away, so that every event waits for it. Otherwise it refused this one.
    #[must_use]
    pub const fn away(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Status(429 | 502..=504))
    }

    /// A stable code, for translations.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Status(300..=399) => "Redirect",
            Self::Status(410) => "Gone",
            Self::Status(429 | 502..=504) => "Busy",
            Self::Status(_) => "Refused",
            Self::Failed(failure) => match failure {
                Failure::BadUrl | Failure::NameUnknown => "NameUnknown",
                Failure::AddressForbidden => "AddressForbidden",
                Failure::Unreachable(_) => "Unreachable",
                Failure::TimedOut { .. } => "TimedOut",
                Failure::TlsExpired(_)
                | Failure::TlsNotYetValid(_)
                | Failure::TlsWrongName
                | Failure::TlsUnknownIssuer
                | Failure::Tls(_) => "Tls",
                Failure::Broken(_) => "Broken",
            },
        }
    }

    /// The status, if there was an answer.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(*status),
            Self::Failed(_) => None,
        }
    }
}

impl fmt::Display for NotTaken {
    /// What happened and what to do, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.code() {
            "Redirect" => {
                "The receiver answers with a redirect, which is not followed. Register the address that it names."
            }
            "Gone" => {
                "The receiver says that it is gone. Register another address, or remove the webhook."
            }
            "Busy" => {
                "The receiver says that it is busy or away. It is tried again; look at it if this goes on."
            }
            "Refused" => {
                "The receiver refused the event. Look at its log; it has to answer with a status from 200 to 299."
            }
            "NameUnknown" => {
                "The receiver's name has no address. Check the host, or add the name to your DNS."
            }
            "AddressForbidden" => {
                "The receiver's name leads to an address where no receiver can be. Point it to the receiver's own server."
            }
            "Unreachable" => {
                "Nothing answers at the receiver's address. Start it, or let this server through the firewall."
            }
            "TimedOut" => {
                "The receiver took too long. It has to answer within seconds, and do its work afterwards."
            }
            "Tls" => {
                "No encrypted connection to the receiver came about. Check its certificate, and this server's authorities."
            }
            _ => "The receiver gave no whole HTTP answer. Look at its log.",
        };
        f.write_str(text)?;
        match self.status() {
            Some(status) => write!(f, " (Status {status}.)"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_takes_an_event_with_any_success() {
        for status in [200, 202, 204, 299] {
            assert_eq!(NotTaken::judge(Ok(status)), Ok(()));
        }
        for status in [101, 302, 400, 404, 410, 500] {
            assert!(!NotTaken::judge(Ok(status)).unwrap_err().away(), "{status}");
        }
    }

    #[test]
    fn a_receiver_that_cannot_answer_is_away() {
        for answer in [
            Ok(429),
            Ok(503),
            Err(Failure::TimedOut { seconds: 10 }),
            Err(Failure::NameUnknown),
        ] {
            assert!(
                NotTaken::judge(answer.clone()).unwrap_err().away(),
                "{answer:?}"
            );
        }
    }

    #[test]
    fn both_languages_have_a_sentence_for_every_code() {
        for text in [
            include_str!("../../../web/src/i18n/en/webhook.json"),
            include_str!("../../../web/src/i18n/fr/webhook.json"),
        ] {
            let texts: serde_json::Value = serde_json::from_str(text).unwrap();
            for not_taken in [
                NotTaken::Status(302),
                NotTaken::Status(410),
                NotTaken::Status(503),
                NotTaken::Status(500),
                NotTaken::Failed(Failure::NameUnknown),
                NotTaken::Failed(Failure::AddressForbidden),
                NotTaken::Failed(Failure::Unreachable(String::new())),
                NotTaken::Failed(Failure::TimedOut { seconds: 1 }),
                NotTaken::Failed(Failure::TlsWrongName),
                NotTaken::Failed(Failure::Broken(String::new())),
            ] {
                let code = not_taken.code();
                assert!(texts[code].is_string(), "{code} is missing");
            }
        }
    }
}
