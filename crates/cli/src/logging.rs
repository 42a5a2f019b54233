//! Where log lines go: standard error, one line each, as text or as JSON. And traces, to a collector, when there is one.
//!
//! What people write, and what they sign in with, is in no line and no trace, at whatever level: nothing of ours takes it as a field, and the
//! libraries that would are held down here.

use std::io::IsTerminal;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{Directive, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::error::Error;
use crate::trace::{self, TraceSettings};

/// Libraries whose lowest levels show the content of frames, or say what is no news to an operator.
const HELD_DOWN: [&str; 4] = [
    "tungstenite=info",
    "tokio_tungstenite=info",
    "async_nats=warn",
    "sqlx::postgres::notice=warn",
];

/// What a log line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object with `timestamp`, `level`, `target`, `message`, and the fields of the event.
    Json,
}

/// Starts logging as text. A filter is a level (`info`) or directives (`info,perch_live=debug`), checked with the configuration.
pub(crate) fn start(filter: &str) {
    begin(filter, LogFormat::Text, None);
}

/// Starts logging, and tracing when there is a collector; what is returned must be shut down at the end.
///
/// # Errors
/// When traces cannot be sent to that address.
pub(crate) fn start_with(
    filter: &str,
    format: LogFormat,
    traces: Option<&TraceSettings>,
) -> Result<Option<SdkTracerProvider>, Error> {
    let provider = traces.map(trace::provider).transpose()?;
    begin(filter, format, provider.as_ref());
    Ok(provider)
}

fn begin(filter: &str, format: LogFormat, traces: Option<&SdkTracerProvider>) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = HELD_DOWN.into_iter().fold(filter, |filter, library| {
        match library.parse::<Directive>() {
            Ok(directive) => filter.add_directive(directive),
            Err(_) => filter,
        }
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .boxed(),
    };
    // Spans of ours, and no events: those are the log.
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("perch_"))
        .with_max_level_hint(LevelFilter::DEBUG);
    let traces = traces.map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("perch"))
            .with_filter(ours)
    });
    // Fails only when a subscriber was set before, as in tests; then that one stays.
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(traces)
        .try_init()
        .ok();
}
