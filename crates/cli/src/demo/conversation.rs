//! What was said in the demo's rooms, written for it: one message a line.
//!
//! `<days ago> <hh:mm> <user> <text>`, where `0` days ago counts hours and minutes back from now. A text that begins with
//! `!` is of high importance; one that begins with `# Title | body` is a story, whose `\n` are line breaks.

use perch_domain::{Code, Refusal, Timestamp};
use perch_wire::import::{Import, ImportedMessage};
use uuid::Uuid;

const DAY_SECONDS: i64 = 24 * 3_600;

/// Reads a conversation, as of now.
pub(super) fn read(text: &str, now: Timestamp) -> Result<Import, Refusal> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let messages = lines
        .map(|line| {
            message(line, now).ok_or_else(|| {
                Refusal::new(
                    Code::InvalidArgument,
                    format!("Not a line of a conversation: {line}"),
                )
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Import { messages })
}

fn message(line: &str, now: Timestamp) -> Option<ImportedMessage> {
    let mut words = line.splitn(4, ' ');
    let days: i64 = words.next()?.parse().ok()?;
    let (hours, minutes) = words.next()?.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
    let author = format!("{}@contoso.example", words.next()?);
    let said = words.next()?;
    let at = if days == 0 {
        now.plus_seconds(-seconds)
    } else {
        let midnight = now.as_micros() / 1_000_000 / DAY_SECONDS * DAY_SECONDS;
        Timestamp::from_micros((midnight - days * DAY_SECONDS + seconds) * 1_000_000)
    };
    let (alert, said) = said
        .strip_prefix('!')
        .map_or((false, said), |said| (true, said.trim_start()));
    let story = said
        .strip_prefix('#')
        .and_then(|story| story.split_once('|'));
    let (title, text) = story.map_or((None, said), |(title, body)| {
        (Some(title.trim().to_owned()), body.trim())
    });
    Some(ImportedMessage {
        nonce: Uuid::new_v4(),
        author,
        at: at.to_string(),
        text: text.replace("\\n", "\n"),
        alert,
        title,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_conversation_can_be_read() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        for text in [
            include_str!("equities.txt"),
            include_str!("fx-spot.txt"),
            include_str!("ops-bridge.txt"),
            include_str!("settlements.txt"),
            include_str!("floor-announcements.txt"),
            include_str!("research-notes.txt"),
        ] {
            let import = read(text, now).unwrap();
            let times: Vec<_> = import
                .messages
                .iter()
                .map(|message| message.at.parse::<Timestamp>().unwrap())
                .collect();
            assert!(times.is_sorted(), "oldest first");
            assert!(times.iter().all(|at| *at <= now));
        }
    }

    #[test]
    fn importance_and_stories_are_marked() {
        let import = read(
            "1 09:00 jo ! now\n0 0:05 jo # Note | one\\ntwo",
            Timestamp::from_micros(0),
        )
        .unwrap();
        assert!(import.messages[0].alert);
        assert_eq!(import.messages[1].title.as_deref(), Some("Note"));
        assert_eq!(import.messages[1].text, "one\ntwo");
    }
}
