//! Private servers of others' making, for tests and measurements: each in a temporary folder of its own, and gone when
//! whoever started it is.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking; a measurement asks first whether they are installed"
)]

mod nats;
mod postgres;

pub use nats::Nats;
pub use postgres::Postgres;
