//! Cards: a small structured form of a message, which a client shows in the place of its text.
//!
//! The text stays the message. Search, triggers, records, and whatever knows no cards have it and nothing else, so a card
//! only arranges what its text says. A card has no markup and no images: nothing in it is fetched, and all of it is text.
//! A new version of a card is a message of its own that names the first one; no message changes.

use std::collections::BTreeSet;

use url::Url;

use crate::id::{PrincipalId, Seq};
use crate::limits::{
    CARD_ACTIONS_MAX, CARD_BYTES_MAX, CARD_FIELDS_MAX, CARD_LABEL_CHARS_MAX,
    CARD_SUMMARY_CHARS_MAX, CARD_TITLE_CHARS_MAX, CARD_URL_BYTES_MAX, CARD_VALUE_CHARS_MAX,
    CONTEXT_VALUE_CHARS_MAX, TRIGGER_ID_FIELDS_MAX,
};
use crate::message::{Message, Part, Via};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::trigger::{ContextType, Ids, id_field};

/// What a card shows, checked. The only constructor for what somebody wrote is [`Card::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card(Content);

/// What a card shows, as somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub title: String,
    /// A few lines.
    pub summary: Option<String>,
    /// How it is coloured, and named to those who see no colours.
    pub tone: Tone,
    /// Values with their labels, in their order.
    pub fields: Vec<Field>,
    /// One small line at the end.
    pub footer: Option<String>,
    /// What can be pressed.
    pub actions: Vec<Action>,
}

/// How urgent what a card says is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// It does not say.
    #[default]
    Neutral,
    /// Worth knowing.
    Info,
    /// Something has gone well, or is over.
    Success,
    /// Somebody should look.
    Warning,
    /// Somebody has to act.
    Critical,
}

/// A value with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub label: String,
    /// The value; it may have several lines.
    pub value: String,
}

/// Something that can be pressed: it has an address or a context, never both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What is written on it.
    pub label: String,
    /// An http or https address that is opened in a window of its own.
    pub url: Option<String>,
    /// What is put into the room's pane.
    pub context: Option<CardContext>,
}

/// A typed context of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardContext {
    /// Its type, such as `fdc3.instrument`.
    pub context_type: String,
    /// What people see.
    pub name: String,
    /// What identifies it; at least one.
    pub ids: Ids,
}

/// The newest version of a card that was updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The place of the message that brought it.
    pub seq: Seq,
    /// By whom.
    pub author: PrincipalId,
    /// When the server received it.
    pub at: Timestamp,
    /// What it says, as text.
    pub text: String,
    /// The card.
    pub card: Card,
}

impl Card {
    /// Checks a card, and trims its texts.
    ///
    /// # Errors
    /// `InvalidArgument` about the field `card`, with a sentence for each way in which a card can be wrong: a text that is
    /// missing, too long, or has control characters; too many fields or actions; labels or addresses that cannot be; more
    /// than [`CARD_BYTES_MAX`] in all.
    pub fn parse(content: Content) -> Result<Self, Refusal> {
        let Content {
            title,
            summary,
            tone,
            fields,
            footer,
            actions,
        } = content;
        at_most("fields", fields.len(), CARD_FIELDS_MAX)?;
        at_most("actions", actions.len(), CARD_ACTIONS_MAX)?;
        let content = Content {
            title: line("title", &title, CARD_TITLE_CHARS_MAX)?,
            summary: some(summary, |text| {
                lines("summary", text, CARD_SUMMARY_CHARS_MAX)
            })?,
            tone,
            fields: fields.iter().map(field).collect::<Result<_, _>>()?,
            footer: some(footer, |text| line("footer", text, CARD_TITLE_CHARS_MAX))?,
            actions: actions.iter().map(action).collect::<Result<_, _>>()?,
        };
        let labels: BTreeSet<&str> = content.actions.iter().map(|it| it.label.as_str()).collect();
        if labels.len() < content.actions.len() {
            return Err(invalid(
                "Two actions of the card have the same label; give each its own.",
            ));
        }
        let bytes = content.bytes();
        if bytes > CARD_BYTES_MAX {
            return Err(invalid(format!(
                "The card has {bytes} bytes of text; shorten it to {CARD_BYTES_MAX} or fewer."
            ))
            .with("max", CARD_BYTES_MAX));
        }
        Ok(Self(content))
    }

    /// A card that was checked before it was stored.
    #[must_use]
    pub const fn stored(content: Content) -> Self {
        Self(content)
    }

    /// What it shows.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.0
    }
}

impl Content {
    /// The bytes of all its texts.
    fn bytes(&self) -> usize {
        let head = [
            Some(&self.title),
            self.summary.as_ref(),
            self.footer.as_ref(),
        ];
        let head: usize = head.into_iter().flatten().map(String::len).sum();
        let fields = self.fields.iter();
        let fields: usize = fields.map(|it| it.label.len() + it.value.len()).sum();
        let actions = self.actions.iter().map(|it| {
            let context = it.context.as_ref().map_or(0, |context| {
                let ids = context.ids.iter();
                let ids: usize = ids.map(|(field, value)| field.len() + value.len()).sum();
                context.context_type.len() + context.name.len() + ids
            });
            it.label.len() + it.url.as_ref().map_or(0, String::len) + context
        });
        head + fields + actions.sum::<usize>()
    }
}

