//! The caps on codes by phone and lane: how often one may be sent, and how often guessed.
//!
//! Send caps slide; the windows of misses begin with their first miss; a new code resets no count. The caller holds the
//! lock on the lane's budget, so what is decided here is exact at any load.

use chrono::Duration;
use city_clock::Timestamp;

/// How long a code counts.
pub const CODE_LIFE: Duration = Duration::seconds(300);
/// Wrong codes a challenge bears.
pub const ATTEMPTS: u32 = 5;

/// Which budget a request draws on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane {
    /// Anybody's.
    Open,
    /// That of a device which has signed in with this phone, named by its installation's MAC.
    Known([u8; 32]),
}

impl Lane {
    /// The form in the database.
    pub fn code(&self) -> String {
        match self {
            Self::Open => "OPEN".to_owned(),
            Self::Known(mac) => hex::encode(mac),
        }
    }

    /// Whether a lane of the database is the open one.
    pub fn caps_of(code: &str) -> Caps {
        if code == "OPEN" { OPEN } else { KNOWN }
    }
}

/// The caps of a kind of lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Sends within 15 minutes, an hour and a day.
    pub sends: [usize; 3],
    /// Misses within an hour, after which the lane is locked for one.
    pub misses_hour: u32,
    /// Misses within a day, after which the lane is locked for one.
    pub misses_day: u32,
}

const OPEN: Caps = Caps { sends: [3, 5, 10], misses_hour: 10, misses_day: 30 };
const KNOWN: Caps = Caps { sends: [3, 4, 5], misses_hour: 5, misses_day: 10 };
const WINDOWS: [Duration; 3] = [Duration::minutes(15), Duration::hours(1), Duration::days(1)];

/// Why no code is sent, or none compared, for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capped {
    /// The gap since the last code is not over.
    TooSoon {
        /// When it is.
        until: Timestamp,
    },
    /// As many as a window takes were sent.
    SendLimit {
        /// When the next fits.
        until: Timestamp,
    },
    /// Too many wrong codes.
    Locked {
        /// Until when.
        until: Timestamp,
    },
}

/// What a lane has been sent and has missed, as read under its lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// Misses since `hour_at`.
    pub fails_hour: u32,
    /// First miss of the hour's window.
    pub hour_at: Option<Timestamp>,
    /// Misses since `day_at`.
    pub fails_day: u32,
    /// First miss of the day's window.
    pub day_at: Option<Timestamp>,
    /// Nothing is compared or sent until then.
    pub locked_until: Option<Timestamp>,
    /// When a code was last sent, also when its delivery failed.
    pub last_send_at: Option<Timestamp>,
}

impl Budget {
    /// Refuses while locked.
    pub fn open(&self, now: Timestamp) -> Result<(), Capped> {
        match self.locked_until {
            Some(until) if now < until => Err(Capped::Locked { until }),
            _ => Ok(()),
        }
    }

    /// May a code be sent now? Gives the earliest moment of the next one after it.
    ///
    /// `sends` are the moments of the last day's codes that did not fail, newest first.
    pub fn send(
        &mut self,
        sends: &[Timestamp],
        caps: Caps,
        now: Timestamp,
    ) -> Result<Timestamp, Capped> {
        self.open(now)?;
        let full = WINDOWS.iter().zip(caps.sends).filter_map(|(window, cap)| {
            // The cap-th newest must have left the window.
            let until = *sends.get(cap.checked_sub(1)?)? + *window;
            (now < until).then_some(until)
        });
        if let Some(until) = full.max() {
            return Err(Capped::SendLimit { until });
        }
        let this_hour = sends.iter().filter(|at| now < **at + WINDOWS[1]).count();
        if let (Some(gap), Some(last)) = (gap_after(this_hour), self.last_send_at)
            && now < last + gap
        {
            return Err(Capped::TooSoon { until: last + gap });
        }
        self.last_send_at = Some(now);
        Ok(now + gap_after(this_hour + 1).unwrap_or_default())
    }

    /// Counts a miss and gives the tries left, in the challenge and in the lane.
    pub fn miss(&mut self, attempts: u32, caps: Caps, now: Timestamp) -> u32 {
        (self.fails_hour, self.hour_at) = counted(self.fails_hour, self.hour_at, WINDOWS[1], now);
        (self.fails_day, self.day_at) = counted(self.fails_day, self.day_at, WINDOWS[2], now);
        if self.fails_day >= caps.misses_day {
            self.locked_until = Some(now + WINDOWS[2]);
        } else if self.fails_hour >= caps.misses_hour {
            self.locked_until = Some(now + WINDOWS[1]);
        }
        let in_challenge = ATTEMPTS.saturating_sub(attempts);
        let in_lane = caps
            .misses_hour
            .saturating_sub(self.fails_hour)
            .min(caps.misses_day.saturating_sub(self.fails_day));
        in_challenge.min(in_lane)
    }
}

