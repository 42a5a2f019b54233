use super::*;
use crate::list::ListChange;

fn line(arguments: &[&str]) -> Result<Line, Error> {
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| (*argument).to_owned())
        .collect();
    parse(&arguments)
}

fn run(arguments: &[&str]) -> Invocation {
    match line(arguments) {
        Ok(Line::Run(invocation)) => *invocation,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

fn refused(arguments: &[&str]) -> String {
    line(arguments).unwrap_err().to_string()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

const URL: &str = "http://atl-cs-001.contoso.com/itchat";

#[test]
fn the_documented_line_is_understood() {
    let invocation = run(&[
        "New-CsPersistentChatAddin",
        "-Name",
        "ITPersistentChatAddin",
        "-PersistentChatPoolFqdn",
        "atl-cs-001.contoso.com",
        "-Url",
        URL,
    ]);
    assert_eq!(invocation.cmdlet.name(), "New-CsPersistentChatAddin");
    assert_eq!(invocation.text(Key::Name), Some("ITPersistentChatAddin"));
    assert_eq!(
        invocation.text(Key::PersistentChatPoolFqdn),
        Some("atl-cs-001.contoso.com")
    );
    assert_eq!(invocation.text(Key::Url), Some(URL));
}

#[test]
fn names_are_taken_in_any_case_by_prefix_and_with_long_dashes() {
    let invocation = run(&[
        "new-cspersistentchataddin",
        "-n",
        "X",
        "–URL",
        URL,
        "-pers",
        "p.example",
        "-wh",
    ]);
    assert_eq!(
        invocation.text(Key::PersistentChatPoolFqdn),
        Some("p.example")
    );
    assert!(invocation.has(Key::WhatIf));
    assert_eq!(
        run(&["Get–CsPersistentChatAddin"]).cmdlet.name(),
        "Get-CsPersistentChatAddin"
    );
}

#[test]
fn a_prefix_that_fits_several_parameters_is_refused_unless_it_is_one_of_them() {
    let error = refused(&["Set-CsPersistentChatRoom", "x", "-M", "a"]);
    assert!(error.contains("-Members, -Managers"), "{error}");
    let invocation = run(&["Get-CsPersistentChatRoom", "-Filter", "x", "-Member", "a@x"]);
    assert_eq!(invocation.text(Key::Member), Some("a@x"));
}

#[test]
fn the_identity_needs_no_name() {
    let invocation = run(&["Get-CsPersistentChatAddin", "p.example\\X"]);
    assert_eq!(invocation.text(Key::Identity), Some("p.example\\X"));
    assert!(refused(&["Get-CsPersistentChatAddin", "a", "b"]).contains("quotes"));
}

#[test]
fn switches_are_on_off_and_colon_separated() {
    let remove = |switch| run(&["Remove-CsPersistentChatAddin", "x", switch]).bool(Key::Confirm);
    assert_eq!(remove("-Confirm"), Some(true));
    assert_eq!(remove("-Confirm:$false"), Some(false));
    assert_eq!(remove("-confirm:true"), Some(true));
}

#[test]
fn what_the_shell_swallowed_is_named() {
    for bad in [
        vec!["Remove-CsPersistentChatAddin", "x", "-Confirm:"],
        vec!["Set-CsPersistentChatRoom", "x", "-Disabled"],
        vec!["Set-CsPersistentChatRoom", "x", "-Members", "-Force"],
    ] {
        let error = refused(&bad);
        assert!(error.contains("single quotes"), "{bad:?}: {error}");
    }
}

#[test]
fn a_value_may_start_with_a_hyphen() {
    let invocation = run(&[
        "Set-CsPersistentChatRoom",
        "x",
        "-Description",
        "-- out of use --",
    ]);
    assert_eq!(invocation.text(Key::Description), Some("-- out of use --"));
}

#[test]
fn an_unknown_parameter_names_its_neighbour() {
    let error = refused(&["New-CsPersistentChatAddin", "-Name", "X", "-Uri", URL]);
    assert_eq!(
        error,
        "New-CsPersistentChatAddin has no parameter -Uri. Did you mean -Url?"
    );
    let error = refused(&["Get-CsPersistentChatAddin", "-Bogusly"]);
    assert!(
        error.contains("-Identity, -PersistentChatPoolFqdn"),
        "{error}"
    );
}

#[test]
fn an_unknown_cmdlet_names_its_neighbour() {
    let error = refused(&["Get-CsPersistentChatAddins"]);
    assert!(
        error.contains("The nearest is Get-CsPersistentChatAddin"),
        "{error}"
    );
    assert!(is_cmdlet_name("Get-CsUser") && is_cmdlet_name("grant-csx"));
    for other in ["serve", "sign-in", "get-help", "--cs", "-Cs", "Get-Cs"] {
        assert!(!is_cmdlet_name(other), "{other}");
    }
}

#[test]
fn a_missing_parameter_is_named_with_its_help() {
    let error = refused(&["New-CsPersistentChatAddin", "-Name", "X"]);
    assert!(error.contains("needs -Url"), "{error}");
}

#[test]
fn parameters_that_exclude_each_other_are_refused() {
    for bad in [
        vec![
            "Get-CsPersistentChatRoom",
            "-Identity",
            "x",
            "-Category",
            "y",
        ],
        vec!["Get-CsPersistentChatRoom", "-Category", "x", "-Filter", "y"],
        vec!["Get-CsPersistentChatRoom", "-Identity", "x", "-Addin", "y"],
        vec![
            "Get-CsPersistentChatAddin",
            "x",
            "-PersistentChatPoolFqdn",
            "p",
        ],
        vec!["Set-CsPersistentChatAddin", "x", "-Instance", "{}"],
    ] {
        let error = refused(&bad);
        assert!(error.contains("exclude each other"), "{bad:?}: {error}");
    }
    assert!(refused(&["Get-CsPersistentChatRoom", "-SearchDescription"]).contains("-Filter"));
    run(&[
        "Get-CsPersistentChatRoom",
        "-Category",
        "x",
        "-Addin",
        "y",
        "-Disabled",
        "$true",
        "-AsObject",
    ]);
}

#[test]
fn a_parameter_given_twice_is_refused() {
    assert!(
        refused(&["Get-CsPersistentChatAddin", "-Id", "a", "-Identity", "b"]).contains("twice")
    );
}

#[test]
fn lists_arrive_whole_or_in_the_pieces_that_a_shell_made_of_them() {
    let change = ListChange::Modify {
        add: texts(&["a@x", "b@x"]),
        remove: Vec::new(),
    };
    for pieces in [
        vec![r#"@{Add="a@x","b@x"}"#],
        vec!["@{Add=a@x,", "b@x}"],
        vec!["@Add=a@x", "@b@x"],
    ] {
        let mut arguments = vec!["Set-CsPersistentChatRoom", "x", "-Members"];
        arguments.extend(&pieces);
        arguments.push("-Force");
        let invocation = run(&arguments);
        assert_eq!(invocation.list(Key::Members), Some(&change), "{pieces:?}");
        assert!(invocation.has(Key::Force));
    }
    let invocation = run(&["Set-CsPersistentChatRoom", "x", "-Members", "a@x,", "b@x"]);
    assert_eq!(
        invocation.list(Key::Members),
        Some(&ListChange::Replace(texts(&["a@x", "b@x"])))
    );
}

#[test]
fn a_filter_arrives_whole_or_in_pieces() {
    for pieces in [
        vec!["{Name -like \"*x*\"}"],
        vec!["{Name", "-like", "*x*}"],
        vec!["*x*"],
    ] {
        let mut arguments = vec!["Get-CsPersistentChatRoom", "-Filter"];
        arguments.extend(&pieces);
        arguments.push("-SearchDescription");
        let invocation = run(&arguments);
        assert_eq!(invocation.filter().unwrap().pattern, "*x*", "{pieces:?}");
        assert!(invocation.has(Key::SearchDescription));
    }
}

#[test]
fn help_is_given_wherever_it_is_asked_for() {
    for ask in ["-?", "--help", "-Help"] {
        assert!(
            matches!(
                line(&["New-CsPersistentChatAddin", "-Name", "x", ask]),
                Ok(Line::Help(_))
            ),
            "{ask}"
        );
    }
}

#[test]
fn an_object_from_a_pipeline_fills_what_the_line_leaves_open() {
    let invocation = run(&["Set-CsPersistentChatRoom", "-Addin", "Y"]);
    let object = serde_json::json!({
        "Identity": "p.example\\R", "Name": "R2", "Addin": "X", "Disabled": true, "Members": ["sip:a@x"], "Id": "…"
    });
    let (identity, with) = invocation
        .for_instance(object.as_object().unwrap())
        .unwrap();
    assert_eq!(identity, "p.example\\R");
    assert_eq!(with.text(Key::Addin), Some("Y"));
    assert_eq!(with.text(Key::Name), Some("R2"));
    assert_eq!(with.bool(Key::Disabled), Some(true));
    assert_eq!(
        with.list(Key::Members),
        Some(&ListChange::Replace(texts(&["sip:a@x"])))
    );
}

proptest::proptest! {
    #[test]
    fn no_line_makes_the_parser_panic(
        cmdlet in proptest::sample::select(cmdlets().map(Cmdlet::name).collect::<Vec<_>>()),
        rest in proptest::collection::vec("-?[A-Za-z@{}=,:$\"' é]{0,12}", 0..6),
    ) {
        let mut arguments = vec![cmdlet];
        arguments.extend(rest);
        drop(parse(&arguments));
    }
}
