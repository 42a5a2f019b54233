//! Documented lines and plain subcommands, from their arguments to their exit codes, against a real server.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is surprised fails"
)]

mod addin;
mod category;
mod import;
mod intent;
mod pipeline;
mod room;
mod search;
mod session;
mod state;
mod support;
mod trigger;
mod webhook;
