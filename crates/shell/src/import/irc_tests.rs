use jiff::civil::date;

use super::*;

fn log() -> Log {
    Log::new(
        "2004-11-15.log",
        Uuid::nil(),
        date(2004, 11, 15),
        TimeZone::UTC,
    )
}

fn message(log: &mut Log, line: &str) -> ImportedMessage {
    log.feed(line.as_bytes()).unwrap().remove(0)
}

fn times(lines: &[&str]) -> Vec<String> {
    let mut log = log();
    lines
        .iter()
        .map(|line| message(&mut log, &format!("[{line}] <a> x")).at)
        .collect()
}

#[test]
fn a_message_has_its_author_time_and_text() {
    let message = message(
        &mut log(),
        "[13:42] <|trey|> usual, quite <b>stable</b> though  :)\n",
    );
    assert_eq!(message.author, "|trey|");
    assert_eq!(message.at, "2004-11-15T13:42:00Z");
    assert_eq!(message.text, "usual, quite <b>stable</b> though  :)");
}

#[test]
fn a_nick_with_brackets_is_put_together_again() {
    for (line, nick) in [
        ("[12:20] <star[2] > x", "star[2]"),
        ("[12:20] <[ops] jo> x", "[ops]jo"),
    ] {
        assert_eq!(message(&mut log(), line).author, nick);
    }
}

#[test]
fn what_is_no_message_is_passed_over_with_its_kind() {
    let cases = [
        (
            "=== jo [~jo@host.example]  has joined #ubuntu",
            Passed::Joins,
        ),
        (
            "=== jo  [~jo@host.example]  has joined #Ubuntu",
            Passed::Joins,
        ),
        (
            "=== jo [~jo@host.example]  has left #ubuntu [\"has joined the dark side\"]",
            Passed::Parts,
        ),
        (
            "=== jo [~jo@host.example]  has quit [timeout]",
            Passed::Parts,
        ),
        ("=== jo is now known as joe", Passed::Renames),
        (
            "=== jo changed the topic of #ubuntu to: Welcome",
            Passed::Topics,
        ),
        ("=== mode/#ubuntu [+o jo]  by ChanServ", Passed::Notices),
        ("===", Passed::Notices),
        ("[20:29]  * jo is still unpacking", Passed::Actions),
        ("[20:29] <jo>", Passed::Empty),
        ("[20:29] <jo> \u{2}\u{f} ", Passed::Empty),
        ("[20:29] jo without brackets", Passed::Unrecognised),
        ("[20:29] <two words> text", Passed::Unrecognised),
        ("[24:00] <jo> text", Passed::Unrecognised),
        ("[2:29] <jo> text", Passed::Unrecognised),
        ("[20:29:61] <jo> text", Passed::Unrecognised),
        ("", Passed::Unrecognised),
    ];
    for (line, kind) in cases {
        assert_eq!(log().feed(line.as_bytes()).unwrap_err(), kind, "{line:?}");
    }
}

#[test]
fn the_next_day_begins_where_the_clock_goes_back() {
    assert_eq!(
        times(&["23:59", "00:00", "00:01", "23:00", "01:00"]),
        [
            "2004-11-15T23:59:00Z",
            "2004-11-16T00:00:00Z",
            "2004-11-16T00:01:00Z",
            "2004-11-16T23:00:00Z",
            "2004-11-17T01:00:00Z"
        ]
    );
}

#[test]
fn a_small_step_back_is_jitter_and_keeps_the_order() {
    assert_eq!(
        times(&["10:05", "10:03", "09:30", "10:06"]),
        [
            "2004-11-15T10:05:00Z",
            "2004-11-15T10:05:00Z",
            "2004-11-15T10:05:00Z",
            "2004-11-15T10:06:00Z"
        ]
    );
}

#[test]
fn a_clock_of_twelve_hours_goes_on_after_noon() {
    assert_eq!(
        times(&["12:59", "01:00", "11:59", "12:00", "01:00"]),
        [
            "2004-11-15T12:59:00Z",
            "2004-11-15T13:00:00Z",
            "2004-11-15T23:59:00Z",
            "2004-11-16T00:00:00Z",
            "2004-11-16T01:00:00Z"
        ]
    );
}

