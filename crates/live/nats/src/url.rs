//! Where NATS is.

use std::fmt;
use std::str::FromStr;

use async_nats::ServerAddr;
use percent_encoding::percent_decode_str;
use url::Url;

/// The addresses of NATS' servers, such as `tls://perch:secret@nats.contoso.com`, several with commas between them. What is
/// printed of them never has the password.
#[derive(Clone)]
pub struct NatsUrl {
    urls: Vec<Url>,
    servers: Vec<ServerAddr>,
}

impl NatsUrl {
    pub(crate) fn servers(&self) -> Vec<ServerAddr> {
        self.servers.clone()
    }

    /// User and password, the same for every server.
    pub(crate) fn credentials(&self) -> Option<(String, String)> {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let url = self.urls.iter().find(|url| !url.username().is_empty())?;
        Some((
            decoded(url.username()),
            decoded(url.password().unwrap_or_default()),
        ))
    }

    pub(crate) fn needs_tls(&self) -> bool {
        self.urls.iter().any(|url| url.scheme() == "tls")
    }
}

impl FromStr for NatsUrl {
    type Err = String;

    /// # Errors
    /// What is wrong with it, as a sentence without the address.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXAMPLE: &str = "Give an address such as tls://perch:password@nats.contoso.com";
        let mut urls = Vec::new();
        let mut servers = Vec::new();
        for part in text.split(',').map(str::trim) {
            let url = Url::parse(part).map_err(|cause| format!("{EXAMPLE}: {cause}."))?;
            if !["nats", "tls"].contains(&url.scheme()) {
                return Err(format!("{EXAMPLE}: {:?} is another scheme.", url.scheme()));
            }
            let server = ServerAddr::from_url(url.clone());
            servers.push(server.map_err(|cause| format!("{EXAMPLE}: {cause}."))?);
            urls.push(url);
        }
        Ok(Self { urls, servers })
    }
}

impl fmt::Display for NatsUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MASK: &str = "***";
        for (n, url) in self.urls.iter().enumerate() {
            let mut url = url.clone();
            if n > 0 {
                formatter.write_str(",")?;
            }
            if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
                formatter.write_str(MASK)?;
                continue;
            }
            url.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Debug for NatsUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url: NatsUrl =
            "tls://perch:geheim@one.contoso.com, tls://perch:geheim@two.contoso.com:4223"
                .parse()
                .unwrap();
        assert!(url.needs_tls());
        let credentials = Some(("perch".to_owned(), "geheim".to_owned()));
        assert_eq!(url.credentials(), credentials);
        assert_eq!(url.servers().len(), 2);
        assert_eq!(
            format!("{url:?}"),
            "tls://perch:***@one.contoso.com,tls://perch:***@two.contoso.com:4223"
        );
    }

    #[test]
    fn a_wrong_address_is_refused_without_repeating_its_password() {
        for text in [
            "http://perch:geheim@nats.contoso.com",
            "geheim",
            "",
            "nats://a,,",
        ] {
            let fault = text.parse::<NatsUrl>().unwrap_err();
            assert!(!fault.contains("geheim"), "{fault}");
        }
    }
}
