//! What is found out about a page: a stable code with its values, and one sentence that says what to change.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is, from good to bad; the worst of a page is its health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pane shows the page.
    Ok,
    /// The pane may show the page, or will not for long, or not to everybody.
    Warning,
    /// The pane does not show the page.
    Fault,
}

macro_rules! findings {
    ($($(#[$doc:meta])+ $code:ident: $severity:ident, $sentence:literal),+ $(,)?) => {
        /// A stable code of a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum FindingCode { $($(#[$doc])+ $code),+ }

        impl FindingCode {
            /// Every code, in the order in which findings are shown.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// The code as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code)),+ }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity),+ }
            }

            /// What is found and what to do, in English, with names in braces where values stand.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$code => $sentence),+ }
            }
        }
    };
}

findings! {
    /// The address cannot be read, or has no host.
    BadUrl: Fault, "The address cannot be read. Register an absolute http or https address.",
    /// The host has no address.
    NameUnknown: Fault, "The name {host} has no address. Check the host in the address, or add the name to your DNS.",
    /// The host leads to an address that is never connected to.
    AddressForbidden: Fault, "{host} leads to {address}, where no page of an add-in can be. Point the name to the page's own server.",
    /// Nobody answers.
    Unreachable: Fault, "Nothing answers at {host}: {cause}. Start the page's server, or let this one through the firewall.",
    /// It took too long.
    TimedOut: Fault, "The page did not answer within {seconds} seconds. Look at its server, or at the firewall before it.",
    /// The certificate has ended.
    TlsExpired: Fault, "The certificate of {host} ended on {date}. Renew it on the page's server.",
    /// The certificate begins later.
    TlsNotYetValid: Fault, "The certificate of {host} begins on {date} only. Install one that holds now, or correct the server's clock.",
    /// The certificate is for other names.
    TlsWrongName: Fault, "The certificate is not for {host}. Install one with that name, or register the address that it names.",
    /// Another fault of the encryption.
    TlsFailed: Fault, "No encrypted connection to {host} came about: {cause}. Check the TLS settings of the page's server.",
    /// What came was no HTTP, or broke off.
    AnswerBroken: Fault, "{host} gave no whole HTTP answer: {cause}. Look at the log of the page's server.",
    /// A redirect to another origin.
    RedirectOffOrigin: Fault, "The page sends the browser on to {origin}, which the pane does not show. Register the address there, or serve the page without the redirect.",
    /// A redirect to another scheme.
    RedirectOtherScheme: Fault, "The page sends the browser on to {url}, another scheme. Register that address.",
    /// Redirects without end.
    RedirectTooMany: Fault, "The page sends the browser on more than {max} times. Register the address at the end of the redirects, or mend the loop.",
    /// A redirect without a usable address.
    RedirectNowhere: Fault, "The page sends the browser on without saying where. Correct the Location header.",
    /// The status says that there is no page.
    HttpStatus: Fault, "The page answers with status {status}. Check the address, and the log of the page's server.",
    /// `frame-ancestors` without the chat.
    FrameAncestors: Fault, "Add {origin} to frame-ancestors in the page's Content-Security-Policy header.",
    /// `frame-ancestors 'none'`, or empty.
    FrameAncestorsNone: Fault, "Replace 'none' by {origin} in frame-ancestors in the page's Content-Security-Policy header.",
    /// `X-Frame-Options`.
    FrameOptions: Fault, "Remove the header X-Frame-Options: {value}, or send Content-Security-Policy: frame-ancestors {origin}, which browsers obey instead.",
    /// An http page under an https chat.
    MixedContent: Fault, "Browsers do not show an http page inside a chat that is https. Serve the page over https, or isolate it.",
    /// A download instead of a page.
    Download: Fault, "The page is a download ({cause}), which the pane does not allow. Send text/html without Content-Disposition: attachment.",
    /// A type that the frame does not show.
    NotAPage: Fault, "Browsers do not show {type} in the pane. Register a page with the Content-Type text/html.",
    /// Nobody who is known vouches for the certificate.
    TlsUnknownIssuer: Warning, "Nobody whom this server knows vouches for the certificate of {host}. Send the whole chain, and add your authority to this server's store and to the browsers'.",
    /// The page asks who is there.
    SignInAsked: Warning, "The page asks who is there (status {status}), so that nothing more can be said of it. Let the browser sign in without a window of its own.",
    /// Clients were shown something else.
    Blocked: Warning, "For {blocked} of {all} people of the last day the page went to another address, which the pane does not show. Keep it on its own origin.",
    /// A page that speaks was silent.
    Silent: Warning, "For {silent} of {all} people of the last day the page was silent, though it can be framed and has spoken before. Look at its scripts in the browser's console.",
    /// It wants to be the whole window.
    TopNavigation: Warning, "A script of the page moves the whole window ({call}), which the pane does not allow, so that it may stay empty. Leave that out when the page is framed.",
    /// The page is on the machine of whoever looks.
    ReadersMachine: Warning, "{host} is each reader's own machine, and not this server. Register the name of the machine that has the page.",
    /// A page inside the network, under a chat in the open.
    LocalNetwork: Warning, "The page is inside the network ({address}) and the chat is not: browsers ask before they go there, or refuse. Serve both inside, or both in the open.",
    /// The certificate ends soon.
    CertificateEnds: Warning, "The certificate of {host}, or one of those that signed it, ends on {date}. Renew it before.",
    /// A cookie that the frame never gets back.
    CookieWithheld: Warning, "Browsers do not send the cookie {name} from within the pane. Set it with SameSite=None; Secure, or do without.",
    /// It answers late.
    Slow: Warning, "The page took {ms} ms to begin its answer. Readers wait as long each time; look at its server.",
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// For machines and translations.
    pub code: FindingCode,
    /// The values of its sentence.
    pub params: Vec<(&'static str, String)>,
}

impl Finding {
    pub(crate) fn new(code: FindingCode, params: &[(&'static str, &dyn fmt::Display)]) -> Self {
        Self {
            code,
            params: params
                .iter()
                .map(|(name, value)| (*name, value.to_string()))
                .collect(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One pass: a value with braces in it stays as it is.
        let mut rest = self.code.sentence();
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            let value = self.params.iter().find(|(known, _)| *known == name);
            f.write_str(value.map_or("", |(_, value)| value))?;
            rest = tail;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_its_values_in_their_places_once() {
        let finding = Finding::new(
            FindingCode::FrameOptions,
            &[
                ("value", &"{origin}"),
                ("origin", &"https://chat.bank.example"),
            ],
        );
        assert_eq!(
            finding.to_string(),
            "Remove the header X-Frame-Options: {origin}, or send Content-Security-Policy: frame-ancestors \
             https://chat.bank.example, which browsers obey instead."
        );
    }

    #[test]
    fn every_code_is_a_sentence_that_the_guide_and_both_languages_have() {
        let guide = include_str!("../../../docs/guide/addin-health.md");
        let languages = [
            include_str!("../../../web/src/i18n/en/health.json"),
            include_str!("../../../web/src/i18n/fr/health.json"),
        ]
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
        for code in FindingCode::ALL {
            assert!(code.sentence().ends_with('.'), "{code}");
            assert!(
                guide.contains(&format!("| `{code}` |")),
                "the guide lacks {code}"
            );
            for texts in &languages {
                let text = texts[code.as_str()].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "a language lacks {code}");
                let names = |text: &str, open: &str, close: &str| {
                    let mut names: Vec<String> = text
                        .split(open)
                        .skip(1)
                        .map(|part| part.split(close).next().unwrap().to_owned())
                        .collect();
                    names.sort();
                    names
                };
                assert_eq!(
                    names(text, "{{", "}}"),
                    names(code.sentence(), "{", "}"),
                    "{code}: {text}"
                );
            }
        }
        for code in FindingCode::ALL {
            let english = languages[0][code.as_str()].as_str().unwrap();
            let same = english
                .replace('’', "'")
                .replace("{{", "{")
                .replace("}}", "}");
            assert_eq!(same, code.sentence(), "{code}");
        }
    }
}
