//! https without a proxy: a certificate and its key from files, replaced while connections stay.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use std::{fs, io};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// Where the certificate and its key are, both in PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The server's certificate, then those that signed it.
    pub certificate: PathBuf,
    /// Its private key (PKCS #8, PKCS #1 or SEC1).
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {cause}.", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A file has not what it should have.
    #[error("{} has no {wanted} in PEM: {cause}.", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What it should have.
        wanted: &'static str,
        /// What is wrong.
        cause: pem::Error,
    },
    /// The two do not fit, or are of a kind that TLS does not use.
    #[error("The key in {} cannot be used with the certificate in {}: {cause}.", files.key.display(), files.certificate.display())]
    Unfit {
        /// Which.
        files: CertificateFiles,
        /// Why not.
        cause: rustls::Error,
    },
}

/// What tells one state of the files from another: when each was written, and its size.
type Stamp = [(SystemTime, u64); 2];

/// The certificate that new connections are shown.
#[derive(Debug)]
pub struct Tls {
    files: CertificateFiles,
    provider: Arc<CryptoProvider>,
    shown: RwLock<Arc<CertifiedKey>>,
    stamp: RwLock<Stamp>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read or do not fit.
    pub fn open(files: CertificateFiles) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(ring::default_provider());
        // The stamp first: a change that comes between the two is noticed the next time.
        let stamp = files.stamp()?;
        let shown = files.read(&provider)?;
        Ok(Arc::new(Self {
            shown: RwLock::new(Arc::new(shown)),
            stamp: RwLock::new(stamp),
            provider,
            files,
        }))
    }

    /// Whether the files were written since they were last read.
    ///
    /// # Errors
    /// When a file is gone.
    pub fn changed(&self) -> Result<bool, TlsError> {
        let known = *self.stamp.read().unwrap_or_else(PoisonError::into_inner);
        Ok(self.files.stamp()? != known)
    }

    /// Reads the files again. Connections that exist go on as they are; whatever is wrong, the certificate stays.
    ///
    /// # Errors
    /// When they cannot be read or do not fit. Until they are written again, they count as read.
    pub fn reload(&self) -> Result<(), TlsError> {
        let stamp = self.files.stamp()?;
        *self.stamp.write().unwrap_or_else(PoisonError::into_inner) = stamp;
        let new = self.files.read(&self.provider)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }

    /// What makes TLS of a connection.
    ///
    /// # Errors
    /// When the library supports no version of TLS.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Whoever comes back after the network was gone is spared a whole handshake, and so is the server.
        config.ticketer = ring::Ticketer::new()?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

impl CertificateFiles {
    fn stamp(&self) -> Result<Stamp, TlsError> {
        let of = |path: &PathBuf| {
            fs::metadata(path)
                .and_then(|found| Ok((found.modified()?, found.len())))
                .map_err(|cause| TlsError::Unreadable {
                    path: path.clone(),
                    cause,
                })
        };
        Ok([of(&self.certificate)?, of(&self.key)?])
    }

    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let fault = |path: &PathBuf, wanted, cause| match cause {
            pem::Error::Io(cause) => TlsError::Unreadable {
                path: path.clone(),
                cause,
            },
            cause => TlsError::Malformed {
                path: path.clone(),
                wanted,
                cause,
            },
        };
        let chain: Vec<_> = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect)
            .and_then(|chain: Vec<_>| match chain.is_empty() {
                true => Err(pem::Error::NoItemsFound),
                false => Ok(chain),
            })
            .map_err(|cause| fault(&self.certificate, "certificate", cause))?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|cause| fault(&self.key, "private key", cause))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|cause| TlsError::Unfit {
            files: self.clone(),
            cause,
        })
    }
}
