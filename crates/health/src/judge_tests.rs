use super::*;
use crate::observation::{Certificate, Cookie};

const CHAT: &str = "https://chat.bank.example";
const PAGE: &str = "https://prices.bank.example/board";
const NOW: i64 = 1_700_000_000_000_000;

fn page(answer: Answer) -> Observation {
    Observation {
        url: PAGE.to_owned(),
        address: Some("192.0.2.7".parse().unwrap()),
        chat_address: Some("192.0.2.8".parse().unwrap()),
        redirects: Vec::new(),
        certificate: None,
        end: End::Answered(answer),
    }
}

fn html() -> Answer {
    Answer {
        status: 200,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        ..Answer::default()
    }
}

fn judged_at(chat: &str, seen: &Observation, said: &Handshakes) -> Vec<String> {
    let chat = Origin::parse(chat).unwrap();
    let from = Viewpoint {
        chat: &chat,
        now: Timestamp::from_micros(NOW),
        proxied: false,
    };
    judge(seen, &from, said)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn judged(seen: &Observation) -> Vec<String> {
    judged_at(CHAT, seen, &Handshakes::default())
}

fn codes(seen: &Observation, chat: &str) -> Vec<FindingCode> {
    let chat = Origin::parse(chat).unwrap();
    let from = Viewpoint {
        chat: &chat,
        now: Timestamp::from_micros(NOW),
        proxied: false,
    };
    judge(seen, &from, &Handshakes::default())
        .iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn a_page_that_browsers_show_has_no_findings() {
    assert_eq!(judged(&page(html())), Vec::<String>::new());
    assert_eq!(severity(&[]), Severity::Ok);
}

#[test]
fn the_sentence_names_the_header_to_change() {
    let policies = |policy: &str| Answer {
        security_policies: vec![policy.to_owned()],
        ..html()
    };
    for (answer, sentence) in [
        (
            policies("frame-ancestors https://other.example"),
            "Add https://chat.bank.example to frame-ancestors in the page's Content-Security-Policy header.",
        ),
        (
            policies("frame-ancestors 'none'"),
            "Replace 'none' by https://chat.bank.example in frame-ancestors in the page's Content-Security-Policy header.",
        ),
        (
            Answer {
                frame_options: vec!["SAMEORIGIN".to_owned()],
                ..html()
            },
            "Remove the header X-Frame-Options: SAMEORIGIN, or send Content-Security-Policy: frame-ancestors https://chat.bank.example, which browsers obey instead.",
        ),
        (
            Answer {
                status: 503,
                ..html()
            },
            "The page answers with status 503. Check the address, and the log of the page's server.",
        ),
        (
            Answer {
                disposition: Some("attachment; filename=\"a.html\"".to_owned()),
                ..html()
            },
            "The page is a download (Content-Disposition: attachment), which the pane does not allow. Send text/html without Content-Disposition: attachment.",
        ),
    ] {
        assert_eq!(judged(&page(answer)), [sentence]);
    }
}

#[test]
fn the_same_headers_are_judged_from_where_the_chat_is() {
    let answer = Answer {
        security_policies: vec!["frame-ancestors https://chat.bank.example".to_owned()],
        ..html()
    };
    assert_eq!(codes(&page(answer.clone()), CHAT), []);
    assert_eq!(
        codes(&page(answer), "https://chat.bank.example:8443"),
        [FindingCode::FrameAncestors]
    );
}

#[test]
fn what_keeps_the_page_away_comes_first_and_decides() {
    let answer = Answer {
        first_byte_ms: 4_000,
        frame_options: vec!["DENY".to_owned()],
        status: 500,
        ..html()
    };
    let seen = page(answer);
    assert_eq!(
        codes(&seen, CHAT),
        [
            FindingCode::HttpStatus,
            FindingCode::FrameOptions,
            FindingCode::Slow
        ]
    );
    let chat = Origin::parse(CHAT).unwrap();
    let from = Viewpoint {
        chat: &chat,
        now: Timestamp::from_micros(NOW),
        proxied: false,
    };
    assert_eq!(
        severity(&judge(&seen, &from, &Handshakes::default())),
        Severity::Fault
    );
}

#[test]
fn an_answer_is_a_page_a_download_or_neither() {
    for (content_type, expected) in [
        (Some("text/html"), None),
        (Some("TEXT/PLAIN; charset=utf-8"), None),
        (Some("application/xhtml+xml"), None),
        (Some("image/svg+xml"), None),
        (Some("application/problem+json"), None),
        (None, None),
        (Some("application/pdf"), Some(FindingCode::NotAPage)),
        (
            Some("application/octet-stream"),
            Some(FindingCode::Download),
        ),
        (Some("application/zip"), Some(FindingCode::Download)),
    ] {
        let answer = Answer {
            content_type: content_type.map(str::to_owned),
            ..html()
        };
        assert_eq!(
            codes(&page(answer), CHAT),
            Vec::from_iter(expected),
            "{content_type:?}"
        );
    }
    let inline = Answer {
        disposition: Some("inline; filename=x".to_owned()),
        ..html()
    };
    assert_eq!(codes(&page(inline), CHAT), []);
}

#[test]
fn a_status_without_a_page_is_a_fault_and_a_question_is_none() {
    for (status, expected) in [
        (200, None),
        (203, None),
        (204, Some(FindingCode::HttpStatus)),
        (304, Some(FindingCode::HttpStatus)),
        (401, Some(FindingCode::SignInAsked)),
        (403, Some(FindingCode::SignInAsked)),
        (404, Some(FindingCode::HttpStatus)),
        (500, Some(FindingCode::HttpStatus)),
    ] {
        assert_eq!(
            codes(&page(Answer { status, ..html() }), CHAT),
            Vec::from_iter(expected),
            "{status}"
        );
    }
}

#[test]
fn an_http_page_is_mixed_content_under_https_only() {
    let seen = |url: &str| Observation {
        url: url.to_owned(),
        ..page(html())
    };
    let plain = "http://prices.bank.example/";
    assert_eq!(codes(&seen(plain), CHAT), [FindingCode::MixedContent]);
    assert_eq!(codes(&seen(plain), "http://chat.bank.example"), []);
    // Browsers trust the machine itself; but it is the reader's.
    assert_eq!(
        codes(&seen("http://localhost:8080/"), CHAT),
        [FindingCode::ReadersMachine]
    );
    assert_eq!(
        codes(&seen("http://127.0.0.1:8080/"), "http://localhost:8400"),
        []
    );
}

#[test]
fn a_page_inside_the_network_is_told_apart_from_a_chat_in_the_open() {
    let inside = Observation {
        address: Some("10.0.0.7".parse().unwrap()),
        ..page(html())
    };
    assert_eq!(codes(&inside, CHAT), [FindingCode::LocalNetwork]);
    let both = Observation {
        chat_address: Some("10.0.0.8".parse().unwrap()),
        ..inside.clone()
    };
    assert_eq!(codes(&both, CHAT), []);
    let unknown = Observation {
        chat_address: None,
        ..inside
    };
    assert_eq!(codes(&unknown, CHAT), []);
}

#[test]
fn a_certificate_is_spoken_of_before_it_ends() {
    let day = 24 * 3_600 * 1_000_000;
    for (days, expected) in [
        (15, None),
        (13, Some(FindingCode::CertificateEnds)),
        (-1, Some(FindingCode::TlsExpired)),
    ] {
        let certificate = Some(Certificate {
            ends_at: NOW + days * day,
        });
        let seen = Observation {
            certificate,
            ..page(html())
        };
        assert_eq!(codes(&seen, CHAT), Vec::from_iter(expected), "{days}");
    }
    let seen = Observation {
        end: End::Failed(Failure::TlsExpired(Some(NOW))),
        ..page(html())
    };
    assert_eq!(
        judged(&seen),
        [
            "The certificate of prices.bank.example ended on 2023-11-14. Renew it on the page's server."
        ]
    );
}

#[test]
fn a_redirect_is_said_with_where_it_leads() {
    for (redirect, sentence) in [
        (
            Redirect::OffOrigin("https://login.bank.example/?next=x".to_owned()),
            "The page sends the browser on to https://login.bank.example, which the pane does not show. Register the address there, or serve the page without the redirect.",
        ),
        (
            Redirect::TooMany,
            "The page sends the browser on more than 5 times. Register the address at the end of the redirects, or mend the loop.",
        ),
    ] {
        assert_eq!(
            judged(&Observation {
                end: End::Redirected(redirect),
                ..page(html())
            }),
            [sentence]
        );
    }
}

#[test]
fn a_cookie_is_withheld_from_another_site_unless_it_is_meant_for_it() {
    let with = |header: &str| {
        page(Answer {
            cookies: Vec::from_iter(Cookie::parse(header)),
            ..html()
        })
    };
    let elsewhere = "https://chat.other.example2";
    assert_eq!(
        codes(&with("session=secret; Path=/; SameSite=Lax"), elsewhere),
        [FindingCode::CookieWithheld]
    );
    assert_eq!(
        codes(&with("session=secret; Secure"), elsewhere),
        [FindingCode::CookieWithheld]
    );
    assert_eq!(
        codes(&with("session=secret; samesite=NONE; secure"), elsewhere),
        []
    );
    // Of one site, perhaps.
    assert_eq!(codes(&with("session=secret"), CHAT), []);
    assert!(!format!("{:?}", with("session=secret")).contains("secret"));
}

#[test]
fn silence_is_spoken_of_when_the_page_can_be_framed_and_has_spoken() {
    let said = Handshakes {
        ok: 3,
        silent: 9,
        blocked: 0,
        speaks: true,
    };
    let silent = [
        "For 9 of 12 people of the last day the page was silent, though it can be framed and has spoken before. Look at its scripts in the browser's console.",
    ];
    assert_eq!(judged_at(CHAT, &page(html()), &said), silent);
    assert!(
        judged_at(
            CHAT,
            &page(html()),
            &Handshakes {
                speaks: false,
                ..said
            }
        )
        .is_empty()
    );
    assert!(judged_at(CHAT, &page(html()), &Handshakes { silent: 2, ..said }).is_empty());
    let framed_by_nobody = page(Answer {
        frame_options: vec!["DENY".to_owned()],
        ..html()
    });
    assert_eq!(judged_at(CHAT, &framed_by_nobody, &said).len(), 1);
    let blocked = Handshakes {
        blocked: 2,
        ..Handshakes::default()
    };
    assert_eq!(judged_at(CHAT, &page(html()), &blocked).len(), 1);
}

#[test]
fn a_page_that_wants_to_be_the_whole_window_is_told_that_it_is_not() {
    let breaks_out = page(Answer {
        top_navigation: Some("top.location".to_owned()),
        ..html()
    });
    assert_eq!(codes(&breaks_out, CHAT), [FindingCode::TopNavigation]);
}

#[test]
fn what_the_isolating_proxy_takes_away_is_not_spoken_of() {
    let refusing = Observation {
        url: "http://prices.bank.example/".to_owned(),
        ..page(Answer {
            frame_options: vec!["DENY".to_owned()],
            ..html()
        })
    };
    let chat = Origin::parse(CHAT).unwrap();
    let judged = |proxied| {
        let from = Viewpoint {
            chat: &chat,
            now: Timestamp::from_micros(NOW),
            proxied,
        };
        judge(&refusing, &from, &Handshakes::default()).len()
    };
    assert_eq!((judged(false), judged(true)), (2, 0));
}
