//! Certificates: whether one holds for a name, until when, and what is wrong with it otherwise.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use perch_health::{Certificate, Failure};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How far a certificate is looked into the future, in steps of a day.
const DAYS_MAX: u64 = 40 * 365;
const DAY: u64 = 24 * 3_600;

/// Which authorities are believed.
pub(crate) struct Trust {
    connector: Option<TlsConnector>,
    verifier: Option<Arc<WebPkiServerVerifier>>,
}

impl Trust {
    /// Believes these authorities.
    pub(crate) fn new(roots: RootCertStore) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = Arc::new(roots);
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()
            .map(|config| config.with_root_certificates(roots).with_no_client_auth());
        Self {
            connector: config.map(|config| TlsConnector::from(Arc::new(config))),
            verifier: builder.build().ok(),
        }
    }

    /// Begins to speak TLS with a host.
    ///
    /// # Errors
    /// What is wrong with the certificate or the encryption.
    pub(crate) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<(TlsStream<TcpStream>, Option<Certificate>), Failure> {
        let name = server_name(host)?;
        let connector = self.connector.as_ref().ok_or(Failure::TlsUnknownIssuer)?;
        let stream = connector
            .connect(name.clone(), stream)
            .await
            .map_err(|cause| failure(&cause))?;
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificate = self.ends(chain, &name);
        Ok((stream, certificate))
    }

    /// When a chain that holds now ceases to: the verifier is asked about later times, and says which end lies before.
    fn ends(&self, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> Option<Certificate> {
        let (verifier, (leaf, others)) = (self.verifier.as_ref()?, chain.split_first()?);
        let now = UnixTime::now().as_secs();
        let mut at = now + DAYS_MAX * DAY;
        // Each certificate of the chain ends once.
        for _ in 0..=chain.len() {
            let time = UnixTime::since_unix_epoch(Duration::from_secs(at));
            match verifier.verify_server_cert(leaf, others, name, &[], time) {
                Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
                    not_after,
                    ..
                })) if not_after.as_secs() < at => {
                    at = not_after.as_secs();
                }
                _ => break,
            }
        }
        let ends_at = i64::try_from(at).ok()?.checked_mul(1_000_000)?;
        Some(Certificate { ends_at })
    }
}

fn server_name(host: &str) -> Result<ServerName<'static>, Failure> {
    // An address of IPv6 stands in brackets in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).map_err(|_| Failure::TlsWrongName)
}

fn failure(cause: &std::io::Error) -> Failure {
    let inner = cause
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let micros = |time: &UnixTime| i64::try_from(time.as_secs()).ok()?.checked_mul(1_000_000);
    match inner {
        Some(rustls::Error::InvalidCertificate(fault)) => match fault {
            CertificateError::Expired => Failure::TlsExpired(None),
            CertificateError::ExpiredContext { not_after, .. } => {
                Failure::TlsExpired(micros(not_after))
            }
            CertificateError::NotValidYet => Failure::TlsNotYetValid(None),
            CertificateError::NotValidYetContext { not_before, .. } => {
                Failure::TlsNotYetValid(micros(not_before))
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Failure::TlsWrongName
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Failure::TlsUnknownIssuer
            }
            other => Failure::Tls(brief(other)),
        },
        Some(other) => Failure::Tls(brief(other)),
        None => Failure::Tls(brief(cause)),
    }
}

/// What a library says, bounded.
pub(crate) fn brief(cause: &dyn fmt::Display) -> String {
    let text: String = cause
        .to_string()
        .chars()
        .filter(|c| !c.is_control())
        .take(160)
        .collect();
    text.trim_end_matches('.').to_owned()
}
