//! What the proxy itself says to whoever looks at a page, in their language: a frame has no client of ours that would translate it.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use perch_domain::{Class, Code, Refusal};

/// What is said instead of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// No site has this name.
    NoPage,
    /// Another site asks, or a service worker.
    Foreign,
    /// The pass or the session has ended.
    Ended,
    /// The person may not see it, or it is not shown this way any more.
    NotShown,
    /// The kill switch.
    Disabled,
    /// Requests come too fast.
    TooFast,
    /// So many WebSockets are open already.
    TooManySockets,
    /// A request has too much to say.
    TooLarge,
    /// A redirect to another server.
    Elsewhere,
    /// The page's server cannot be reached, or answered with what is no answer.
    Unanswered,
    /// We ourselves cannot tell.
    Unavailable,
}

/// How it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// French is asked for before English.
    french: bool,
    /// To be looked at, and not read by a script.
    page: bool,
}

impl Manner {
    pub(super) fn of(asked: &HeaderMap) -> Self {
        let accepted = asked.get_all(header::ACCEPT).iter();
        let mut accepted = accepted.filter_map(|value| value.to_str().ok());
        Self {
            french: weight(asked, "fr") > weight(asked, "en"),
            page: accepted.any(|value| value.contains("text/html")),
        }
    }
}

/// How much a language is wanted (RFC 9110 12.5.4); 0: not at all.
fn weight(asked: &HeaderMap, language: &str) -> f32 {
    let wanted = asked.get_all(header::ACCEPT_LANGUAGE).iter();
    let wanted = wanted.filter_map(|value| value.to_str().ok());
    let weights = wanted
        .flat_map(|value| value.split(','))
        .filter_map(|part| {
            let (range, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let primary = range.trim().split('-').next()?;
            let weight = weight.trim().strip_prefix("q=")?.parse().ok();
            weight.filter(|_| primary.eq_ignore_ascii_case(language))
        });
    weights.fold(0.0, f32::max)
}

impl Said {
    /// Status, English, French.
    const fn words(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoPage => (
                StatusCode::NOT_FOUND,
                "No page is shown at this address.",
                "Aucune page n’est affichée à cette adresse.",
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "This page answers to itself only.",
                "Cette page ne répond qu’à elle-même.",
            ),
            Self::Ended => (
                StatusCode::FORBIDDEN,
                "This page is shown inside the chat only. Open it there again.",
                "Cette page ne s’affiche que dans la messagerie. Rouvrez-la là-bas.",
            ),
            Self::NotShown => (
                StatusCode::FORBIDDEN,
                "This page is not shown to you here, or not any more.",
                "Cette page ne vous est pas affichée ici, ou ne l’est plus.",
            ),
            Self::Disabled => (
                StatusCode::FORBIDDEN,
                "An administrator has disabled this add-in.",
                "Un administrateur a désactivé ce complément.",
            ),
            Self::TooFast => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests at once. Wait a moment, then reload the page.",
                "Trop de demandes à la fois. Attendez un instant, puis rechargez la page.",
            ),
            Self::TooManySockets => (
                StatusCode::TOO_MANY_REQUESTS,
                "This page has too many connections open. Close some.",
                "Cette page a trop de connexions ouvertes. Fermez-en.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is more than may be sent through the chat.",
                "C’est plus que ce qui peut être envoyé par la messagerie.",
            ),
            Self::Elsewhere => (
                StatusCode::BAD_GATEWAY,
                "This page leads to another server, which is not shown here.",
                "Cette page mène à un autre serveur, qui n’est pas affiché ici.",
            ),
            Self::Unanswered => (
                StatusCode::BAD_GATEWAY,
                "The server of this page gave no answer. Reload it later; an administrator sees why in the Control Panel.",
                "Le serveur de cette page n’a pas répondu. Rechargez-la plus tard ; un administrateur voit pourquoi dans le Panneau de configuration.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The chat cannot show this page at the moment. Reload it later.",
                "La messagerie ne peut pas afficher cette page en ce moment. Rechargez-la plus tard.",
            ),
        }
    }

    pub(super) fn in_manner(self, manner: Manner) -> Response {
        let (status, english, french) = self.words();
        let (language, words) = if manner.french {
            ("fr", french)
        } else {
            ("en", english)
        };
        let head = [
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_LANGUAGE, language),
        ];
        if !manner.page {
            return (status, head, words).into_response();
        }
        // In light and dark alike, and loading nothing.
        let html = format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{words}</title>\n\
             <style>:root {{ color-scheme: light dark; font: 0.875rem/1.5 system-ui, sans-serif }} \
             main {{ max-width: 30rem; margin: 20vh auto 0; padding: 0 1.5rem; text-align: center; text-wrap: balance }}</style>\n\
             </head>\n<body><main><p>{words}</p></main></body>\n</html>\n"
        );
        let html_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (status, head, html_type, html).into_response()
    }
}

impl From<&Refusal> for Said {
    fn from(refusal: &Refusal) -> Self {
        match (refusal.code, refusal.code.class()) {
            (Code::PaneEnded | Code::NotSignedIn, _) => Self::Ended,
            (Code::AddinDisabled, _) => Self::Disabled,
            (_, Class::Unavailable) => Self::Unavailable,
            _ => Self::NotShown,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_that_is_wanted_more_is_spoken_and_english_where_neither_is() {
        for (asked, french) in [
            ("fr", true),
            ("fr-CA,fr;q=0.9,en;q=0.8", true),
            ("de, en;q=0.3, FR;q=0.5", true),
            ("en-GB,en;q=0.9,fr;q=0.8", false),
            ("fr;q=0, de", false),
            ("fr;q=much", false),
            ("de", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked));
            assert_eq!(Manner::of(&headers).french, french, "{asked}");
        }
    }
}
