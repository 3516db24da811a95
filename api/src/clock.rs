//! The time, as microseconds since 1970. Leases and expiry ask a clock that tests can turn.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// One second.
pub const SECOND: i64 = 1_000_000;

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// Microseconds since 1970.
    fn now(&self) -> i64;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        Timestamp::now().as_microsecond()
    }
}

/// A clock that stands still until it is turned.
#[derive(Debug, Default)]
pub struct HandClock(AtomicI64);

impl HandClock {
    /// A clock that shows this time.
    pub fn at(now: i64) -> Self {
        Self(AtomicI64::new(now))
    }

    /// Turns it on.
    pub fn turn(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// ISO 8601 in UTC.
pub fn iso(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap_or_default().to_string()
}