/// May somebody replace the card of a message? A card belongs to the add-in whose page posted it, whoever looks at that
/// page now; a card that no add-in posted belongs to its author.
///
/// # Errors
/// `InvalidArgument` about the field `updates` when the message has no card, or is itself a new version of another;
/// `ErrorPermission`.
pub fn may_update(first: &Message, author: PrincipalId, via: Option<Via>) -> Result<(), Refusal> {
    if first.card.is_none() || first.updates.is_some() {
        return Err(no_card());
    }
    match (first.via, via) {
        (Some(posted), Some(now)) if posted.addin == now.addin && posted.part == Part::Sent => {
            Ok(())
        }
        (None, None) if first.author == author => Ok(()),
        _ => Err(Refusal::permission(
            "Only the add-in that posted a card may update it; a card that no add-in posted, only its author.",
        )),
    }
}

/// That there is no card at the place that is named.
#[must_use]
pub fn no_card() -> Refusal {
    Refusal::new(
        Code::InvalidArgument,
        "There is no card at this place; name the place of the message with which it was posted first.",
    )
    .of("updates")
}

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::InvalidArgument, detail).of("card")
}

fn at_most(what: &str, count: usize, max: usize) -> Result<(), Refusal> {
    if count <= max {
        return Ok(());
    }
    let detail = format!("A card has at most {max} {what}, and this one {count}; leave some out.");
    Err(invalid(detail).with("max", max))
}

/// An absent text and one of nothing but spaces are the same.
fn some(
    text: Option<String>,
    check: impl FnOnce(&str) -> Result<String, Refusal>,
) -> Result<Option<String>, Refusal> {
    let text = text.filter(|text| !text.trim().is_empty());
    text.map(|text| check(&text)).transpose()
}

/// A text of one line.
fn line(what: &str, text: &str, max: usize) -> Result<String, Refusal> {
    if text.trim().contains('\n') {
        return Err(invalid(format!(
            "The card's {what} is one line; take out the line breaks."
        )));
    }
    lines(what, text, max)
}

/// A text that may have line breaks.
fn lines(what: &str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 {
        return Err(invalid(format!("The card has an empty {what}; write it.")));
    }
    if count > max {
        let detail =
            format!("The card's {what} has {count} characters; shorten it to {max} or fewer.");
        return Err(invalid(detail).with("max", max));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(invalid(format!(
            "The card's {what} contains control characters; remove them."
        )));
    }
    Ok(text.to_owned())
}

fn field(field: &Field) -> Result<Field, Refusal> {
    Ok(Field {
        label: line("label", &field.label, CARD_LABEL_CHARS_MAX)?,
        value: lines("value", &field.value, CARD_VALUE_CHARS_MAX)?,
    })
}

fn action(action: &Action) -> Result<Action, Refusal> {
    if action.url.is_some() == action.context.is_some() {
        return Err(invalid(
            "An action of a card has either an address or a context; give one of them.",
        ));
    }
    Ok(Action {
        label: line("label", &action.label, CARD_LABEL_CHARS_MAX)?,
        url: action.url.as_deref().map(link).transpose()?,
        context: action.context.as_ref().map(context).transpose()?,
    })
}

/// An address as it was written: what people are shown of it is what is opened.
fn link(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() > CARD_URL_BYTES_MAX {
        return Err(invalid(format!(
            "An address in the card has {} bytes; shorten it to {CARD_URL_BYTES_MAX} or fewer.",
            text.len()
        ))
        .with("max", CARD_URL_BYTES_MAX));
    }
    let plain = |c: char| !(c.is_control() || c.is_whitespace() || c == '\\');
    let url = Url::parse(text).ok().filter(|url| {
        // `https:host` is an address too, as browsers read it, and not what people would read.
        let written = text.get(..url.scheme().len() + 3);
        matches!(url.scheme(), "http" | "https")
            && written.is_some_and(|start| start.ends_with("://"))
            && url.username().is_empty()
            && url.password().is_none()
    });
    if url.is_none() || !text.chars().all(plain) {
        return Err(invalid(
            "An address in the card is no absolute http or https address without a user name; check it.",
        ));
    }
    Ok(text.to_owned())
}

fn context(context: &CardContext) -> Result<CardContext, Refusal> {
    let context_type = ContextType::parse(&context.context_type)
        .map_err(|refusal| refusal.of("card"))?
        .to_string();
    let ids = &context.ids;
    if ids.is_empty() || ids.len() > TRIGGER_ID_FIELDS_MAX {
        return Err(invalid(format!(
            "A context of the card has 1 to {TRIGGER_ID_FIELDS_MAX} fields that identify it."
        )));
    }
    let id = |(field, value): (&String, &String)| {
        let field = id_field(field).ok_or_else(|| {
            invalid(format!(
                "A field that identifies a context is a word such as ticker; change {field:?}."
            ))
        })?;
        Ok((field, line("context", value, CONTEXT_VALUE_CHARS_MAX)?))
    };
    Ok(CardContext {
        context_type,
        name: line("context", &context.name, CONTEXT_VALUE_CHARS_MAX)?,
        ids: ids.iter().map(id).collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
