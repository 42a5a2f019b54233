//! The isolating proxy: where an add-in's page is served by us, on an origin that it shares with nobody, and what it may reach
//! from there.

use uuid::Uuid;

use crate::addin::Origin;
use crate::id::AddinId;
use crate::refusal::{Code, Refusal};

/// Origins that one page may reach besides its own.
pub const HOSTS_MAX: usize = 16;

/// One add-in's page from one server. When the add-in moves to another server it is another site, so that what browsers kept of
/// the former page, its cookies above all, is not the next one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    addin: AddinId,
    server: u32,
}

impl Site {
    /// The site of an add-in whose page is at an origin.
    #[must_use]
    pub fn of(addin: AddinId, server: &Origin) -> Self {
        let server = Uuid::new_v5(&addin.0, server.as_str().as_bytes());
        let (server, ..) = server.as_fields();
        Self { addin, server }
    }

    /// The add-in.
    #[must_use]
    pub const fn addin(self) -> AddinId {
        self.addin
    }
}

/// Where the pages of proxied add-ins are: below one host, each on a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyHost {
    /// `https://`, as the chat has it.
    scheme: String,
    /// `addins.bank.example`.
    host: String,
    /// `:8443`: the chat's own port, if that is none that goes without saying.
    port: String,
}

impl ProxyHost {
    /// A host below which the pages are, for a chat at an origin.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no name of a host, for a chat by http anywhere but on this machine, and for the chat's own
    /// host and any below it: a page there could set cookies for the chat.
    pub fn parse(host: &str, chat: &Origin) -> Result<Self, Refusal> {
        let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
        let invalid = |detail: &str| Err(Refusal::new(Code::InvalidArgument, detail));
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if host.len() > 200
            || !host.split('.').all(label)
            || host.parse::<std::net::Ipv4Addr>().is_ok()
        {
            return invalid("Give the name of a host, such as addins.bank.example.");
        }
        let (scheme, rest) = chat.as_str().split_once("://").unwrap_or_default();
        if scheme != "https" && !host.ends_with(".localhost") {
            return invalid(
                "Serve the chat by https first: by http, browsers do not keep the cookie with which a page is shown.",
            );
        }
        let (chat_host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(port))
            }
            _ => (rest, None),
        };
        // "localhost" is no site: what is below it shares nothing with it.
        if host == chat_host
            || (chat_host != "localhost" && host.ends_with(&format!(".{chat_host}")))
        {
            return invalid(
                "Give a host that is not the chat's own, nor below it: pages there could set cookies for the chat.",
            );
        }
        Ok(Self {
            scheme: format!("{scheme}://"),
            host,
            port: port.map_or_else(String::new, |port| format!(":{port}")),
        })
    }

    /// The origin of a site.
    #[must_use]
    pub fn origin_of(&self, site: Site) -> String {
        let Self { scheme, host, port } = self;
        let Site { addin, server } = site;
        format!("{scheme}{}-{server:08x}.{host}{port}", addin.0.simple())
    }

    /// The same for its WebSockets.
    #[must_use]
    pub fn sockets_of(&self, site: Site) -> String {
        self.origin_of(site).replacen("http", "ws", 1)
    }

    /// Whether a `Host` header asks for this host or anything below it, where nothing of the chat is.
    #[must_use]
    pub fn covers(&self, asked: &str) -> bool {
        let asked = asked.to_ascii_lowercase();
        let name = asked.split(':').next().unwrap_or_default();
        let above = name.trim_end_matches('.').strip_suffix(&self.host);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// The site that a `Host` header asks for, if it is written as its origin is. Proxies leave out the port.
    #[must_use]
    pub fn site_at(&self, asked: &str) -> Option<Site> {
        let name = asked.split(':').next().unwrap_or_default();
        let (label, _) = name.split_once('.')?;
        let (addin, server) = label.split_once('-')?;
        let site = Site {
            addin: AddinId(Uuid::try_parse(addin).ok()?),
            server: u32::from_str_radix(server, 16).ok()?,
        };
        let origin = self.origin_of(site);
        let written = origin.strip_prefix(&self.scheme)?;
        let written = written.strip_suffix(&self.port)?;
        written.eq_ignore_ascii_case(name).then_some(site)
    }
}

/// Origins that a page may reach besides its own, as they are typed.
///
/// # Errors
/// `InvalidArgument` for too many; `InvalidUrl` for what is no origin; the chat's own is refused too.
pub fn hosts(texts: &[String], chat: &Origin) -> Result<Vec<Origin>, Refusal> {
    if texts.len() > HOSTS_MAX {
        let detail = format!("A page may reach {HOSTS_MAX} other hosts; name fewer.");
        return Err(Refusal::new(Code::InvalidArgument, detail).of("proxied_hosts"));
    }
    let origin = |text: &String| {
        let origin = Origin::parse(text.trim()).map_err(|refusal| refusal.of("proxied_hosts"))?;
        if origin == *chat {
            let detail = "A page may not reach the chat as its own reader; take the chat's address out of the list.";
            return Err(Refusal::new(Code::InvalidUrl, detail).of("proxied_hosts"));
        }
        Ok(origin)
    };
    texts.iter().map(origin).collect()
}

