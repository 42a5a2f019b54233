//! Whether a browser lets a page be framed: `frame-ancestors` of its Content-Security-Policies (CSP Level 3, 6.4.2 and 6.7.2),
//! and `X-Frame-Options` (HTML, "the `X-Frame-Options` header"), which counts only where there is no `frame-ancestors`.

use url::Url;

/// What the headers of a page say about being framed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// It may.
    Allowed,
    /// The first `frame-ancestors` that forbids it, as it is written.
    Ancestors(String),
    /// `X-Frame-Options` forbids it, with this value.
    Options(String),
}

/// Asks the headers of a page at `page`, for a chat at `chat`. Both windows around the page, the broker document and the chat,
/// are of that one origin.
pub(crate) fn framing(policies: &[String], options: &[String], page: &Url, chat: &Url) -> Framing {
    let ancestors: Vec<&str> = policies
        .iter()
        .flat_map(|header| header.split(','))
        .filter_map(frame_ancestors)
        .collect();
    if let Some(forbidding) = ancestors
        .iter()
        .find(|sources| !allows(sources, page, chat))
    {
        return Framing::Ancestors((*forbidding).to_owned());
    }
    if !ancestors.is_empty() {
        return Framing::Allowed;
    }
    match forbidding_options(options, page, chat) {
        Some(value) => Framing::Options(value),
        None => Framing::Allowed,
    }
}

/// The sources of a policy's `frame-ancestors`. Of a directive that stands twice, browsers take the first.
fn frame_ancestors(policy: &str) -> Option<&str> {
    policy.split(';').find_map(|directive| {
        let directive = directive.trim_matches(is_space);
        let (name, sources) = directive.split_once(is_space).unwrap_or((directive, ""));
        name.eq_ignore_ascii_case("frame-ancestors")
            .then(|| sources.trim_matches(is_space))
    })
}

const fn is_space(c: char) -> bool {
    c.is_ascii_whitespace()
}

/// Whether one of the sources is the chat. `'none'`, and words that are no source, are none.
fn allows(sources: &str, page: &Url, chat: &Url) -> bool {
    sources.split_ascii_whitespace().any(|source| {
        if source == "*" {
            // Everything that is fetched over a network.
            return matches!(chat.scheme(), "http" | "https");
        }
        if source.eq_ignore_ascii_case("'self'") {
            return is_self(page, chat);
        }
        match source.strip_suffix(':') {
            Some(scheme) => scheme_matches(scheme, chat.scheme()),
            None => host_source_matches(source, page, chat),
        }
    })
}

/// The page's own origin, or the same host over https.
fn is_self(page: &Url, chat: &Url) -> bool {
    let default = |url: &Url| url.port().is_none();
    page.origin() == chat.origin()
        || (page.host_str() == chat.host_str()
            && scheme_matches(page.scheme(), chat.scheme())
            && (page.port_or_known_default() == chat.port_or_known_default()
                || (default(page) && default(chat))))
}

/// A source that says http takes https too.
fn scheme_matches(source: &str, scheme: &str) -> bool {
    source.eq_ignore_ascii_case(scheme)
        || (source.eq_ignore_ascii_case("http") && scheme == "https")
}

fn host_source_matches(source: &str, page: &Url, chat: &Url) -> bool {
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        // Without a scheme, that of the page.
        None => (page.scheme(), source),
    };
    // An ancestor is judged by its origin: a path is not looked at.
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    scheme_matches(scheme, chat.scheme())
        && host_matches(host, chat.host_str().unwrap_or_default())
        && port_matches(port, scheme, chat)
}

fn host_matches(source: &str, host: &str) -> bool {
    if source == "*" {
        return true;
    }
    let (source, host) = (source.to_ascii_lowercase(), host.to_ascii_lowercase());
    match source.strip_prefix('*') {
        // `*.contoso.com` has everything below contoso.com, and not contoso.com.
        Some(below) if below.starts_with('.') => host.len() > below.len() && host.ends_with(below),
        _ => !source.is_empty() && source == host,
    }
}

