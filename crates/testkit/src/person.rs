//! Somebody who uses the API: nobody in particular, a browser with a cookie, or a program with a token.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Url};
use serde_json::Value;

use crate::description::check_answer;

/// A caller of the API, whose methods are the verbs of HTTP.
#[derive(Clone, Debug)]
pub struct Person {
    pub(crate) client: Client,
    pub(crate) cookies: Arc<Jar>,
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    /// Who it is.
    pub id: String,
    /// `sip:` and the address.
    pub address: String,
}

/// An answer, already compared with its description.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The body; null when there is none, or when it is no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The body of an answer that must have succeeded.
    #[track_caller]
    pub fn done(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} {}",
            self.status,
            self.body
        );
        self.body
    }

    /// A refusal with this status and code; gives its sentence.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        self.body["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// A header, empty when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl Person {
    /// Somebody who is not signed in, at a server of any kind.
    #[must_use]
    pub fn nobody(url: &str) -> Self {
        let cookies = Arc::new(Jar::default());
        Self {
            client: Client::builder()
                .cookie_provider(Arc::clone(&cookies))
                // Reading them takes longer than most tests, and no test speaks TLS.
                .tls_built_in_root_certs(false)
                .build()
                .expect("a client"),
            cookies,
            url: url.to_owned(),
            secret: None,
            id: String::new(),
            address: String::new(),
        }
    }

    /// Signs in and takes a token, as a program does.
    pub async fn sign_in(&mut self, name: &str, password: &str) {
        let body = serde_json::json!({ "name": name, "password": password });
        self.post("/session", body).await.done();
        let token = self
            .post("/tokens", serde_json::json!({ "name": "test" }))
            .await
            .done();
        self.secret = token["secret"].as_str().map(str::to_owned);
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// `POST`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// `PATCH`.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// `PUT`.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Any method, with or without a body; paths are those below `/api/v1`.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/api/v1{path}");
        let body = body.map(|body| body.to_string());
        self.fetch(method, &path, &[], body).await
    }

    /// Any method at any path, with headers of its own and any text as its body.
    pub async fn fetch(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.url));
        if let Some(secret) = &self.secret {
            request = request.bearer_auth(secret);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        if path.starts_with("/api/") {
            assert!(
                text.is_empty() || !body.is_null(),
                "{method} {path} answered {status} with what is no JSON: {text}"
            );
        }
        check_answer(&method, path, status, &body);
        Answer {
            status,
            headers,
            body,
            text,
        }
    }

    /// The same person at another address, as after a restart.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The secret of a program's token.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// The cookies that a browser would send.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        let url = Url::parse(&self.url).expect("an address");
        let cookies = self.cookies.cookies(&url)?;
        Some(cookies.to_str().expect("a header").to_owned())
    }
}
