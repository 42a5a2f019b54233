//! The typed client of the HTTP API: one method per operation, one file per noun.
//!
//! An answer that is not a success becomes [`Error::Refused`] with the server's problem document, sentence and code as they
//! came. Redirects are not followed: a token goes to the address that the caller gave, and nowhere else.

mod addin;
mod category;
mod message;
mod node;
mod pane;
mod pool;
mod principal;
mod room;
mod search;
mod session;
mod trigger;
mod webhook;

use std::time::Duration;

use perch_wire::problem::Problem;
use reqwest::{Method, StatusCode, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The code of a server that was asked too often.
const TOO_FAST: &str = "TooManyRequests";
/// How long to wait then …
const TOO_FAST_WAIT: Duration = Duration::from_secs(1);
/// … and how often, before the person is told.
const TOO_FAST_MAX: u32 = 30;

/// Why a request has no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered with a reason.
    #[error("{} ({})", .0.detail, .0.code)]
    Refused(Box<Problem>),
    /// Nobody answered.
    #[error("Cannot reach {url}: {cause}. Check the address and that the server is running.")]
    Unreachable {
        /// The server's address.
        url: String,
        /// What the network said.
        cause: String,
    },
    /// Somebody answered who is not Perch.
    #[error(
        "{url} answered with status {status}, but not as Perch does. Check that this is the address of a Perch server of this version."
    )]
    Unexpected {
        /// The server's address.
        url: String,
        /// Of the answer.
        status: u16,
    },
    /// The address cannot be one of a server.
    #[error("{url} is not the address of a server. Write it as https://chat.contoso.com.")]
    InvalidAddress {
        /// As it was given.
        url: String,
    },
}

/// A connection to one server in the name of one person or program.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

impl Client {
    /// A client that shows a bearer token.
    ///
    /// # Errors
    /// `InvalidAddress` unless the address is an absolute http or https URL; `Unreachable` when the machine's certificates
    /// cannot be loaded.
    pub fn new(base_url: &str, token: &str) -> Result<Self, Error> {
        let mut client = Self::anonymous(base_url)?;
        client.token = Some(token.to_owned());
        Ok(client)
    }

    /// A client that signs in and keeps the session's cookie.
    ///
    /// # Errors
    /// As for [`Client::new`].
    pub fn anonymous(base_url: &str) -> Result<Self, Error> {
        let invalid = || Error::InvalidAddress {
            url: base_url.to_owned(),
        };
        let mut base = Url::parse(base_url).map_err(|_| invalid())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(invalid());
        }
        base.set_query(None);
        base.set_fragment(None);
        let http = reqwest::Client::builder()
            .user_agent(concat!("perch-shell/", env!("CARGO_PKG_VERSION")))
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(120))
            .build()
            .map_err(|cause| unreachable(&base, &cause))?;
        Ok(Self {
            http,
            base,
            token: None,
        })
    }

    /// The server's address.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base.as_str()
    }

    /// Whether nobody on the way can read what is sent: https, or this machine.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        self.base.scheme() == "https"
            || host == "localhost"
            || address.is_ok_and(|address| address.is_loopback())
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            // Each segment is encoded: a name cannot reach another path.
            path.pop_if_empty().extend(["api", "v1"]).extend(segments);
        }
        url
    }

    async fn get<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &impl Serialize,
    ) -> Result<T, Error> {
        self.send(self.http.get(self.url(segments)).query(query))
            .await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.send(self.http.request(method, self.url(segments)).json(body))
            .await
    }

    async fn delete(&self, segments: &[&str], query: &impl Serialize) -> Result<(), Error> {
        self.exchange(self.http.delete(self.url(segments)).query(query))
            .await
            .map(drop)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, Error> {
        let (status, body) = self.exchange(request).await?;
        serde_json::from_slice(&body).map_err(|_| self.unexpected(status))
    }

    /// Sends a request; again, after a while, when the server says that there were too many at once.
    async fn exchange(
        &self,
        mut request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        for _ in 0..TOO_FAST_MAX {
            let Some(again) = request.try_clone() else {
                break;
            };
            match self.exchange_once(request).await {
                Err(Error::Refused(problem)) if problem.code == TOO_FAST => {
                    tokio::time::sleep(TOO_FAST_WAIT).await;
                    request = again;
                }
                outcome => return outcome,
            }
        }
        self.exchange_once(request).await
    }

    async fn exchange_once(
        &self,
        mut request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request
            .send()
            .await
            .map_err(|cause| unreachable(&self.base, &cause))?;
        let status = answer.status();
        let body = answer
            .bytes()
            .await
            .map_err(|cause| unreachable(&self.base, &cause))?;
        if status.is_success() {
            return Ok((status, body.to_vec()));
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Error::Refused(Box::new(problem))),
            Err(_) => Err(self.unexpected(status)),
        }
    }

    fn unexpected(&self, status: StatusCode) -> Error {
        Error::Unexpected {
            url: self.base.to_string(),
            status: status.as_u16(),
        }
    }
}

fn unreachable(base: &Url, error: &reqwest::Error) -> Error {
    // The innermost cause is what people can act on ("connection refused"); the outer ones repeat the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Error::Unreachable {
        url: base.to_string(),
        cause: cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_path_is_encoded() {
        let client = Client::new("https://chat.example/perch/", "t").unwrap();
        let url = client.url(&["pools", "p.example", "addins", "../x?y"]);
        assert_eq!(
            url.as_str(),
            "https://chat.example/perch/api/v1/pools/p.example/addins/..%2Fx%3Fy"
        );
    }

    #[test]
    fn an_address_that_is_no_server_is_refused() {
        for bad in ["", "chat.example", "ftp://chat.example", "mailto:a@b"] {
            assert!(
                matches!(Client::new(bad, "t"), Err(Error::InvalidAddress { .. })),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn http_is_private_on_this_machine_only() {
        for (url, private) in [
            ("https://chat.example", true),
            ("http://localhost:7420", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:7420", true),
            ("http://chat.example", false),
            ("http://127.0.0.1.evil.example", false),
        ] {
            assert_eq!(
                Client::new(url, "t").unwrap().is_private(),
                private,
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let client = Client::new(&format!("http://127.0.0.1:{port}"), "t").unwrap();
        let error = client.pools().await.unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert!(error.to_string().contains("Connection refused"), "{error}");
    }
}
