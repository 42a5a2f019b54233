//! The poster of webhooks: one POST to the address that an administrator registered.

use std::time::Duration;

use async_trait::async_trait;
use perch_health::{Failure, Poster, Request};
use rustls::RootCertStore;
use tokio::time::timeout;
use url::Url;

use crate::exchange::post;
use crate::trust::Trust;
use crate::{allowed, connect, known_roots, resolve};

/// How long a receiver may take for everything.
const TIME_MAX: Duration = Duration::from_secs(10);

/// The poster of the program.
pub struct WebPoster {
    trust: Trust,
    time_max: Duration,
}

impl WebPoster {
    /// Trusts the authorities that the system knows.
    #[must_use]
    pub fn new() -> Self {
        Self::trusting(known_roots(), TIME_MAX)
    }

    /// Trusts some authorities, and waits so long for an answer.
    #[must_use]
    pub fn trusting(roots: RootCertStore, time_max: Duration) -> Self {
        Self {
            trust: Trust::new(roots),
            time_max,
        }
    }

    async fn reach(&self, url: &str, request: Request) -> Result<u16, Failure> {
        let url = Url::parse(url).map_err(|_| Failure::BadUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Failure::BadUrl);
        }
        let addresses = resolve(&url).await?;
        let (stream, _) = connect(&allowed(&url, &addresses)?).await?;
        post(stream, &self.trust, &url, request).await
    }
}

impl Default for WebPoster {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Poster for WebPoster {
    async fn post(&self, url: &str, request: Request) -> Result<u16, Failure> {
        let seconds = self.time_max.as_secs();
        timeout(self.time_max, self.reach(url, request))
            .await
            .unwrap_or(Err(Failure::TimedOut { seconds }))
    }
}
