//! When a hand-over that failed is tried again.

use chrono::Duration;
use city_clock::Timestamp;

/// How long a security message is of use; its text is gone afterwards.
pub const SECURITY_LIFE: Duration = Duration::seconds(120);

/// After these the last pause repeats.
const SECURITY_PAUSES: [i64; 3] = [2, 5, 10];
const PAUSES: [i64; 5] = [10, 60, 300, 1_800, 7_200];

/// When to try again after `attempts` tries in this lane; none when that is too late.
///
/// `spread` in `0..=255` moves the pause of slower lanes by ± 20 %, so that a returning channel is not stormed.
pub fn next_try(
    lane: i16,
    attempts: i32,
    spread: u8,
    now: Timestamp,
    expires_at: Timestamp,
) -> Option<Timestamp> {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let pause = if lane == 0 {
        Duration::seconds(SECURITY_PAUSES[index.min(SECURITY_PAUSES.len() - 1)])
    } else {
        let seconds = *PAUSES.get(index)?;
        Duration::milliseconds(seconds * (800 + i64::from(spread) * 400 / 255))
    };
    let next = now + pause;
    (next < expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn a_code_is_tried_after_two_and_five_seconds_and_never_after_two_minutes() {
        let start = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let ends = start + SECURITY_LIFE;

        assert_eq!(next_try(0, 1, 255, start, ends), Some(start + Duration::seconds(2)));
        assert_eq!(next_try(0, 2, 0, start, ends), Some(start + Duration::seconds(5)));
        assert_eq!(next_try(0, 9, 0, start, ends), Some(start + Duration::seconds(10)));
        assert_eq!(next_try(0, 9, 0, start + Duration::seconds(110), ends), None);
    }

    #[test]
    fn other_lanes_wait_longer_each_time_and_end() {
        let start = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let ends = start + Duration::days(2);
        let after = |attempts, spread| {
            next_try(3, attempts, spread, start, ends).map(|at| (at - start).num_seconds())
        };

        assert_eq!([after(1, 0), after(1, 255)], [Some(8), Some(12)]);
        assert_eq!(after(5, 0), Some(5_760));
        assert_eq!(after(6, 0), None);
    }
}
