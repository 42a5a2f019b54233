//! Where the shell speaks and listens: the only module that touches the standard streams.
//!
//! On a terminal objects are tables and lists for people; into a pipe they are JSON lines, one object each, so that a
//! `Set-` or `jq` can read them. What was done goes to standard output, everything else to standard error. Streams are
//! parameters: tests pass their own.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};

use crate::error::Error;
use crate::record::Record;

/// Columns of a terminal in which a table is fitted to it.
const WIDTH_MIN: u16 = 40;

/// What is known about the streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Output is read by a person: tables instead of JSON lines.
    pub shows: bool,
    /// Input is typed by a person: it is not a pipeline of objects.
    pub types: bool,
    /// Questions can be asked.
    pub answers: bool,
}

/// What somebody said to a question about one object of perhaps many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    YesToAll,
    No,
    NoToAll,
}

/// The streams of one run of the shell.
pub struct Output {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    input: Box<dyn BufRead + Send>,
    /// Answers when the input is a pipeline.
    questions: Option<Box<dyn BufRead + Send>>,
    terminal: Terminal,
    /// Nobody reads the output any more (`| head`).
    closed: bool,
}

impl Output {
    /// The streams of this process.
    #[must_use]
    pub fn process() -> Self {
        let types = io::stdin().is_terminal();
        // A pipeline occupies standard input; the person who started it is at the controlling terminal.
        let questions: Option<Box<dyn BufRead + Send>> = match File::open("/dev/tty") {
            Ok(tty) if !types && io::stderr().is_terminal() => Some(Box::new(BufReader::new(tty))),
            _ => None,
        };
        Self {
            terminal: Terminal {
                shows: io::stdout().is_terminal(),
                types,
                answers: (types && io::stderr().is_terminal()) || questions.is_some(),
            },
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            input: Box::new(BufReader::new(io::stdin())),
            questions,
            closed: false,
        }
    }

    /// Streams of the caller's choice.
    #[must_use]
    pub fn new(
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        input: Box<dyn BufRead + Send>,
        terminal: Terminal,
    ) -> Self {
        Self {
            out,
            err,
            input,
            questions: None,
            terminal,
            closed: false,
        }
    }

    /// What is known about the streams.
    #[must_use]
    pub const fn terminal(&self) -> Terminal {
        self.terminal
    }

    /// A line on standard output.
    pub fn line(&mut self, text: &str) {
        self.closed = self.closed || writeln!(self.out, "{text}").is_err();
    }

    /// A line on standard error. One that cannot be written has nobody to read it.
    pub fn note(&mut self, text: &str) {
        self.closed = writeln!(self.err, "{text}").is_err() || self.closed;
    }

    /// Why a line was not carried out.
    pub fn error(&mut self, error: &Error) {
        self.note(&format!("perch: {error}"));
    }

    /// Whether somebody still reads standard output.
    pub(crate) const fn is_open(&self) -> bool {
        !self.closed
    }

    /// Objects: a table of `columns` on a terminal, all properties as JSON lines into a pipe.
    pub(crate) fn table(&mut self, columns: &[&str], records: &[Record]) {
        if !self.terminal.shows {
            for record in records {
                self.line(&record.to_json());
            }
            return;
        }
        if records.is_empty() {
            self.note("Nothing found.");
            return;
        }
        let mut table = Table::new();
        table
            .load_preset(presets::UTF8_BORDERS_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(columns);
        // A terminal that does not know its width says 0; one that is this narrow breaks every word.
        if table.width().is_none_or(|width| width < WIDTH_MIN) {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        for record in records {
            table.add_row(columns.iter().map(|column| record.cell(column)));
        }
        self.line(&table.to_string());
    }

    /// One object: its properties one below the other on a terminal, a JSON line into a pipe.
    pub(crate) fn object(&mut self, record: &Record) {
        if !self.terminal.shows {
            self.line(&record.to_json());
            return;
        }
        let width = record.names().map(str::len).max().unwrap_or_default();
        let lines: Vec<String> = record
            .names()
            .map(|name| format!("{name:width$} : {}", record.cell(name)))
            .collect();
        self.line(&lines.join("\n"));
    }

    /// The next line of a pipeline of objects.
    pub(crate) fn next_line(&mut self) -> Result<Option<String>, Error> {
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(line)),
            Err(cause) => Err(Error::Usage(format!(
                "Cannot read standard input: {cause}. Pipe the output of a Get- cmdlet, or give -Identity."
            ))),
        }
    }

    /// Asks about one object of perhaps many; the default is No.
    pub(crate) fn ask(&mut self, question: &str) -> Result<Answer, Error> {
        loop {
            if write!(
                self.err,
                "{question}\n[Y] Yes  [A] Yes to all  [N] No  [L] No to all  (default: N) "
            )
            .and_then(|()| self.err.flush())
            .is_err()
            {
                return Ok(Answer::NoToAll);
            }
            let mut line = String::new();
            let input = self.questions.as_mut().unwrap_or(&mut self.input);
            match input.read_line(&mut line) {
                Ok(0) => return Ok(Answer::NoToAll),
                Ok(_) => {}
                Err(cause) => {
                    return Err(Error::Usage(format!("Cannot read the answer: {cause}.")));
                }
            }
            match line.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(Answer::Yes),
                "a" => return Ok(Answer::YesToAll),
                "" | "n" | "no" => return Ok(Answer::No),
                "l" => return Ok(Answer::NoToAll),
                _ => {}
            }
        }
    }

    /// A password: a line of standard input when a program gives it, otherwise typed unseen.
    pub(crate) fn password(&mut self, from_input: bool, prompt: &str) -> Result<String, Error> {
        if from_input {
            let line = self.next_line()?.unwrap_or_default();
            return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
        }
        if !self.terminal.answers {
            return Err(Error::Usage(
                "There is no terminal to type the password on. Give it on standard input and add --password-stdin."
                    .to_owned(),
            ));
        }
        rpassword::prompt_password(prompt).map_err(|cause| {
            Error::Usage(format!(
                "Cannot read the password: {cause}. Use --password-stdin."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn answering(text: &'static str) -> Output {
        let terminal = Terminal {
            shows: true,
            types: true,
            answers: true,
        };
        Output::new(
            Box::new(io::sink()),
            Box::new(io::sink()),
            Box::new(Cursor::new(text)),
            terminal,
        )
    }

    #[test]
    fn an_empty_answer_and_the_end_of_input_mean_no() {
        assert_eq!(answering("\n").ask("?").unwrap(), Answer::No);
        assert_eq!(answering("").ask("?").unwrap(), Answer::NoToAll);
    }

    #[test]
    fn a_question_is_asked_again_until_it_is_answered() {
        assert_eq!(answering("perhaps\nY\n").ask("?").unwrap(), Answer::Yes);
        assert_eq!(answering("a\n").ask("?").unwrap(), Answer::YesToAll);
    }

    #[test]
    fn a_password_from_input_ends_with_its_line() {
        assert_eq!(
            answering("pass word \r\nrest").password(true, "").unwrap(),
            "pass word "
        );
    }
}
