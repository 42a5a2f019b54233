//! Keeping the certificate current: read again when its files were written, and when SIGHUP says so.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use perch_server::{Tls, TlsError};
use tokio::signal::unix::{SignalKind, signal};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Reads the certificate again whenever there is reason to, as long as the process runs. SIGHUP ends no server, with or
/// without a certificate.
///
/// # Errors
/// When the signal cannot be had.
pub(crate) fn keep_current(tls: Option<Arc<Tls>>) -> io::Result<()> {
    let mut asked = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        let mut look = tokio::time::interval(LOOK_EVERY);
        // A file that is missing is worth one line, not one every few seconds.
        let mut missing = false;
        loop {
            let asked = tokio::select! {
                _ = asked.recv() => true,
                _ = look.tick(), if tls.is_some() => false,
            };
            let Some(tls) = &tls else {
                tracing::info!("nothing to read again: there is no certificate");
                continue;
            };
            let tls = Arc::clone(tls);
            let read = tokio::task::spawn_blocking(move || again(&tls, asked)).await;
            match read {
                Ok(Ok(false)) => missing = false,
                Ok(Ok(true)) => {
                    missing = false;
                    tracing::info!("new connections are shown the new certificate");
                }
                Ok(Err(cause)) => {
                    if asked || !missing {
                        tracing::error!(%cause, "the certificate was not replaced; the one before stays in use");
                    }
                    missing = matches!(cause, TlsError::Unreadable { .. });
                }
                Err(cause) => tracing::error!(%cause, "the certificate could not be looked at"),
            }
        }
    });
    Ok(())
}

/// Reads the files if there is reason to, and says whether they were read.
fn again(tls: &Tls, asked: bool) -> Result<bool, TlsError> {
    if !asked && !tls.changed()? {
        return Ok(false);
    }
    tls.reload()?;
    Ok(true)
}
