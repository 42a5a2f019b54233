//! A whole server on a free port, for tests: its own folder, a clock that only moves when asked the time or told to, and
//! people whose methods are the verbs of HTTP. Every answer and every frame is compared with its published description.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

mod clock;
mod description;
mod person;
mod server;
mod socket;

pub use clock::TestClock;
pub use person::{Answer, Person};
pub use server::{POOL, Server};
pub use socket::Socket;
