//! https without a proxy: the certificate is replaced while connections stay, and one that is no good replaces nothing.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::process::{PASSWORD, Serving, deployment, run};

const WAIT_MAX: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Puts a new certificate for `localhost` into a folder.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("certificate.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

fn start(folder: &Path) -> Serving {
    Serving::start(
        folder,
        &[
            "--tls-certificate",
            "certificate.pem",
            "--tls-key",
            "key.pem",
            "--server-public-url",
            "https://localhost",
        ],
    )
}

fn address(server: &Serving) -> String {
    server.url.replace("http://", "")
}

/// Connects as somebody who trusts one certificate and no other.
async fn connect(
    server: &Serving,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address(server)).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// Connects as soon as the server shows a certificate.
async fn shown(server: &Serving, expected: &CertificateDer<'static>) -> TlsStream<TcpStream> {
    let end = Instant::now() + WAIT_MAX;
    loop {
        match connect(server, expected).await {
            Ok(stream) => return stream,
            Err(cause) => assert!(Instant::now() < end, "{cause}; {:?}", server.log()),
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn logged(server: &Serving, words: &str) {
    let end = Instant::now() + WAIT_MAX;
    while !server.log().iter().any(|line| line.contains(words)) {
        assert!(Instant::now() < end, "no {words:?} in {:?}", server.log());
        sleep(LOOK_AGAIN).await;
    }
}

/// Asks on a connection that stays open.
async fn ask(stream: &mut TlsStream<TcpStream>) {
    let request = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let whole = async {
        while !answer.ends_with(br#"{"live":true}"#) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
    };
    timeout(WAIT_MAX, whole).await.unwrap();
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_and_a_bad_one_to_nobody() {
    let folder = deployment();
    let first = certificate(folder.path());
    let server = start(folder.path());
    let mut early = connect(&server, &first).await.unwrap();
    ask(&mut early).await;

    let second = certificate(folder.path());
    let mut late = shown(&server, &second).await;
    ask(&mut late).await;
    ask(&mut early).await;
    assert!(connect(&server, &first).await.is_err());

    fs::write(folder.path().join("key.pem"), "no key").unwrap();
    server.hang_up();
    logged(&server, "key.pem has no private key in PEM").await;
    ask(&mut connect(&server, &second).await.unwrap()).await;
    let other = KeyPair::generate().unwrap().serialize_pem();
    fs::write(folder.path().join("key.pem"), other).unwrap();
    server.hang_up();
    logged(&server, "cannot be used with the certificate").await;
    ask(&mut connect(&server, &second).await.unwrap()).await;

    let third = certificate(folder.path());
    server.hang_up();
    ask(&mut shown(&server, &third).await).await;
    ask(&mut early).await;
    assert!(server.terminate().success());
}

#[tokio::test]
async fn people_sign_in_and_are_live_by_https() {
    let folder = deployment();
    let trusted = certificate(folder.path());
    let server = start(folder.path());
    let body = json!({ "name": "control@contoso.com", "password": PASSWORD }).to_string();
    let mut stream = connect(&server, &trusted).await.unwrap();
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(WAIT_MAX, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap();
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let mut request = "wss://localhost/api/v1/live".into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("cookie", cookie.parse().unwrap());
    headers.insert("origin", "https://localhost".parse().unwrap());
    let stream = connect(&server, &trusted).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream)
        .await
        .unwrap();
    let ping = json!({ "type": "ping", "id": 1 }).to_string();
    socket.send(Message::text(ping)).await.unwrap();
    for expected in ["welcome", "pong"] {
        let frame = timeout(WAIT_MAX, socket.next()).await.unwrap();
        let text = frame.unwrap().unwrap().into_text().unwrap();
        let frame: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(frame["type"], expected);
    }
}

#[test]
fn a_certificate_that_cannot_be_used_stops_the_start_with_a_sentence() {
    let folder = deployment();
    let flags =
        |more: &[&'static str]| [&["serve", "--server-listen", "127.0.0.1:0"], more].concat();
    let https = ["--server-public-url", "https://localhost"];
    let certificate = ["--tls-certificate", "certificate.pem"];
    let key = ["--tls-key", "key.pem"];
    for (given, said) in [
        (
            [&certificate[..], &https].concat(),
            "Give both, tls.certificate and tls.key",
        ),
        ([&certificate[..], &key].concat(), "give the https address"),
        (
            [&certificate[..], &key, &https].concat(),
            "certificate.pem: No such file",
        ),
    ] {
        let output = run(folder.path(), &flags(&given));
        assert!(!output.status.success());
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains(said), "{words}");
    }
}
