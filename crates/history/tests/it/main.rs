//! The judge is judged: right records pass, and every way of breaking one is found out.

#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is surprised fails"
)]

mod property;
mod rules;
mod simulation;
