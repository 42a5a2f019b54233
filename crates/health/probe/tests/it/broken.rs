//! Pages that are broken in each of the ways that a probe can see. What only a browser sees, such as a page that
//! navigates the window above it, is in `web/e2e/hostile-guest.spec.ts`.

use perch_health::{End, Observation};

use crate::page::{Authority, Page, html};
use crate::{impatient, observed, prober, said, said_at};

async fn of(page: &Page) -> Observation {
    observed(&impatient(), &page.url()).await
}

#[tokio::test]
async fn a_page_that_can_be_framed_has_nothing_said_of_it() {
    let page = Page::with("Content-Security-Policy: frame-ancestors http://localhost:8400\r\nX-Frame-Options: DENY\r\n").await;
    let seen = of(&page).await;
    assert!(said(&seen).is_empty(), "{seen:?}");
    let End::Answered(answer) = seen.end else {
        panic!()
    };
    assert_eq!((answer.status, answer.cut), (200, false));
}

#[tokio::test]
async fn one_that_refuses_frames_is_told_which_header_to_change() {
    for (headers, code) in [
        ("X-Frame-Options: SAMEORIGIN\r\n", "FrameOptions"),
        (
            "Content-Security-Policy: frame-ancestors https://other.example\r\n",
            "FrameAncestors",
        ),
        (
            "Content-Security-Policy: default-src *\r\nContent-Security-Policy: frame-ancestors 'none'\r\n",
            "FrameAncestorsNone",
        ),
    ] {
        let page = Page::with(headers).await;
        assert_eq!(said(&of(&page).await), [code], "{headers}");
    }
}

#[tokio::test]
async fn one_with_an_error_or_a_question_is_told_its_status() {
    for (status, code) in [
        ("500 Oops", "HttpStatus"),
        ("404 Not Found", "HttpStatus"),
        ("401 Unauthorized", "SignInAsked"),
    ] {
        let page = Page::answering(move |_| html(status, "")).await;
        assert_eq!(said(&of(&page).await), [code], "{status}");
    }
}

#[tokio::test]
async fn one_that_is_a_download_is_told_so() {
    let page = Page::with("Content-Disposition: attachment; filename=prices.html\r\n").await;
    assert_eq!(said(&of(&page).await), ["Download"]);
    let page = Page::answering(|_| {
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\nx".to_owned()
    })
    .await;
    assert_eq!(said(&of(&page).await), ["Download"]);
}

#[tokio::test]
async fn one_that_would_be_the_whole_window_is_told_that_it_is_not() {
    let page = Page::answering(|_| {
        let script = "<script>if (self !== top) top.location = self.location</script>";
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html>{script}")
    })
    .await;
    assert_eq!(said(&of(&page).await), ["TopNavigation"]);
}

#[tokio::test]
async fn certificates_are_judged_as_browsers_do() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (by, name, years, expected) in [
        (&authority, "localhost", (2_020, 2_060), &[][..]),
        (&authority, "localhost", (2_020, 2_021), &["TlsExpired"]),
        (&authority, "localhost", (2_058, 2_060), &["TlsNotYetValid"]),
        (
            &authority,
            "other.example",
            (2_020, 2_060),
            &["TlsWrongName"],
        ),
        (
            &stranger,
            "localhost",
            (2_020, 2_060),
            &["TlsUnknownIssuer"],
        ),
    ] {
        let page = Page::encrypted(by.certificate(name, years)).await;
        let url = format!("https://localhost:{}/", page.port);
        let seen = observed(&prober(authority.roots.clone()), &url).await;
        assert_eq!(said(&seen), expected, "{name} {years:?}: {seen:?}");
    }
}

#[tokio::test]
async fn the_end_of_a_certificate_is_seen_while_it_holds() {
    let authority = Authority::new();
    let page = Page::encrypted(authority.certificate("localhost", (2_020, 2_050))).await;
    let seen = observed(
        &prober(authority.roots.clone()),
        &format!("https://localhost:{}/", page.port),
    )
    .await;
    let ends = seen.certificate.unwrap().ends().to_string();
    assert!(ends.starts_with("2050-01-01"), "{ends}");
}

#[tokio::test]
async fn redirects_are_followed_on_the_pages_own_origin_only() {
    let elsewhere = Page::with("").await;
    let target = elsewhere.url();
    let page = Page::answering(move |head| match head.split(' ').nth(1) {
        Some("/") => html("302 Found", "Location: /board\r\n"),
        Some("/board") => html(
            "307 Temporary Redirect",
            &format!("Location: {target}secret?token=x\r\n"),
        ),
        _ => html("200 OK", ""),
    })
    .await;
    let seen = of(&page).await;
    assert_eq!(said(&seen), ["RedirectOffOrigin"]);
    assert_eq!(seen.redirects, [format!("{}board", page.url())]);
    assert_eq!(page.asked().len(), 2);
    assert!(elsewhere.asked().is_empty(), "it was followed");
    assert!(!format!("{seen:?}").contains("token"), "{seen:?}");
}

#[tokio::test]
async fn a_redirect_to_another_scheme_nowhere_or_without_end_is_said() {
    for (location, code) in [
        ("Location: https://localhost/\r\n", "RedirectOtherScheme"),
        ("Location: file:///etc/passwd\r\n", "RedirectNowhere"),
        ("Location: javascript:alert(1)\r\n", "RedirectNowhere"),
        ("Location: ftp://localhost/\r\n", "RedirectOtherScheme"),
        ("", "RedirectNowhere"),
        ("Location: /again\r\n", "RedirectTooMany"),
    ] {
        let page = Page::answering(move |_| html("301 Moved Permanently", location)).await;
        let seen = of(&page).await;
        assert_eq!(said(&seen), [code], "{location}");
        assert!(page.asked().len() <= 6);
    }
}

#[tokio::test]
async fn one_that_never_answers_is_given_up() {
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!("http://localhost:{}/", silent.local_addr().unwrap().port());
    let seen = observed(&impatient(), &url).await;
    assert_eq!(said(&seen), ["TimedOut"]);
}

#[tokio::test]
async fn one_whose_server_is_gone_or_speaks_something_else_is_told_so() {
    let page = Page::answering(|_| "220 mail.contoso.com ESMTP\r\n".to_owned()).await;
    assert_eq!(said(&of(&page).await), ["AnswerBroken"]);
    let url = page.url();
    drop(page);
    let gone = async {
        // The listener closes when its task has ended.
        while said(&observed(&impatient(), &url).await) != ["Unreachable"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_plain_page_under_an_encrypted_chat_is_mixed_content_even_while_its_server_is_away() {
    let seen = observed(&impatient(), "http://prices.invalid/").await;
    assert_eq!(
        said_at("https://chat.bank.example", &seen),
        ["NameUnknown", "MixedContent"]
    );
}
