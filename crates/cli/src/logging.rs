//! Where log lines go: standard error, one line each.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging. A filter is a level (`info`) or directives (`info,perch_live=debug`), checked with the configuration.
pub(crate) fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only when a subscriber was set before, as in tests; then that one stays.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init()
        .ok();
}
