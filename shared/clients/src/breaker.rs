//! Stops calling a service that does not answer, so that its callers fail at once instead of waiting.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that open it.
const IN_A_ROW: u32 = 5;
/// Of the last this many calls, half failing opens it too.
const WINDOW: u32 = 20;
/// How long it stays open before one probe may pass.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures_in_a_row: u32,
    /// One bit a call, the newest lowest; 1 is a failure.
    history: u32,
    calls: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may go out now. While open, one probe passes after each pause.
    pub(crate) fn lets_pass(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now + PAUSE); // the probe's answer closes it, silence keeps it open
                true
            }
            None => true,
        }
    }

    /// Learns from an answer.
    pub(crate) fn learn(&self, failed: bool, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed {
            state.failures_in_a_row += 1;
        } else {
            if state.open_until.take().is_some() {
                state.history = 0;
                state.calls = 0;
            }
            state.failures_in_a_row = 0;
        }
        state.history = ((state.history << 1) | u32::from(failed)) & ((1 << WINDOW) - 1);
        state.calls = (state.calls + 1).min(WINDOW);
        let half_failed = state.calls == WINDOW && state.history.count_ones() * 2 >= WINDOW;
        if failed && (state.failures_in_a_row >= IN_A_ROW || half_failed) {
            state.open_until = Some(now + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_open_it_and_a_good_probe_closes_it() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..5 {
            assert!(breaker.lets_pass(start));
            breaker.learn(true, start);
        }

        assert!(!breaker.lets_pass(start + Duration::from_millis(1_999)));
        let later = start + Duration::from_secs(2);
        assert!(breaker.lets_pass(later), "one probe");
        assert!(!breaker.lets_pass(later), "and only one");
        breaker.learn(false, later);
        assert!(breaker.lets_pass(later));
    }

    #[test]
    fn every_second_call_failing_opens_it_too() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for call in 0..20 {
            breaker.learn(call % 2 == 1, start);
        }
        assert!(!breaker.lets_pass(start));
    }
}