/// The gap before the next send when this many went out within the hour.
const fn gap_after(sends: usize) -> Option<Duration> {
    match sends {
        0 => None,
        1 => Some(Duration::seconds(60)),
        2 => Some(Duration::seconds(120)),
        _ => Some(Duration::seconds(300)),
    }
}

fn counted(
    fails: u32,
    since: Option<Timestamp>,
    window: Duration,
    now: Timestamp,
) -> (u32, Option<Timestamp>) {
    match since {
        Some(since) if now < since + window => (fails + 1, Some(since)),
        _ => (1, Some(now)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap() + Duration::seconds(seconds)
    }

    /// Sends as early as ever allowed, `count` times; the moments in seconds.
    fn earliest(caps: Caps, count: usize) -> Vec<i64> {
        let (mut budget, mut sends, mut now) = (Budget::default(), Vec::new(), at(0));
        while sends.len() < count {
            match budget.send(&sends, caps, now) {
                Ok(_) => sends.insert(0, now),
                Err(
                    Capped::TooSoon { until }
                    | Capped::SendLimit { until }
                    | Capped::Locked { until },
                ) => {
                    assert!(
                        budget
                            .clone()
                            .send(&sends, caps, until - Duration::microseconds(1))
                            .is_err()
                    );
                    now = until;
                }
            }
        }
        sends.iter().rev().map(|sent| (*sent - at(0)).num_seconds()).collect()
    }

    #[test]
    fn the_open_lane_sends_as_the_table_says() {
        // 60 and 120 s apart, then the quarter hour is full, then the hour at five, the day at ten.
        assert_eq!(
            earliest(OPEN, 11),
            [0, 60, 180, 900, 1200, 3600, 3900, 4200, 4500, 4800, 86_400]
        );
    }

    #[test]
    fn a_known_device_sends_as_the_table_says() {
        assert_eq!(earliest(KNOWN, 6), [0, 60, 180, 900, 3600, 86_400]);
    }

    #[test]
    fn failed_deliveries_are_not_counted_but_keep_their_distance() {
        let mut budget = Budget { last_send_at: Some(at(0)), ..Budget::default() };

        assert_eq!(budget.clone().send(&[], OPEN, at(1)), Ok(at(61)), "the only send failed");
        assert_eq!(budget.send(&[at(-30)], OPEN, at(1)), Err(Capped::TooSoon { until: at(60) }));
    }

    #[test]
    fn the_tenth_miss_of_an_hour_locks_the_open_lane_for_one() {
        let mut budget = Budget::default();
        for n in 1..10 {
            budget.miss(1, OPEN, at(n));
        }
        assert_eq!(budget.open(at(10)), Ok(()));

        let left = budget.miss(1, OPEN, at(10));

        assert_eq!(left, 0);
        assert_eq!(budget.open(at(3609)), Err(Capped::Locked { until: at(3610) }));
        assert_eq!(budget.open(at(3610)), Ok(()));
    }

    #[test]
    fn the_thirtieth_miss_of_a_day_locks_for_a_day() {
        let mut budget = Budget::default();
        for n in 0..30 {
            budget.miss(1, OPEN, at(n * 2000));
        }
        assert_eq!(budget.locked_until, Some(at(29 * 2000) + Duration::days(1)));
    }

    #[test]
    fn a_known_device_is_locked_at_five_and_ten_and_its_windows_begin_with_a_miss() {
        let mut budget = Budget::default();
        for n in 0..4 {
            assert_eq!(budget.miss(0, KNOWN, at(n)), 4 - u32::try_from(n).unwrap());
        }
        assert_eq!(budget.miss(0, KNOWN, at(3600)), 4, "the hour of the first four is over");
        for n in 0..4 {
            budget.miss(0, KNOWN, at(7200 + n));
        }
        assert_eq!(budget.open(at(7300)), Ok(()));
        budget.miss(0, KNOWN, at(10_800));
        assert_eq!(budget.locked_until, Some(at(10_800) + Duration::days(1)));
    }
}