fn port_matches(source: Option<&str>, scheme: &str, chat: &Url) -> bool {
    match source {
        // None stands for the usual port.
        None => chat.port().is_none(),
        Some("*") => true,
        Some(port) => {
            let same = |actual: u16| port.parse() == Ok(actual);
            chat.port_or_known_default().is_some_and(same)
                // http on its usual port takes https on its own.
                || (port == "80" && scheme.eq_ignore_ascii_case("http") && chat.scheme() == "https" && chat.port().is_none())
        }
    }
}

/// The value of `X-Frame-Options` that forbids the frame. Values that browsers do not know, such as `ALLOW-FROM`, forbid
/// nothing; different values together do.
fn forbidding_options(headers: &[String], page: &Url, chat: &Url) -> Option<String> {
    let mut values: Vec<String> = headers
        .iter()
        .flat_map(|header| header.split(','))
        .map(|value| value.trim().to_ascii_lowercase())
        .collect();
    values.sort();
    values.dedup();
    let forbids = match values.as_slice() {
        [] => false,
        [value] => match value.as_str() {
            "deny" => true,
            "sameorigin" => page.origin() != chat.origin(),
            _ => false,
        },
        several => several
            .iter()
            .any(|value| matches!(value.as_str(), "deny" | "allowall" | "sameorigin")),
    };
    forbids.then(|| values.join(", ").to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "https://prices.bank.example/board";
    const CHAT: &str = "https://chat.bank.example";

    fn framed(policies: &[&str], options: &[&str], page: &str, chat: &str) -> Framing {
        let owned = |list: &[&str]| {
            list.iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        framing(
            &owned(policies),
            &owned(options),
            &page.parse().unwrap(),
            &chat.parse().unwrap(),
        )
    }

    fn allowed(sources: &str, page: &str, chat: &str) -> bool {
        framed(&[&format!("frame-ancestors {sources}")], &[], page, chat) == Framing::Allowed
    }

    #[test]
    fn a_source_is_the_chat_or_not() {
        for (sources, chat, expected) in [
            ("https://chat.bank.example", CHAT, true),
            ("HTTPS://Chat.BANK.example", CHAT, true),
            ("chat.bank.example", CHAT, true),
            ("https://chat.bank.example/path", CHAT, true),
            ("https://chat.bank.example:443", CHAT, true),
            ("https://chat.bank.example:*", CHAT, true),
            ("https://chat.bank.example:8443", CHAT, false),
            (
                "https://chat.bank.example:8443",
                "https://chat.bank.example:8443",
                true,
            ),
            (
                "https://chat.bank.example:*",
                "https://chat.bank.example:8443",
                true,
            ),
            (
                "https://chat.bank.example",
                "https://chat.bank.example:8443",
                false,
            ),
            ("http://chat.bank.example", CHAT, true),
            ("http://chat.bank.example:80", CHAT, true),
            (
                "https://chat.bank.example",
                "http://chat.bank.example",
                false,
            ),
            // Without a scheme, that of the page: https.
            ("chat.bank.example", "http://chat.bank.example", false),
            ("*.bank.example", CHAT, true),
            ("https://*.bank.example", CHAT, true),
            ("*.chat.bank.example", CHAT, false),
            ("*.bank.example", "https://bank.example", false),
            ("*.bank.example", "https://evilbank.example", false),
            ("*.example", CHAT, true),
            ("*", CHAT, true),
            ("*", "http://chat", true),
            ("*:443", CHAT, true),
            ("https://*", CHAT, true),
            ("https://*:*", "https://chat:8443", true),
            ("https:", CHAT, true),
            ("http:", CHAT, true),
            ("https:", "http://chat.bank.example", false),
            ("wss:", CHAT, false),
            ("data:", CHAT, false),
            ("'self'", CHAT, false),
            ("'self'", "https://prices.bank.example", true),
            ("'none'", CHAT, false),
            ("", CHAT, false),
            ("'none' https://chat.bank.example", CHAT, true),
            (
                "https://other.example https://chat.bank.example",
                CHAT,
                true,
            ),
            ("'unsafe-inline' nonsense", CHAT, false),
            ("localhost:8400", "http://localhost:8400", false),
            ("http://localhost:8400", "http://localhost:8400", true),
            ("http://127.0.0.1:*", "http://127.0.0.1:8400", true),
        ] {
            assert_eq!(allowed(sources, PAGE, chat), expected, "{sources:?} {chat}");
        }
    }

    #[test]
    fn a_source_without_a_scheme_takes_that_of_the_page() {
        assert!(allowed(
            "chat.bank.example",
            "http://prices.bank.example/",
            "http://chat.bank.example"
        ));
        assert!(allowed(
            "chat.bank.example",
            "http://prices.bank.example/",
            CHAT
        ));
        assert!(allowed("'self'", "http://chat.bank.example/x", CHAT));
    }

    #[test]
    fn every_policy_must_allow_it_and_of_each_its_first_directive() {
        let ours = "default-src 'self'; Frame-Ancestors https://chat.bank.example";
        assert_eq!(framed(&[ours], &[], PAGE, CHAT), Framing::Allowed);
        let none = Framing::Ancestors("'none'".to_owned());
        assert_eq!(
            framed(&[ours, "frame-ancestors 'none'"], &[], PAGE, CHAT),
            none
        );
        assert_eq!(
            framed(
                &[&format!("{ours}, frame-ancestors 'none'")],
                &[],
                PAGE,
                CHAT
            ),
            none
        );
        assert_eq!(
            framed(
                &["frame-ancestors 'none'; frame-ancestors *"],
                &[],
                PAGE,
                CHAT
            ),
            none
        );
        assert_eq!(
            framed(&["script-src 'none'; frame-src 'none'"], &[], PAGE, CHAT),
            Framing::Allowed
        );
        assert_eq!(
            framed(&["frame-ancestors"], &[], PAGE, CHAT),
            Framing::Ancestors(String::new())
        );
    }

    #[test]
    fn frame_ancestors_silences_frame_options() {
        assert_eq!(
            framed(&["frame-ancestors https:"], &["DENY"], PAGE, CHAT),
            Framing::Allowed
        );
        assert_eq!(
            framed(&["script-src https:"], &["DENY"], PAGE, CHAT),
            Framing::Options("DENY".to_owned())
        );
    }

    #[test]
    fn frame_options_are_read_as_browsers_do() {
        for (options, page, expected) in [
            (&["deny"][..], PAGE, Some("DENY")),
            (&["SAMEORIGIN"], PAGE, Some("SAMEORIGIN")),
            (&["sameorigin"], "https://chat.bank.example/x", None),
            (&["ALLOW-FROM https://other.example"], PAGE, None),
            (&["ALLOWALL"], PAGE, None),
            (&["nonsense"], PAGE, None),
            (&[""], PAGE, None),
            (&["DENY", "deny"], PAGE, Some("DENY")),
            (&["SAMEORIGIN, SAMEORIGIN"], PAGE, Some("SAMEORIGIN")),
            (
                &["SAMEORIGIN", "ALLOWALL"],
                PAGE,
                Some("ALLOWALL, SAMEORIGIN"),
            ),
            (&["one, two"], PAGE, None),
            (&[], PAGE, None),
        ] {
            let expected =
                expected.map_or(Framing::Allowed, |value| Framing::Options(value.to_owned()));
            assert_eq!(framed(&[], options, page, CHAT), expected, "{options:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(policy in ".{0,80}", options in ".{0,40}") {
            framed(&[&policy], &[&options], PAGE, CHAT);
        }

        #[test]
        fn what_names_the_chat_exactly_allows_it(
            scheme in prop::sample::select(vec!["http", "https"]),
            host in "[a-z]{1,8}(\\.[a-z]{1,8}){0,2}",
            port in prop::option::of(1_024_u16..),
            before in "[a-z' ]{0,20}",
        ) {
            let chat = match port {
                Some(port) => format!("{scheme}://{host}:{port}"),
                None => format!("{scheme}://{host}"),
            };
            let sources = format!("{before} {chat}");
            prop_assert!(allowed(&sources, PAGE, &chat));
            let other = format!("{scheme}://x{host}");
            prop_assert!(!allowed(&chat, PAGE, &other));
        }
    }
}
