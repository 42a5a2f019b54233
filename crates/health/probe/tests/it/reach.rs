//! Where a probe goes, what it says of itself, and how much it takes.

use perch_health::{End, Failure};

use crate::page::Page;
use crate::{impatient, observed, said};

#[tokio::test]
async fn what_is_no_pages_address_is_never_connected_to() {
    for host in [
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "0.0.0.0",
        "0x0",
        "2852039166",
        "224.0.0.1",
        "[fd00:ec2::254]",
    ] {
        let seen = observed(&impatient(), &format!("http://{host}/latest/meta-data/")).await;
        assert_eq!(seen.end, End::Failed(Failure::AddressForbidden), "{host}");
        assert_eq!(said(&seen), ["AddressForbidden"]);
    }
}

#[tokio::test]
async fn the_machine_itself_is_reached_however_its_address_is_written() {
    let page = Page::with("").await;
    for host in ["127.0.0.1", "localhost", "0x7f.1"] {
        let seen = observed(&impatient(), &format!("http://{host}:{}/", page.port)).await;
        assert!(matches!(seen.end, End::Answered(_)), "{host}: {seen:?}");
    }
}

#[tokio::test]
async fn it_asks_as_a_browser_would_for_a_frame_and_says_who_it_is() {
    let page = Page::with("Set-Cookie: session=secret; Path=/\r\n").await;
    let seen = observed(&impatient(), &format!("{}board?room=1#part", page.url())).await;
    let asked = page.asked().join("").to_ascii_lowercase();
    assert!(
        asked.starts_with("get /board?room=1 http/1.1\r\n"),
        "{asked}"
    );
    for header in [
        &format!("host: localhost:{}\r\n", page.port),
        "user-agent: perch/",
        "sec-fetch-dest: iframe\r\n",
        "sec-fetch-mode: navigate\r\n",
    ] {
        assert!(asked.contains(header), "{asked}");
    }
    for header in ["cookie", "authorization", "referer", "origin:"] {
        assert!(!asked.contains(header), "{asked}");
    }
    assert!(!format!("{seen:?}").contains("secret"));
}

#[tokio::test]
async fn a_page_without_end_is_read_to_the_limit_and_no_further() {
    let page = Page::answering(|_| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}",
            "x".repeat(4 << 20)
        )
    })
    .await;
    let seen = observed(&impatient(), &page.url()).await;
    let End::Answered(answer) = &seen.end else {
        panic!("{seen:?}")
    };
    assert_eq!((answer.bytes, answer.cut), (256 * 1_024, true));
    let page = Page::answering(|_| {
        format!(
            "HTTP/1.1 200 OK\r\nX-Filler: {}\r\n\r\n",
            "x".repeat(1 << 20)
        )
    })
    .await;
    assert_eq!(
        said(&observed(&impatient(), &page.url()).await),
        ["AnswerBroken"]
    );
}
