//! The generic cell rate algorithm (ITU-T I.371), as one pure function over microseconds.
//!
//! What is stored for a key is one number: the theoretical arrival time, at which the key would be as if never used.
//! `gcra.lua` is the same function for Redis; a property test compares the two.

/// How many units at once, and how long one unit takes to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Units at once.
    pub burst: u32,
    /// Microseconds after which a unit is back.
    pub interval_us: i64,
}

impl Rule {
    /// A quarter of burst and rate: what one process grants on its own while it cannot see the others.
    #[must_use]
    pub const fn quarter(self) -> Self {
        let burst = if self.burst < 8 { 1 } else { self.burst / 4 };
        Self { burst, interval_us: self.interval_us.saturating_mul(4) }
    }

    /// The time after which an untouched key is as if never used.
    pub const fn window_us(self) -> i64 {
        self.interval_us.saturating_mul(self.burst as i64)
    }
}

/// What the function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Store this instead, until then.
    Allow {
        /// Microseconds.
        stored_us: i64,
    },
    /// Store nothing; the same units pass after this long.
    Refuse {
        /// Microseconds.
        retry_after_us: i64,
    },
}

/// Decides over `units` at `now`. More units than the burst count as the whole burst: they pass when the key is fresh.
pub const fn decide(now_us: i64, stored_us: Option<i64>, rule: Rule, units: u32) -> Decision {
    let window = rule.window_us();
    let units = if units > rule.burst { rule.burst } else { units };
    // A stored time beyond the window means that the clock stepped back: nobody waits longer than one window for it.
    let arrival = match stored_us {
        Some(stored) if stored > now_us.saturating_add(window) => now_us.saturating_add(window),
        Some(stored) if stored > now_us => stored,
        Some(_) | None => now_us,
    };
    let next = arrival.saturating_add(rule.interval_us.saturating_mul(units as i64));
    let wait = next.saturating_sub(window).saturating_sub(now_us);
    if wait > 0 {
        Decision::Refuse { retry_after_us: wait }
    } else {
        Decision::Allow { stored_us: next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { burst: 3, interval_us: 1_000_000 };

    #[test]
    fn a_burst_passes_and_then_one_unit_an_interval() {
        let mut stored = None;
        for _ in 0..3 {
            let Decision::Allow { stored_us } = decide(0, stored, RULE, 1) else {
                panic!("the burst passes")
            };
            stored = Some(stored_us);
        }

        assert_eq!(decide(0, stored, RULE, 1), Decision::Refuse { retry_after_us: 1_000_000 });
        assert_eq!(decide(999_999, stored, RULE, 1), Decision::Refuse { retry_after_us: 1 });
        assert_eq!(decide(1_000_000, stored, RULE, 1), Decision::Allow { stored_us: 4_000_000 });
    }

    #[test]
    fn a_clock_that_stepped_back_costs_at_most_one_window() {
        let ten_minutes_later = Some(600_000_000);

        let refused = decide(0, ten_minutes_later, RULE, 1);

        assert_eq!(refused, Decision::Refuse { retry_after_us: 1_000_000 });
    }

    #[test]
    fn more_units_than_the_burst_pass_only_when_fresh() {
        assert_eq!(decide(0, None, RULE, 100), Decision::Allow { stored_us: 3_000_000 });
        assert_eq!(decide(0, Some(1), RULE, 100), Decision::Refuse { retry_after_us: 1 });
    }

    #[test]
    fn a_quarter_never_grants_nothing() {
        let quarter = Rule { burst: 120, interval_us: 50_000 }.quarter();

        assert_eq!(quarter, Rule { burst: 30, interval_us: 200_000 });
        assert_eq!(RULE.quarter().burst, 1);
    }
}