#[test]
fn a_clock_that_has_shown_more_than_twelve_hours_has_twenty_four() {
    assert_eq!(
        times(&["13:00", "12:59", "01:00"])[2],
        "2004-11-16T01:00:00Z"
    );
    assert_eq!(
        times(&["00:10", "12:59", "01:00"])[2],
        "2004-11-16T01:00:00Z"
    );
    assert_eq!(
        times(&["12:00", "01:00"])[1],
        "2004-11-16T01:00:00Z",
        "an hour of silence tells nothing"
    );
}

#[test]
fn lines_that_are_passed_over_move_the_clock() {
    let mut log = log();
    message(&mut log, "[22:00] <a> x");
    log.feed(b"[00:30]  * a yawns").unwrap_err();
    assert_eq!(
        message(&mut log, "[00:31] <a> x").at,
        "2004-11-16T00:31:00Z"
    );
}

#[test]
fn the_clock_is_in_its_time_zone() {
    let zone = TimeZone::fixed(jiff::tz::offset(-5));
    let mut log = Log::new("x", Uuid::nil(), date(2004, 11, 15), zone);
    assert_eq!(
        message(&mut log, "[20:00:07] <a> x").at,
        "2004-11-16T01:00:07Z"
    );
}

#[test]
fn colours_and_other_control_characters_are_left_out() {
    let text = |line: &[u8]| log().feed(line).unwrap().remove(0).text;
    assert_eq!(
        text(b"[10:00] <a> \x0304,12red\x03 \x02bold\x02\x0f 1\x033,x\x035\t!\x08"),
        "red bold 1,x\t!"
    );
    assert_eq!(text(b"[10:00] <a> caf\xe9"), "caf\u{fffd}");
}

#[test]
fn a_text_that_is_too_long_becomes_several_messages() {
    let line = format!("[10:00] <a> {}", "é".repeat(MESSAGE_CHARS_MAX + 1));
    let messages = log().feed(line.as_bytes()).unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1].text, "é");
    assert_ne!(messages[0].nonce, messages[1].nonce);
}

#[test]
fn nonces_are_the_same_the_next_time_and_differ_by_place_and_room() {
    let line = b"[10:00] <a> x".as_slice();
    let nonces = |mut log: Log| [(); 2].map(|()| log.feed(line).unwrap()[0].nonce);
    let first = nonces(log());
    assert_eq!(first, nonces(log()));
    assert_ne!(first[0], first[1]);
    let elsewhere = Log::new(
        "2004-11-15.log",
        Uuid::max(),
        date(2004, 11, 15),
        TimeZone::UTC,
    );
    assert_ne!(first[0], nonces(elsewhere)[0]);
}

#[test]
fn the_date_is_found_in_the_name() {
    assert_eq!(date_in("2004-11-15_03.log"), Some(date(2004, 11, 15)));
    assert_eq!(
        date_in("#ubuntu-2005-07-29.train-c.log"),
        Some(date(2005, 7, 29))
    );
    assert_eq!(date_in("log-2004-13-01.txt"), None);
    assert_eq!(date_in("ubuntu.log"), None);
}

proptest::proptest! {
    #[test]
    fn no_input_makes_the_parser_panic(lines in proptest::collection::vec(".{0,40}", 0..20), bytes: Vec<u8>) {
        let mut log = Log::new("x", Uuid::nil(), Date::MAX, TimeZone::UTC);
        for line in &lines {
            drop(log.feed(line.as_bytes()));
            drop(log.feed(format!("[{line}").as_bytes()));
            drop(log.feed(format!("[23:59] <{line}").as_bytes()));
            drop(log.feed(format!("[00:00] <a> {line}").as_bytes()));
            drop(log.feed(format!("=== {line}").as_bytes()));
            drop(date_in(line).map(|day| day.to_string()));
        }
        drop(log.feed(&bytes));
    }

    #[test]
    fn times_never_go_back(clocks in proptest::collection::vec((0..24u8, 0..60u8), 1..50)) {
        let mut log = log();
        let mut latest = String::new();
        for (hours, minutes) in clocks {
            let message = message(&mut log, &format!("[{hours:02}:{minutes:02}] <a> x"));
            proptest::prop_assert!(message.at >= latest);
            latest = message.at;
        }
    }
}
