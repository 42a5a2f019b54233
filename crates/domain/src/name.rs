//! Names and descriptions. Names are unique in their pool without regard to letter case.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::limits::{ADDIN_NAME_CHARS_MAX, DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};
use crate::refusal::{Code, Refusal};

/// The form under which two texts count as the same name: NFKC, Unicode default case folding.
///
/// Stored beside the name in both stores, because the databases' own collations differ.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect()
}

/// Whether a text fits a pattern with `*` and `?`; a pattern without either fits what contains it. Letter case counts: give
/// both [`fold`]ed where it is not to. Linear but for the number of stars.
#[must_use]
pub fn fits_pattern(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return text.contains(pattern);
    }
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), text.get(t)) {
            (Some('*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(wanted), Some(found)) if *wanted == '?' || wanted == found => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    p = after + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

/// A name of a room, category or add-in: 1 to 256 characters, without control characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Checks and trims a name.
    ///
    /// # Errors
    /// `InvalidName` when it is empty, longer than 256 characters, or has control characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const {
            assert!(
                NAME_CHARS_MAX == ADDIN_NAME_CHARS_MAX,
                "one rule for all names"
            )
        };
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            return Err(Refusal::new(Code::InvalidName, "Give a name.").of("name"));
        }
        if length > NAME_CHARS_MAX {
            return Err(Refusal::new(
                Code::InvalidName,
                format!(
                    "The name has {length} characters; shorten it to {NAME_CHARS_MAX} or fewer."
                ),
            )
            .of("name")
            .with("max", NAME_CHARS_MAX));
        }
        if text.chars().any(char::is_control) {
            return Err(Refusal::new(
                Code::InvalidName,
                "The name contains line breaks or control characters; remove them.",
            )
            .of("name"));
        }
        Ok(Self(text.to_owned()))
    }

    /// A name that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As people see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a room or category is for: up to 256 characters, may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Checks and trims a description.
    ///
    /// # Errors
    /// `InvalidArgument` when it is longer than 256 characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let length = text.chars().count();
        if length > DESCRIPTION_CHARS_MAX {
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!(
                    "The description has {length} characters; shorten it to {DESCRIPTION_CHARS_MAX} or fewer."
                ),
            )
            .of("description")
            .with("max", DESCRIPTION_CHARS_MAX));
        }
        Ok(Self(text.to_owned()))
    }

    /// A description that was checked before it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As people see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_any_letter_case_and_width() {
        assert_eq!(fold("FX Spot"), fold("fx sPOT"));
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("Ｆｘ"), fold("fx"));
        assert_ne!(fold("FX Spot"), fold("FX Spots"));
    }

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(Name::parse("  Ops ").unwrap().as_str(), "Ops");
        assert!(Name::parse(&"é".repeat(256)).is_ok());
        for bad in ["", "   ", "a\nb", &"x".repeat(257)] {
            assert_eq!(
                Name::parse(bad).unwrap_err().code,
                Code::InvalidName,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_pattern_without_wildcards_fits_what_contains_it() {
        assert!(fits_pattern("spot", "fx spot"));
        assert!(!fits_pattern("spots", "fx spot"));
    }

    #[test]
    fn stars_and_question_marks_fit_as_in_a_shell() {
        for (pattern, text, fits) in [
            ("*spot*", "fx spot desk", true),
            ("fx*", "fx spot", true),
            ("fx", "fx spot", true),
            ("?x*", "fx", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("fx?", "fx", false),
            ("*", "", true),
        ] {
            assert_eq!(fits_pattern(pattern, text), fits, "{pattern} on {text}");
        }
    }
}
