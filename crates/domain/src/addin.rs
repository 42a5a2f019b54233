//! Add-ins: a name and a URL that an administrator registered in one pool. A room of that pool may use one.

use std::fmt;

use url::Url;

use crate::grant::Grants;
use crate::id::{AddinId, Revision};
use crate::intent::Intents;
use crate::limits::ADDIN_URL_BYTES_MAX;
use crate::name::Name;
use crate::pool::PoolFqdn;
use crate::refusal::{Code, Refusal};
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::webhook::Webhook;

/// The variables that a URL may contain, as `{room.id}`; RFC 6570 level 1, in path, query and fragment only.
pub const VARIABLES: [&str; 6] = ["room.id", "room.name", "pool", "locale", "theme", "addin"];

/// A web origin, `scheme://host:port` with a default port left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of an address.
    ///
    /// # Errors
    /// `InvalidUrl` unless it is an absolute http or https URL with a plain host. An origin stands in the policy of the
    /// add-in's frame, where `*`, `;` and their like would mean something.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let plain = |c: char| {
                    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '[' | ']' | ':')
                };
                if url.host_str().is_some_and(|host| host.chars().all(plain)) {
                    return Ok(Self(url.origin().ascii_serialization()));
                }
                Err(invalid(
                    "The host of the URL may have letters, digits, dots, hyphens and underscores only; check it.",
                ))
            }
            _ => Err(invalid("Give an absolute http or https address.")),
        }
    }

    /// As a browser writes it in an `Origin` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of an add-in's page: absolute, `http` or `https`, at most 2,048 bytes, without credentials, not on the
/// chat's own origin. Kept as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AddinUrl(String);

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::InvalidUrl, detail).of("url")
}

