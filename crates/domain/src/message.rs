//! Messages: regular, alert (high importance) and story; plain text.

use crate::card::{Card, Version};
use crate::id::{AddinId, Nonce, PrincipalId, RoomId, Seq};
use crate::limits::{MESSAGE_CHARS_MAX, STORY_CHARS_MAX, STORY_TITLE_CHARS_MAX};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::trigger::{Context, Detector};

/// What somebody wants to say, checked. The only constructor is [`Draft::parse`], whatever the surface: client, program,
/// add-in, import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    text: String,
    alert: bool,
    title: Option<String>,
    contexts: Vec<Context>,
    card: Option<Box<Card>>,
    updates: Option<Seq>,
}

impl Draft {
    /// Checks a text and finds the contexts in it, which stay with it whatever becomes of the triggers. A `title` makes it a story;
    /// `alert` marks high importance.
    ///
    /// # Errors
    /// `EmptyMessage` without visible text, `MessageTooLong` above 4,000 characters (a story's body: 32,000; its title: 256),
    /// `InvalidArgument` with control characters other than tab and line break.
    pub fn parse(
        text: &str,
        alert: bool,
        title: Option<&str>,
        triggers: &Detector,
    ) -> Result<Self, Refusal> {
        let text = text.trim_end();
        if text.trim().is_empty() {
            return Err(
                Refusal::new(Code::EmptyMessage, "Write something before sending.").of("text"),
            );
        }
        let limit = if title.is_some() {
            STORY_CHARS_MAX
        } else {
            MESSAGE_CHARS_MAX
        };
        check_length("text", text, limit)?;
        let title = title.map(str::trim);
        if let Some(title) = title {
            if title.is_empty() {
                return Err(Refusal::new(Code::EmptyMessage, "Give the story a title.").of("title"));
            }
            check_length("title", title, STORY_TITLE_CHARS_MAX)?;
        }
        let unwanted = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if text.chars().any(unwanted)
            || title.is_some_and(|title| title.chars().any(char::is_control))
        {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "The text contains control characters; remove them.",
            )
            .of("text"));
        }
        Ok(Self {
            contexts: triggers.contexts(text),
            text: text.to_owned(),
            alert,
            title: title.map(str::to_owned),
            card: None,
            updates: None,
        })
    }

    /// The same with a card that says what the text says; with `updates`, a new version of the card that was posted first at that
    /// place.
    ///
    /// # Errors
    /// `InvalidArgument` for a story.
    pub fn with_card(mut self, card: Card, updates: Option<Seq>) -> Result<Self, Refusal> {
        if self.title.is_some() {
            let detail = "A story has no card; leave the title out, the card has its own.";
            return Err(Refusal::new(Code::InvalidArgument, detail).of("title"));
        }
        self.card = Some(Box::new(card));
        self.updates = updates;
        Ok(self)
    }

    /// Plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// High importance.
    #[must_use]
    pub const fn alert(&self) -> bool {
        self.alert
    }

    /// A story's title.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// What the triggers found.
    #[must_use]
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// What is shown in the place of the text.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        self.card.as_deref()
    }

    /// Where the card was posted first of which this is a new version.
    #[must_use]
    pub const fn updates(&self) -> Option<Seq> {
        self.updates
    }

    /// The message that this draft becomes at a place in a room.
    #[must_use]
    pub fn into_message(
        self,
        room: RoomId,
        seq: Seq,
        author: PrincipalId,
        at: Timestamp,
        nonce: Nonce,
        via: Option<Via>,
    ) -> Message {
        Message {
            room,
            seq,
            author,
            at,
            text: self.text,
            alert: self.alert,
            title: self.title,
            contexts: self.contexts,
            nonce,
            via,
            card: self.card,
            updates: self.updates,
            latest: None,
        }
    }
}

fn check_length(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    // Bytes first: a text within the limit in bytes is within it in characters, and most are.
    if text.len() <= limit || text.chars().count() <= limit {
        return Ok(());
    }
    Err(Refusal::new(
        Code::MessageTooLong,
        format!(
            "This has {} characters; shorten it to {limit} or fewer.",
            text.chars().count()
        ),
    )
    .of(field)
    .with("max", limit))
}

/// A stored message. Immutable for its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it was posted.
    pub room: RoomId,
    /// Its place there.
    pub seq: Seq,
    /// Who posted it.
    pub author: PrincipalId,
    /// When the server received it.
    pub at: Timestamp,
    /// Plain text.
    pub text: String,
    /// High importance.
    pub alert: bool,
    /// A story's title.
    pub title: Option<String>,
    /// What the triggers found in the text.
    pub contexts: Vec<Context>,
    /// The author's own identifier for it.
    pub nonce: Nonce,
    /// The add-in that had part in it.
    pub via: Option<Via>,
    /// What is shown in the place of the text.
    pub card: Option<Box<Card>>,
    /// Where the card was posted first of which this is a new version.
    pub updates: Option<Seq>,
    /// The newest version of the card, once it was updated.
    pub latest: Option<Box<Version>>,
}

/// An add-in's part in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// Which add-in.
    pub addin: AddinId,
    /// What it did.
    pub part: Part,
}

/// What an add-in did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its page wrote the message.
    Sent,
    /// Its page changed what the person wrote.
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, title: Option<&str>) -> Result<Draft, Refusal> {
        Draft::parse(text, false, title, &Detector::default())
    }

    #[test]
    fn an_empty_text_is_refused() {
        for text in ["", "  \n\t "] {
            assert_eq!(parse(text, None).unwrap_err().code, Code::EmptyMessage);
        }
        assert_eq!(parse("body", Some(" ")).unwrap_err().field, Some("title"));
    }

    #[test]
    fn length_counts_characters_and_a_story_may_be_longer() {
        assert!(parse(&"é".repeat(MESSAGE_CHARS_MAX), None).is_ok());
        let long = "é".repeat(MESSAGE_CHARS_MAX + 1);
        assert_eq!(parse(&long, None).unwrap_err().code, Code::MessageTooLong);
        assert!(parse(&long, Some("Minutes")).is_ok());
    }

    #[test]
    fn control_characters_are_refused_but_not_line_breaks() {
        assert!(parse("a\nb\tc", None).is_ok());
        assert_eq!(
            parse("a\u{0}b", None).unwrap_err().code,
            Code::InvalidArgument
        );
    }
}
