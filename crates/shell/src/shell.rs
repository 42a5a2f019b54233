//! One run of the shell: from a line to its exit code.

use std::process::ExitCode;

use crate::client::Client;
use crate::cmdlet::parse::{self, Line};
use crate::cmdlet::{Invocation, help};
use crate::command::{self, Command};
use crate::credentials::Sources;
use crate::error::{Error, Exit};
use crate::operation::{self, Context};
use crate::output::Output;

/// The shell with its surroundings: where it finds the server, and its streams.
pub struct Shell {
    pub(crate) sources: Sources,
    pub(crate) output: Output,
}

impl Shell {
    /// The environment and streams of this process.
    #[must_use]
    pub fn process() -> Self {
        Self::new(Sources::process(), Output::process())
    }

    /// Surroundings of the caller's choice.
    #[must_use]
    pub const fn new(sources: Sources, output: Output) -> Self {
        Self { sources, output }
    }

    /// Runs a plain subcommand.
    pub async fn run(&mut self, command: Command) -> Exit {
        let result = Box::pin(command::run(self, command)).await;
        self.end(result)
    }

    /// Runs a documented line; `None` when the first argument is not the name of a cmdlet (`Verb-CsNoun`).
    pub async fn run_cmdlet(&mut self, arguments: &[String]) -> Option<Exit> {
        arguments
            .first()
            .filter(|name| parse::is_cmdlet_name(name))?;
        let result = match parse::parse(arguments) {
            Ok(Line::Help(cmdlet)) => {
                self.output.line(&help::cmdlet(cmdlet));
                Ok(Exit::Done)
            }
            Ok(Line::Run(invocation)) => Box::pin(self.invoke(&invocation)).await,
            Err(error) => Err(error),
        };
        Some(self.end(result))
    }

    pub(crate) async fn invoke(&mut self, invocation: &Invocation) -> Result<Exit, Error> {
        let client = self.client()?;
        operation::execute(&mut Context::new(&client, &mut self.output), invocation).await
    }

    /// The client of the known server.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        let credentials = self.sources.find()?;
        Ok(Client::new(&credentials.url, &credentials.token)?)
    }

    fn end(&mut self, result: Result<Exit, Error>) -> Exit {
        result.unwrap_or_else(|error| {
            self.output.error(&error);
            error.exit()
        })
    }
}

/// Runs a plain subcommand with the environment and streams of this process.
pub async fn run(command: Command) -> ExitCode {
    Box::pin(Shell::process().run(command)).await.into()
}

/// Runs a documented line with the environment and streams of this process; `None` when the first argument is not the name
/// of a cmdlet.
pub async fn run_cmdlet(arguments: &[String]) -> Option<ExitCode> {
    Box::pin(Shell::process().run_cmdlet(arguments))
        .await
        .map(ExitCode::from)
}
