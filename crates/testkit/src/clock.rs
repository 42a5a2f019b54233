//! A clock that tests move.

use std::sync::atomic::{AtomicI64, Ordering};

use perch_domain::{Clock, Timestamp};

/// 2026-01-05T09:00:00Z.
const START_MICROS: i64 = 1_767_603_600_000_000;
/// Two questions never get the same answer, so what is ordered by time has one order.
const STEP_MICROS: i64 = 1_000;

/// Starts at 2026-01-05T09:00:00Z; a millisecond passes whenever somebody asks.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START_MICROS))
    }
}

impl TestClock {
    /// Lets time pass.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(STEP_MICROS, Ordering::SeqCst))
    }
}
