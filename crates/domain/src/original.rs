//! What an author had typed, where the room's add-in replaced it before it was posted (reference 4.4, outgoing message
//! filter). Kept for compliance: the conversation itself has only what was posted, and by which add-in.

use crate::message::Draft;
use crate::refusal::Refusal;
use crate::trigger::Detector;

/// A text as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    text: String,
    title: Option<String>,
}

impl Original {
    /// Checks a typed text by the rules of any message: what could not have been posted cannot have been replaced.
    ///
    /// # Errors
    /// Those of [`Draft::parse`], about the field `original`.
    pub fn parse(text: &str, title: Option<&str>) -> Result<Self, Refusal> {
        let draft = Draft::parse(text, false, title, &Detector::default())
            .map_err(|refusal| refusal.of("original"))?;
        Ok(Self {
            text: draft.text().to_owned(),
            title: draft.title().map(str::to_owned),
        })
    }

    /// An original that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String, title: Option<String>) -> Self {
        Self { text, title }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A story's title, as it was typed.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Code;

    #[test]
    fn what_could_not_have_been_posted_cannot_have_been_replaced() {
        let kept = Original::parse("sell it ", Some("Order")).unwrap();
        assert_eq!((kept.text(), kept.title()), ("sell it", Some("Order")));
        let refused = Original::parse(" ", None).unwrap_err();
        assert_eq!(
            (refused.code, refused.field),
            (Code::EmptyMessage, Some("original"))
        );
    }
}
