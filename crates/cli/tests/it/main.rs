//! The program itself, as a process: what it prints, how it stops, and what survives when it is killed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is surprised fails"
)]

mod command_line;
mod copy;
mod fault;
mod full_disk;
mod log;
mod metrics;
mod nodes;
mod package;
mod postgres;
mod process;
mod receiver;
mod tls;
mod webhook;
