//! When a provider is asked about an order by itself: at 1, 3, 10 and 16 minutes, hourly to a day, daily to a week.

use chrono::Duration;
use city_clock::Timestamp;

/// The next time to ask about an order made at `created_at`, after `now`; none after a week.
pub fn next_poll(created_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let minutes = [1, 3, 10, 16].map(Duration::minutes);
    let hours = (1..=24).map(Duration::hours);
    let days = (2..=7).map(Duration::days);
    let mut all = minutes.into_iter().chain(hours).chain(days).map(|after| created_at + after);
    all.find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn an_order_is_asked_about_34_times_in_a_week_and_then_no_more() {
        let made = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();

        let times: Vec<_> =
            std::iter::successors(next_poll(made, made), |at| next_poll(made, *at)).collect();

        let minutes: Vec<_> = times.iter().map(|at| (*at - made).num_minutes()).collect();
        assert_eq!(minutes[..6], [1, 3, 10, 16, 60, 120]);
        assert_eq!(minutes[27..], [1440, 2880, 4320, 5760, 7200, 8640, 10080]);
        assert_eq!(minutes.len(), 34);
    }
}
