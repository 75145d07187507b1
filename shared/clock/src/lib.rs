//! Where time comes from.
//!
//! Time is an argument everywhere else: `domain/` takes a [`Timestamp`], a use case asks its [`SharedClock`] once.
//! Two clocks ship: [`SystemClock`], and [`ManualClock`] for tests, simulations and `city serve --clock`.
#![deny(missing_docs)]

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, SubsecRound, Utc};

/// An instant, always UTC; PostgreSQL keeps microseconds, so clocks here give no finer ones.
pub type Timestamp = DateTime<Utc>;

/// A clock that every part of a process can share.
pub type SharedClock = Arc<dyn Clock>;

/// A source of the present instant.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, in whole microseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the system clock is read here and nowhere else")]
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that stands still at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start.trunc_subsecs(6)))
    }

    /// Moves the clock; a negative duration moves it back, as a corrected machine clock would.
    pub fn advance(&self, by: Duration) {
        *self.lock() += by;
    }

    /// Sets the clock to an instant.
    pub fn set(&self, to: Timestamp) {
        *self.lock() = to.trunc_subsecs(6);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}

/// The offset of `Asia/Ho_Chi_Minh`, which has had no daylight saving since 1975.
///
/// # Panics
/// Never: seven hours is inside chrono's range of a day.
pub fn hue_offset() -> FixedOffset {
    FixedOffset::east_opt(7 * 3600).expect("seven hours is less than a day")
}

/// The civil day of an instant in Hue.
pub fn hue_day(at: Timestamp) -> NaiveDate {
    at.with_timezone(&hue_offset()).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn the_civil_day_of_hue_begins_at_seventeen_hours_utc() {
        let before = Utc.with_ymd_and_hms(2026, 3, 6, 16, 59, 59).unwrap();

        assert_eq!(hue_day(before).to_string(), "2026-03-06");
        assert_eq!(hue_day(before + Duration::seconds(1)).to_string(), "2026-03-07");
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(Utc.with_ymd_and_hms(2026, 3, 6, 8, 0, 0).unwrap());
        let start = clock.now();

        clock.advance(Duration::minutes(5));

        assert_eq!(clock.now() - start, Duration::minutes(5));
    }
}
