//! The bus between nodes, over NATS: one subject, on which every node speaks and hears all the others.
//!
//! Core NATS delivers at most once, in the order of each publisher, which is what [`perch_live::bus`] asks for. What
//! cannot be sent now is dropped: the others find it in the store.

mod url;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, Subscriber};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use perch_live::bus::{Bus, Delivery};
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

pub use crate::url::NatsUrl;

/// How long the first connection may take. Without one the node starts all the same, and goes on trying.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// The longest pause before the next attempt.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// Events that may wait to be received. Beyond, some are lost, which is noticed.
const WAITING_MAX: usize = 65_536;
/// How soon a connection that says nothing is taken for dead.
const PING: Duration = Duration::from_secs(2);

/// How to reach NATS.
#[derive(Clone, Debug)]
pub struct NatsSettings {
    /// Its servers, with user and password.
    pub url: NatsUrl,
    /// The subject of this deployment: nothing else may use it.
    pub subject: String,
    /// The authorities, PEM, whose servers are believed; those of the system when absent.
    pub authorities: Option<PathBuf>,
    /// This node's name, for NATS' own list of connections.
    pub node: String,
}

/// A connection to NATS.
pub struct NatsBus {
    client: Client,
    subject: String,
    events: Mutex<Subscriber>,
    lost: Arc<Notify>,
}

/// Why the bus cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// NATS is there and refuses.
    #[error("NATS at {url} refuses the connection. Check user, password and certificates")]
    Refused {
        /// Where.
        url: NatsUrl,
        /// How it said so.
        source: ConnectError,
    },
    /// The subject is none.
    #[error(
        "{subject:?} is no subject of NATS. Give words with dots between them, such as perch.contoso"
    )]
    Subject {
        /// What was given.
        subject: String,
        /// What NATS' library said.
        source: async_nats::client::SubscribeError,
    },
}

impl NatsBus {
    /// Connects, or goes on trying when NATS is not there yet.
    ///
    /// # Errors
    /// When NATS refuses, or the subject is none.
    pub async fn connect(settings: &NatsSettings) -> Result<Self, NatsError> {
        let lost = Arc::<Notify>::default();
        let servers = settings.url.servers();
        let client = match options(settings, &lost).connect(servers.clone()).await {
            Ok(client) => client,
            Err(source) if refused(&source) => {
                let url = settings.url.clone();
                return Err(NatsError::Refused { url, source });
            }
            Err(cause) => {
                tracing::warn!(url = %settings.url, %cause, "NATS is not there yet; the node starts without it");
                let patient = options(settings, &lost).retry_on_initial_connect();
                patient
                    .connect(servers)
                    .await
                    .map_err(|source| NatsError::Refused {
                        url: settings.url.clone(),
                        source,
                    })?
            }
        };
        let subscribed = client.subscribe(settings.subject.clone()).await;
        let events = subscribed.map_err(|source| NatsError::Subject {
            subject: settings.subject.clone(),
            source,
        })?;
        Ok(Self {
            client,
            subject: settings.subject.clone(),
            events: Mutex::new(events),
            lost,
        })
    }
}

fn options(settings: &NatsSettings, lost: &Arc<Notify>) -> ConnectOptions {
    let lost = Arc::clone(lost);
    let mut options = ConnectOptions::new()
        .name(format!("perch {}", settings.node))
        .connection_timeout(CONNECT_MAX)
        .ping_interval(PING)
        .subscription_capacity(WAITING_MAX)
        .reconnect_delay_callback(|attempts| {
            let tenths = u32::try_from(attempts).unwrap_or(u32::MAX).min(10);
            PAUSE_MAX / 10 * tenths
        })
        .event_callback(move |event| {
            let lost = Arc::clone(&lost);
            async move {
                match event {
                    Event::Connected => tracing::info!("connected to NATS"),
                    other => tracing::warn!(event = %other, "NATS"),
                }
                lost.notify_one();
            }
        });
    if let Some((user, password)) = settings.url.credentials() {
        options = options.user_and_password(user, password);
    }
    if settings.url.needs_tls() {
        options = options.require_tls(true);
    }
    if let Some(authorities) = &settings.authorities {
        options = options.add_root_certificates(authorities.clone());
    }
    options
}

/// Whether trying again is of no use: somebody has to change something.
fn refused(cause: &ConnectError) -> bool {
    let kind = matches!(
        cause.kind(),
        ConnectErrorKind::Authentication
            | ConnectErrorKind::AuthorizationViolation
            | ConnectErrorKind::Tls
            | ConnectErrorKind::ServerParse
    );
    // A certificate that is not believed comes as what was read being no good.
    let io = std::error::Error::source(cause).and_then(|cause| cause.downcast_ref::<io::Error>());
    kind || io.is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData)
}

#[async_trait]
impl Bus for NatsBus {
    async fn publish(&self, event: Bytes) {
        if self.client.connection_state() != State::Connected {
            return;
        }
        if let Err(cause) = self.client.publish(self.subject.clone(), event).await {
            tracing::warn!(%cause, "an event for other nodes could not be sent");
        }
    }

    async fn receive(&self) -> Delivery {
        let mut events = self.events.lock().await;
        tokio::select! {
            biased;
            () = self.lost.notified() => Delivery::Lost,
            event = events.next() => match event {
                Some(event) => Delivery::Event(event.payload),
                // The client was closed; nothing comes any more.
                None => std::future::pending().await,
            },
        }
    }
}
