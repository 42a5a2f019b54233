//! Changes of lists as PowerShell writes them: `@{Add="a","b"}`, `@{Remove="a"}`, `@{Replace="a"}`, both Add and Remove
//! with `;` between them, a plain comma list (replaces), or `$null` (empties).
//!
//! Distinguished names contain commas. In quotes a comma belongs to the name; without quotes a piece such as `OU=Sales`
//! continues the name before it, until that has come to its `DC=` part and another attribute starts.

use std::collections::HashSet;

use perch_domain::principal::folded_candidates;
use perch_wire::principal::Principal;

/// What to do with a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListChange {
    /// The whole list.
    Replace(Vec<String>),
    /// Some of it. Removal comes first, so that what is in both stays.
    Modify {
        add: Vec<String>,
        remove: Vec<String>,
    },
}

impl ListChange {
    /// Reads a change as one argument.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("$null") {
            return Ok(Self::Replace(Vec::new()));
        }
        if text.is_empty() {
            // An unset variable of the calling shell looks like this; a list is not emptied by accident.
            return Err("the list is empty. To empty the list on the server, write '$null' in single quotes.".to_owned());
        }
        if let Some(inner) = text.strip_prefix("@{") {
            let inner = inner.strip_suffix('}').ok_or_else(|| {
                format!("{text} has no closing brace. Put the whole of it in single quotes.")
            })?;
            return parse_modifiers(inner);
        }
        let inner = text
            .strip_prefix("@(")
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(text);
        split(inner).map(Self::Replace)
    }

    /// The list as it will be, as identifiers and addresses; `None` when that is what it is already.
    pub(crate) fn apply(&self, current: &[Principal]) -> Option<Vec<String>> {
        let matches = |principal: &Principal, wanted: &[String]| {
            wanted.iter().any(|text| same(principal, text))
        };
        match self {
            Self::Replace(wanted) => {
                let known = |text: &String| current.iter().any(|principal| same(principal, text));
                let unchanged = wanted.iter().all(known)
                    && current.iter().all(|principal| matches(principal, wanted));
                (!unchanged).then(|| distinct(wanted))
            }
            Self::Modify { add, remove } => {
                let kept: Vec<&Principal> = current
                    .iter()
                    .filter(|principal| !matches(principal, remove) || matches(principal, add))
                    .collect();
                let added: Vec<String> = add
                    .iter()
                    .filter(|text| !current.iter().any(|principal| same(principal, text)))
                    .cloned()
                    .collect();
                if kept.len() == current.len() && added.is_empty() {
                    return None;
                }
                let mut list: Vec<String> = kept
                    .into_iter()
                    .map(|principal| principal.id.to_string())
                    .collect();
                list.extend(distinct(&added));
                Some(list)
            }
        }
    }
}

fn same(principal: &Principal, text: &str) -> bool {
    let address = perch_domain::name::fold(&principal.address);
    principal.id.to_string() == text.trim() || folded_candidates(text).contains(&address)
}

fn distinct(list: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    list.iter()
        .filter(|text| seen.insert(perch_domain::name::fold(text)))
        .cloned()
        .collect()
}

fn parse_modifiers(inner: &str) -> Result<ListChange, String> {
    let (mut add, mut remove, mut replace) = (Vec::new(), Vec::new(), None);
    for part in pieces(inner, ';')? {
        if part.trim().is_empty() {
            continue;
        }
        let (key, values) = part.split_once('=').ok_or_else(|| {
            format!(
                "@{{{inner}}} is no list modifier. Write it as '@{{Add=\"sip:a@contoso.com\"}}'."
            )
        })?;
        let values = split(values)?;
        match key.trim().to_ascii_lowercase().as_str() {
            "add" => add.extend(values),
            "remove" => remove.extend(values),
            "replace" => replace = Some(values),
            other => {
                return Err(format!(
                    "{other} is no list modifier. Use Add, Remove or Replace."
                ));
            }
        }
    }
    match replace {
        Some(list) if add.is_empty() && remove.is_empty() => Ok(ListChange::Replace(list)),
        Some(_) => Err("Replace stands alone; give either it, or Add and Remove.".to_owned()),
        None => Ok(ListChange::Modify { add, remove }),
    }
}

/// Cuts at a separator outside quotes; the pieces keep their quotes.
fn pieces(text: &str, separator: char) -> Result<Vec<&str>, String> {
    let (mut pieces, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == separator => {
                pieces.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            None => {}
        }
    }
    if quote.is_some() {
        return Err(format!(
            "{text} has a quote that does not end. Put the whole of it in single quotes."
        ));
    }
    pieces.push(text.get(start..).unwrap_or_default());
    Ok(pieces)
}

