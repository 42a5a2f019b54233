//! The typed client of the HTTP API, and the management shell on top of it.
//!
//! A documented line (`perch New-CsPersistentChatAddin -Name …`) and a plain subcommand (`perch addin new …`) become the
//! same [`Invocation`](cmdlet::Invocation), from one table of cmdlets and parameters, and run through the same code. The
//! shell decides nothing: permissions, names and URLs are judged by the server, whose sentence is shown as it came.
//! Start reading at [`Shell`], then `cmdlet/table.rs` and `operation/mod.rs`.

pub mod client;
pub mod cmdlet;
pub mod command;
pub mod credentials;
pub mod error;
mod identity;
pub mod import;
mod list;
mod operation;
pub mod output;
mod record;
mod shell;

pub use client::Client;
pub use command::Command;
pub use error::{Error, Exit};
pub use output::Output;
pub use shell::{Shell, run, run_cmdlet};
