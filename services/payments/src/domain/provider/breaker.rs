//! A breaker a provider: after five failures in a row it is left alone for a while.

use chrono::Duration;
use city_clock::Timestamp;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one more try.
const PAUSE: Duration = Duration::seconds(30);

/// What is known of a provider's health.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether the provider may be asked now. After the pause one failure opens it again.
    pub fn lets_pass(&self, now: Timestamp) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// Learns how a question ended.
    pub fn learn(&mut self, well: bool, now: Timestamp) {
        if well {
            *self = Self::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.open_until = Some(now + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn five_failures_in_a_row_open_it_and_one_success_closes_it() {
        let now = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.learn(false, now);
        }
        breaker.learn(true, now);
        for _ in 0..4 {
            breaker.learn(false, now);
        }
        assert!(breaker.lets_pass(now));

        breaker.learn(false, now);

        assert!(!breaker.lets_pass(now));
        let later = now + PAUSE;
        assert!(breaker.lets_pass(later));
        breaker.learn(false, later);
        assert!(!breaker.lets_pass(later));
        breaker.learn(true, later);
        assert!(breaker.lets_pass(later));
    }
}
