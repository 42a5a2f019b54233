//! Where events are posted, and how much is waited for.

use std::time::Duration;

use perch_health::{Failure, Poster, Request};
use perch_health_probe::WebPoster;
use rustls::RootCertStore;
use tokio::net::TcpListener;

use crate::page::{Authority, Page, html};

fn poster(roots: RootCertStore) -> WebPoster {
    WebPoster::trusting(roots, Duration::from_secs(1))
}

/// Posts to an address with a poster that trusts nobody.
async fn posted(url: &str) -> Result<u16, Failure> {
    poster(RootCertStore::empty()).post(url, event()).await
}

fn event() -> Request {
    Request {
        headers: vec![("webhook-id", "msg_1".to_owned())],
        // The server of these tests takes what ends like a head for one.
        body: "{}\r\n\r\n".to_owned(),
    }
}

#[tokio::test]
async fn an_event_is_posted_with_its_headers_and_nothing_else_of_ours() {
    let receiver = Page::with("").await;
    let url = format!("{}events?x=1", receiver.url());
    assert_eq!(posted(&url).await, Ok(200));
    let asked = receiver.asked().join("");
    assert!(
        asked.starts_with("POST /events?x=1 HTTP/1.1\r\n"),
        "{asked}"
    );
    let asked = asked.to_ascii_lowercase();
    for header in [
        &format!("host: localhost:{}\r\n", receiver.port),
        "user-agent: perch/",
        "content-type: application/json\r\n",
        "content-length: 6\r\n",
        "webhook-id: msg_1\r\n",
    ] {
        assert!(asked.contains(header), "{asked}");
    }
    for header in ["cookie", "authorization", "referer", "origin:"] {
        assert!(!asked.contains(header), "{asked}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Page::with("").await;
    let location = format!("Location: {}\r\n", elsewhere.url());
    let receiver = Page::answering(move |_| html("307 Temporary Redirect", &location)).await;
    assert_eq!(posted(&receiver.url()).await, Ok(307));
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_receivers_address_is_never_connected_to() {
    for host in ["169.254.169.254", "[fe80::1]", "0.0.0.0", "[fd00:ec2::254]"] {
        let answer = posted(&format!("http://{host}/")).await;
        assert_eq!(answer, Err(Failure::AddressForbidden), "{host}");
    }
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_waited_for_a_while_only() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = posted(&format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(answer, Err(Failure::TimedOut { seconds: 1 }));
}

#[tokio::test]
async fn an_event_goes_to_whose_certificate_holds_and_to_nobody_else() {
    let authority = Authority::new();
    for (name, answer) in [
        ("localhost", Ok(200)),
        ("other.contoso.example", Err(Failure::TlsWrongName)),
    ] {
        let receiver = Page::encrypted(authority.certificate(name, (2_020, 2_050))).await;
        let url = format!("https://localhost:{}/", receiver.port);
        let poster = poster(authority.roots.clone());
        assert_eq!(poster.post(&url, event()).await, answer, "{name}");
        assert_eq!(receiver.asked().len(), usize::from(answer.is_ok()));
    }
}
