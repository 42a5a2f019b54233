//! The documented cmdlets: one table says which there are and what they take; parsing, help, listing and the plain
//! subcommands are read from it.

mod active_server;
mod addin;
mod category;
pub(crate) mod help;
mod invocation;
pub(crate) mod parse;
mod room;
mod state;
pub(crate) mod table;
pub(crate) mod value;

pub use invocation::Invocation;
