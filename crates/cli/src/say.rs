//! What a command prints: the one place that writes to standard output, and to standard error what is mentioned on the way.

use std::io::Write;

/// A line on standard output. Nobody may be reading any more (`| head`): then there is nobody to tell.
pub(crate) fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").ok();
}

/// A line on standard error.
pub(crate) fn mention(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}