/// The policy of a proxied page: itself, its WebSockets, what was declared, and nothing else; to be framed by the chat only.
#[must_use]
pub fn policy(sockets: &str, hosts: &[Origin], chat: &Origin) -> String {
    let declared: String = hosts.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'self' {sockets} 'unsafe-inline' 'unsafe-eval' data: blob:{declared}; frame-src 'self'{declared}; \
         form-action 'self'{declared}; object-src 'none'; base-uri 'self'; frame-ancestors {chat}"
    )
}

/// The same as a `Connection-Allowlist`, for the browsers that know it: it holds for what no security policy does, such as WebRTC
/// and names that are looked up ahead. Where a redirect may lead is the policy's.
#[must_use]
pub fn connections(sockets: &str, hosts: &[Origin]) -> String {
    let declared: String = hosts
        .iter()
        .map(|origin| format!(" \"{origin}\""))
        .collect();
    format!("(response-origin \"{sockets}\"{declared}); webrtc=block; redirects=allow")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Origin {
        Origin::parse("https://chat.bank.example:8443").unwrap()
    }

    #[test]
    fn each_add_in_has_a_name_of_its_own_below_the_host() {
        let host = ProxyHost::parse("Addins.Bank.Example.", &chat()).unwrap();
        let prices = Origin::parse("http://prices.bank.example").unwrap();
        let site = Site::of(AddinId(Uuid::from_u128(7)), &prices);
        let origin = host.origin_of(site);
        let name = origin.strip_prefix("https://").unwrap();
        let (label, rest) = name.split_once('.').unwrap();
        assert!(
            label.starts_with("00000000000000000000000000000007-") && label.len() == 41,
            "{label}"
        );
        assert_eq!(rest, "addins.bank.example:8443");
        assert_eq!(host.sockets_of(site), format!("wss://{name}"));
        assert_eq!(host.site_at(&name.to_uppercase()), Some(site));
        let portless = format!("{label}.addins.bank.example");
        assert_eq!(host.site_at(&portless), Some(site));
        for other in [
            "addins.bank.example:8443".to_owned(),
            format!("{label}.evil.addins.bank.example:8443"),
            format!("{label}.addins.bank.example.:8443"),
            format!("+{label}.addins.bank.example:8443"),
            "00000000000000000000000000000007.addins.bank.example:8443".to_owned(),
        ] {
            assert_eq!(host.site_at(&other), None, "{other}");
            assert!(host.covers(&other), "{other}");
        }
        for chats in [
            "chat.bank.example:8443",
            "bank.example",
            "myaddins.bank.example",
            "addins.bank.example.evil.example",
            "",
        ] {
            assert!(!host.covers(chats), "{chats}");
        }
    }

    #[test]
    fn an_add_in_that_moves_to_another_server_is_another_site() {
        let addin = AddinId(Uuid::from_u128(7));
        let at = |server: &str| Site::of(addin, &Origin::parse(server).unwrap());
        assert_eq!(at("http://prices.example"), at("http://prices.example/"));
        assert_ne!(at("http://prices.example"), at("https://prices.example"));
        assert_ne!(at("http://prices.example"), at("http://vendor.example"));
    }

    #[test]
    fn the_chats_own_host_and_those_below_it_are_refused() {
        for bad in [
            "chat.bank.example",
            "addins.chat.bank.example",
            "",
            "a b",
            "10.0.0.1",
            "*.bank.example",
        ] {
            assert!(ProxyHost::parse(bad, &chat()).is_err(), "{bad}");
        }
        let local = Origin::parse("http://localhost:8400").unwrap();
        assert!(ProxyHost::parse("addins.localhost", &local).is_ok());
        let plain = Origin::parse("http://chat.bank.example").unwrap();
        assert!(ProxyHost::parse("addins.bank.example", &plain).is_err());
    }

    #[test]
    fn a_page_reaches_itself_and_what_was_declared() {
        let declared = hosts(&["https://prices.example/".to_owned()], &chat()).unwrap();
        let sockets = "wss://7.addins.bank.example";
        let policy = policy(sockets, &declared, &chat());
        assert!(policy.starts_with("default-src 'self' wss://7.addins.bank.example 'unsafe-inline' 'unsafe-eval' data: blob: https://prices.example;"), "{policy}");
        assert!(
            policy.ends_with("frame-ancestors https://chat.bank.example:8443"),
            "{policy}"
        );
        assert_eq!(
            connections(sockets, &declared),
            "(response-origin \"wss://7.addins.bank.example\" \"https://prices.example\"); webrtc=block; redirects=allow"
        );
        assert!(hosts(&["https://chat.bank.example:8443".to_owned()], &chat()).is_err());
        assert!(hosts(&["javascript:alert(1)".to_owned()], &chat()).is_err());
        assert!(hosts(&vec!["https://a.example".to_owned(); 17], &chat()).is_err());
    }
}