/// The items of a comma list.
fn split(text: &str) -> Result<Vec<String>, String> {
    let mut items: Vec<String> = Vec::new();
    // The attribute that the last item ends with, if that item is a distinguished name without quotes.
    let mut open: Option<String> = None;
    for piece in pieces(text, ',')? {
        let piece = piece.trim();
        if piece.is_empty() || piece.eq_ignore_ascii_case("$null") {
            continue;
        }
        if let Some(quoted) = unquoted(piece) {
            items.push(quoted.to_owned());
            open = None;
            continue;
        }
        let attribute = attribute(piece);
        let continues = match (&open, &attribute) {
            (Some(before), Some(now)) => before != "dc" || now == "dc",
            _ => false,
        };
        match items.last_mut() {
            Some(last) if continues => {
                last.push(',');
                last.push_str(piece);
            }
            _ => items.push(piece.to_owned()),
        }
        open = attribute;
    }
    Ok(items)
}

fn unquoted(piece: &str) -> Option<&str> {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| piece.strip_prefix(quote)?.strip_suffix(quote))
}

/// `cn` of `CN=Sales`.
fn attribute(piece: &str) -> Option<String> {
    let (name, _) = piece.split_once('=')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    plain.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use perch_wire::principal::PrincipalKind;
    use uuid::Uuid;

    use super::*;

    fn principal(address: &str) -> Principal {
        Principal {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, address.as_bytes()),
            kind: PrincipalKind::User,
            address: address.to_owned(),
            display_name: address.to_owned(),
            email: None,
            disabled: false,
            administrator: false,
        }
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn modifiers_are_read_in_any_case_and_quoting() {
        let both = ListChange::Modify {
            add: texts(&["sip:a@x", "sip:b@x"]),
            remove: texts(&["sip:c@x"]),
        };
        for text in [
            r#"@{Add="sip:a@x","sip:b@x"; Remove="sip:c@x"}"#,
            "@{ add = 'sip:a@x', 'sip:b@x' ;REMOVE='sip:c@x'}",
            "@{Add=sip:a@x,sip:b@x;Remove=sip:c@x}",
        ] {
            assert_eq!(ListChange::parse(text).unwrap(), both, "{text}");
        }
        assert_eq!(
            ListChange::parse("@{Replace=\"a\"}").unwrap(),
            ListChange::Replace(texts(&["a"]))
        );
    }

    #[test]
    fn null_empties_the_list_and_an_empty_text_does_not() {
        for text in ["$null", "$Null", "@()"] {
            assert_eq!(
                ListChange::parse(text).unwrap(),
                ListChange::Replace(Vec::new()),
                "{text}"
            );
        }
        assert!(ListChange::parse("").unwrap_err().contains("'$null'"));
    }

    #[test]
    fn commas_inside_distinguished_names_do_not_separate() {
        assert_eq!(
            ListChange::parse("OU=Sales,DC=contoso,DC=com,CN=Ops,OU=IT,DC=contoso,DC=com,sip:a@x")
                .unwrap(),
            ListChange::Replace(texts(&[
                "OU=Sales,DC=contoso,DC=com",
                "CN=Ops,OU=IT,DC=contoso,DC=com",
                "sip:a@x"
            ]))
        );
        assert_eq!(
            ListChange::parse(r#"@{Add="OU=Sales,DC=contoso","sip:a@x"}"#).unwrap(),
            ListChange::Modify {
                add: texts(&["OU=Sales,DC=contoso", "sip:a@x"]),
                remove: Vec::new()
            }
        );
    }

    #[test]
    fn a_modifier_that_is_none_says_what_is() {
        for (bad, hint) in [
            ("@{Ad=\"a\"}", "Use Add, Remove or Replace"),
            ("@{Add=\"a\"", "single quotes"),
            ("@{Add=\"a}", "quote"),
            ("@{nonsense}", "Write it as"),
            ("@{Add=a;Replace=b}", "alone"),
        ] {
            let error = ListChange::parse(bad).unwrap_err();
            assert!(error.contains(hint), "{bad}: {error}");
        }
    }

    #[test]
    fn adding_and_removing_start_from_the_list_as_it_is() {
        let current = [principal("sip:a@x"), principal("sip:b@x")];
        let change = ListChange::parse("@{Add=C@x;Remove=\"SIP:A@x\"}").unwrap();
        assert_eq!(
            change.apply(&current),
            Some(vec![current[1].id.to_string(), "C@x".to_owned()])
        );
    }

    #[test]
    fn what_is_so_already_is_no_change() {
        let current = [principal("sip:a@x"), principal("sip:b@x")];
        for same in [
            "b@x,sip:A@x",
            "@{Add=a@x}",
            "@{Remove=z@x}",
            "@{Add=a@x;Remove=a@x}",
        ] {
            assert_eq!(
                ListChange::parse(same).unwrap().apply(&current),
                None,
                "{same}"
            );
        }
        assert_eq!(
            ListChange::parse("$null").unwrap().apply(&current),
            Some(Vec::new())
        );
        assert_eq!(ListChange::parse("$null").unwrap().apply(&[]), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            drop(ListChange::parse(&text));
            drop(ListChange::parse(&format!("@{{{text}}}")));
        }
    }
}
