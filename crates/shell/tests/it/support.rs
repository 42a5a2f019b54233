//! A server, and a shell in front of it whose streams are kept.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use perch_shell::credentials::Sources;
use perch_shell::output::Terminal;
use perch_shell::{Client, Exit, Output, Shell};
use perch_testkit::Server;
use serde_json::Value;

/// Output and input are pipes: JSON lines, nobody to ask.
pub(crate) const PIPE: Terminal = Terminal {
    shows: false,
    types: false,
    answers: false,
};
/// A script: JSON lines, no pipeline into it.
pub(crate) const SCRIPT: Terminal = Terminal {
    shows: false,
    types: true,
    answers: false,
};
/// A person.
pub(crate) const PERSON: Terminal = Terminal {
    shows: true,
    types: true,
    answers: true,
};

/// What a line left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The objects on standard output; the line must have been done.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        assert_eq!(self.exit, Exit::Done, "{self:?}");
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The only object on standard output.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(objects.len(), 1, "{self:?}");
        objects.remove(0)
    }

    /// The line was done without a word.
    #[track_caller]
    pub(crate) fn silently(&self) {
        assert_eq!(
            (self.exit, self.out.as_str(), self.err.as_str()),
            (Exit::Done, "", "")
        );
    }

    /// The line was refused with this code, in the words of the server.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> &str {
        assert_eq!(self.exit, Exit::Refused, "{self:?}");
        assert_eq!(self.exit.code(), 1);
        let said = self.err.trim_end().strip_suffix(&format!(" ({code})"));
        said.and_then(|said| said.strip_prefix("perch: "))
            .unwrap_or_else(|| panic!("{self:?}"))
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn streams(
    terminal: Terminal,
    input: &str,
) -> (Output, impl Fn() -> (String, String) + use<>) {
    let (out, err) = (Kept::default(), Kept::default());
    let input = Box::new(Cursor::new(input.to_owned()));
    let output = Output::new(
        Box::new(out.clone()),
        Box::new(err.clone()),
        input,
        terminal,
    );
    (output, move || (out.text(), err.text()))
}

/// A deployment with the pool `atl-cs-001.contoso.com` and an administrator's token.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) sources: Sources,
}

impl World {
    pub(crate) async fn start() -> Self {
        let server = Server::start().await;
        let token = server.administrator_token().await;
        let sources = Sources {
            url: Some(server.url()),
            token: Some(token),
            file: None,
        };
        Self { server, sources }
    }

    pub(crate) fn client(&self) -> Client {
        let credentials = self.sources.find().unwrap();
        Client::new(&credentials.url, &credentials.token).unwrap()
    }

    /// Runs a cmdlet in a script.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(SCRIPT, "", arguments).await
    }

    /// Runs a cmdlet with other streams.
    pub(crate) async fn run_with(
        &self,
        terminal: Terminal,
        input: &str,
        arguments: &[&str],
    ) -> Ran {
        let (output, kept) = streams(terminal, input);
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let mut shell = Shell::new(self.sources.clone(), output);
        let exit = Box::pin(shell.run_cmdlet(&arguments))
            .await
            .expect("the name of a cmdlet");
        let (out, err) = kept();
        Ran { exit, out, err }
    }

    /// Runs a plain subcommand in a script.
    pub(crate) async fn plain(&self, arguments: &[&str]) -> Ran {
        plain(&self.sources, SCRIPT, "", arguments).await
    }
}

/// Runs a plain subcommand.
pub(crate) async fn plain(
    sources: &Sources,
    terminal: Terminal,
    input: &str,
    arguments: &[&str],
) -> Ran {
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(subcommand)]
        command: perch_shell::Command,
    }

    let program = Program::try_parse_from([&["perch"], arguments].concat()).unwrap();
    let (output, kept) = streams(terminal, input);
    let exit = Box::pin(Shell::new(sources.clone(), output).run(program.command)).await;
    let (out, err) = kept();
    Ran { exit, out, err }
}
