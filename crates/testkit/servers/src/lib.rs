//! Private servers of others' making, for tests: each in a temporary folder of its own, and gone when the test is.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

mod nats;
mod postgres;

pub use nats::Nats;
pub use postgres::Postgres;