impl AddinUrl {
    /// Checks an address; `own` is where the chat itself is served.
    ///
    /// # Errors
    /// `InvalidUrl`, with a sentence for each way in which an address can be wrong.
    pub fn parse(text: &str, own: &Origin) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(invalid(
                "Give a URL, such as https://intranet.contoso.com/page.",
            ));
        }
        if text.len() > ADDIN_URL_BYTES_MAX {
            return Err(invalid(format!(
                "The URL has {} bytes; shorten it to {ADDIN_URL_BYTES_MAX} or fewer.",
                text.len()
            ))
            .with("max", ADDIN_URL_BYTES_MAX));
        }
        if text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err(invalid(
                "The URL contains spaces, backslashes or control characters; remove or encode them.",
            ));
        }
        let authority = text
            .split_once("://")
            .filter(|(scheme, _)| {
                scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
            })
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
            .ok_or_else(|| invalid("Only absolute addresses that start with http:// or https:// can be registered."))?;
        if authority.is_empty() {
            return Err(invalid(
                "The URL has no host; write it as https://host/page.",
            ));
        }
        if authority.contains(['{', '}']) {
            return Err(invalid(
                "Variables may stand in the path, query or fragment of the URL, not in its host or port.",
            ));
        }
        let example = expand_with(text, |_| Some("x".to_owned()))?;
        let url = Url::parse(&example).map_err(|cause| {
            invalid(format!(
                "This is not a valid URL: {cause}. Check the address."
            ))
        })?;
        if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
            return Err(invalid(
                "The URL contains a user name or password; remove them, everybody in the room would see them.",
            ));
        }
        if Origin::parse(&example)? == *own {
            return Err(invalid(
                "The URL is on the chat's own address, where a page could act as the person who opens it; serve the add-in from another host or port.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// An address that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin whose page may be shown. `None` for bad data from elsewhere (reference 2.2).
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        let example = expand_with(&self.0, |_| Some("x".to_owned())).ok()?;
        Origin::parse(&example).ok()
    }

    /// The address with its variables filled in, in one pass, each value percent-encoded (RFC 6570, 3.2.2).
    ///
    /// # Errors
    /// `InvalidUrl` for an unknown variable or an unmatched brace, which only bad data from elsewhere can have.
    pub fn expand(&self, values: &[(&str, &str)]) -> Result<String, Refusal> {
        expand_with(&self.0, |name| {
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| encode(value))
        })
    }

    /// The address with an example in place of each variable but language and theme, for where there is no room: a preview, a
    /// check.
    ///
    /// # Errors
    /// As [`AddinUrl::expand`].
    pub fn example(&self, locale: &str, theme: &str) -> Result<String, Refusal> {
        self.expand(&[
            ("room.id", "00000000-0000-0000-0000-000000000000"),
            ("room.name", "Preview"),
            ("pool", "pool"),
            ("locale", locale),
            ("theme", theme),
            ("addin", "Preview"),
        ])
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn expand_with(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Refusal> {
    let mut expanded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        expanded.push_str(before);
        let (name, tail) = after.split_once('}').ok_or_else(|| {
            invalid("The URL has a { without a }; close the variable or encode the brace as %7B.")
        })?;
        if !VARIABLES.contains(&name) {
            return Err(invalid(format!(
                "{{{name}}} is not a known variable; use one of {{{}}}.",
                VARIABLES.join("}, {")
            ))
            .with("variable", name));
        }
        expanded.push_str(&value(name).unwrap_or_default());
        rest = tail;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// A registered add-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addin {
    /// What rooms keep.
    pub id: AddinId,
    /// The pool that owns it, for good.
    pub pool: PoolFqdn,
    /// Unique in the pool.
    pub name: Name,
    /// Its page.
    pub url: AddinUrl,
    /// The most that it may do; a room's manager may withhold some of it.
    pub granted: Grants,
    /// What its page has asked for beyond that.
    pub requested: Grants,
    /// An administrator granted it that at the origin where it is. `false`: it moved since, and may do nothing.
    pub approved: bool,
    /// It is not shown, and may do nothing.
    pub disabled: bool,
    /// What its page can be asked to do by other pages.
    pub intents: Intents,
    /// Its page is shown through the isolating proxy, on an origin of its own below ours.
    pub proxied: bool,
    /// Origins that the page may reach besides its own then.
    pub proxied_hosts: Vec<Origin>,
    /// Of which the pseudonyms are made by which it knows people. Never leaves the deployment.
    pub secret: Secret<[u8; 32]>,
    /// Where its back end is told what is posted in its rooms.
    pub webhook: Option<Webhook>,
    /// Counts its changes.
    pub revision: Revision,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Addin {
    /// Moves it to another address. On another origin it is somebody else's page: what was granted waits for approval.
    pub fn repoint(&mut self, url: AddinUrl) {
        if url.origin() != self.url.origin() {
            self.approved = false;
            self.requested = Grants::NONE;
        }
        self.url = url;
    }

    /// Grants it the most that it may do, at the origin where it is.
    pub fn grant(&mut self, granted: Grants) {
        self.granted = granted.whole();
        let asked = self.requested.iter();
        self.requested = asked.filter(|it| !self.granted.has(*it)).collect();
        self.approved = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Origin {
        Origin::parse("https://chat.contoso.example/").unwrap()
    }

    #[test]
    fn the_shared_table_of_addresses_is_judged_as_it_says() {
        let fixtures: serde_json::Value =
            serde_json::from_str(include_str!("../../../api/fixtures/addin-url.json")).unwrap();
        let own = Origin::parse(fixtures["own_origin"].as_str().unwrap()).unwrap();
        for case in fixtures["cases"].as_array().unwrap() {
            let url = match case["repeat"].as_u64() {
                Some(times) => format!(
                    "{}{}",
                    case["url"].as_str().unwrap(),
                    "x".repeat(usize::try_from(times).unwrap())
                ),
                None => case["url"].as_str().unwrap().to_owned(),
            };
            assert_eq!(
                AddinUrl::parse(&url, &own).is_ok(),
                case["accepted"].as_bool().unwrap(),
                "{case}"
            );
        }
    }

    #[test]
    fn a_host_that_would_mean_something_in_a_policy_is_refused() {
        for url in [
            "https://*/",
            "https://*.a.example/",
            "https://a;script-src/",
            "https://a,b/",
            "https://'self'/",
            "https://a%3Bb/",
        ] {
            assert!(AddinUrl::parse(url, &own()).is_err(), "{url}");
            assert_eq!(AddinUrl::stored(url.to_owned()).origin(), None, "{url}");
        }
        for url in [
            "https://a_b.example/",
            "https://[::1]:8443/",
            "https://bücher.example/",
        ] {
            assert!(AddinUrl::parse(url, &own()).is_ok(), "{url}");
        }
    }

    #[test]
    fn variables_are_filled_in_once_and_encoded() {
        let url =
            AddinUrl::parse("https://a.example/{room.id}?n={room.name}#{theme}", &own()).unwrap();
        let expanded = url
            .expand(&[
                ("room.id", "7"),
                ("room.name", "{theme} & co"),
                ("theme", "dark"),
            ])
            .unwrap();
        assert_eq!(
            expanded,
            "https://a.example/7?n=%7Btheme%7D%20%26%20co#dark"
        );
    }

    #[test]
    fn another_origin_waits_for_approval_and_another_page_of_the_same_does_not() {
        let now = Timestamp::from_micros(0);
        let url = |text| AddinUrl::parse(text, &own()).unwrap();
        let mut addin = Addin {
            id: AddinId::new(now),
            pool: PoolFqdn::stored("pool".to_owned()),
            name: Name::stored("Prices".to_owned()),
            url: url("https://a.example/{theme}"),
            granted: Grants::DEFAULT,
            requested: Grants::NONE,
            approved: true,
            disabled: false,
            intents: Intents::default(),
            proxied: false,
            proxied_hosts: Vec::new(),
            secret: Secret([0; 32]),
            webhook: None,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
        };
        addin.repoint(url("https://a.example:443/other"));
        assert!(addin.approved);
        addin.repoint(url("http://a.example/other"));
        assert!(!addin.approved);
        assert_eq!(addin.granted_in(Grants::NONE), Grants::NONE);
        addin.grant(addin.granted);
        assert_eq!(addin.granted_in(Grants::NONE), Grants::DEFAULT);
    }

    #[test]
    fn the_origin_is_that_of_the_page() {
        let url = AddinUrl::parse("https://A.example:443/{addin}", &own()).unwrap();
        assert_eq!(url.origin().unwrap().as_str(), "https://a.example");
        assert_eq!(AddinUrl::stored("not a url".into()).origin(), None);
    }
}
