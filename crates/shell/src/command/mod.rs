//! The plain subcommands: `perch addin new …` beside `perch New-CsPersistentChatAddin …`.
//!
//! Those of add-ins, categories and rooms are made from the table of cmdlets and become the same invocations. The others
//! have no cmdlet in the original.

mod addin;
mod grant;
mod intent;
mod node;
mod noun;
mod pool;
mod principal;
mod search;
mod session;
mod token;
mod trigger;
mod webhook;

use clap::Subcommand;

pub use addin::AddinCommand;
pub use grant::GrantCommand;
pub use node::NodeCommand;
pub use noun::{AddinLine, CategoryCommand, RoomCommand};
pub use pool::PoolCommand;
pub use principal::{GroupCommand, UserCommand};
pub use search::SearchCommand;
pub use session::SignInCommand;
pub use token::TokenCommand;
pub use trigger::TriggerCommand;

use crate::cmdlet::help;
use crate::error::{Error, Exit};
use crate::import::ImportCommand;
use crate::shell::Shell;

/// The shell's subcommands, to be flattened into those of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add-ins: register, list, change, remove, what they may do, and why a page is not shown.
    #[command(subcommand)]
    Addin(AddinCommand),
    /// Triggers: what of posted text becomes a context.
    #[command(subcommand)]
    Trigger(TriggerCommand),
    /// Categories: create, list, change, remove.
    #[command(subcommand)]
    Category(CategoryCommand),
    /// Rooms: create, list, change, remove.
    #[command(subcommand)]
    Room(RoomCommand),
    /// Pools: add, list.
    #[command(subcommand)]
    Pool(PoolCommand),
    /// Nodes: list, let them take clients or not.
    #[command(subcommand)]
    Node(NodeCommand),
    /// Users: add, list, change.
    #[command(subcommand)]
    User(UserCommand),
    /// Groups, organizational units and domains: add, list, change.
    #[command(subcommand)]
    Group(GroupCommand),
    /// Bearer tokens of programs: issue, list, end.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Store a token for a server, so that the other commands can be used.
    SignIn(SignInCommand),
    /// End the stored token and forget it.
    SignOut,
    /// Search messages, newest first.
    Search(SearchCommand),
    /// Load history from elsewhere.
    #[command(subcommand)]
    Import(ImportCommand),
    /// List the cmdlets of the original that run as they are documented.
    #[command(after_help = "Example:\n  perch cmdlets room")]
    Cmdlets {
        /// Part of a name.
        part: Option<String>,
    },
}

/// Runs one of them.
pub(crate) async fn run(shell: &mut Shell, command: Command) -> Result<Exit, Error> {
    match command {
        Command::Addin(command) => return addin::run(shell, command).await,
        Command::Category(CategoryCommand(line)) => {
            return shell.invoke(&line.into_invocation()?).await;
        }
        Command::Room(RoomCommand(line)) => return shell.invoke(&line.into_invocation()?).await,
        Command::Trigger(command) => trigger::run(shell, command).await?,
        Command::Node(command) => node::run(shell, command).await?,
        Command::Pool(command) => pool::run(shell, command).await?,
        Command::User(command) => principal::run_user(shell, command).await?,
        Command::Group(command) => principal::run_group(shell, command).await?,
        Command::Token(command) => token::run(shell, command).await?,
        Command::SignIn(command) => session::sign_in(shell, command).await?,
        Command::SignOut => session::sign_out(shell).await?,
        Command::Search(command) => search::run(shell, command).await?,
        Command::Import(command) => crate::import::run(shell, command).await?,
        Command::Cmdlets { part } => shell
            .output
            .line(&help::list(part.as_deref().unwrap_or_default())),
    }
    Ok(Exit::Done)
}
