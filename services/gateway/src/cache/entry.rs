//! A kept answer, and how long it may be given.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use chrono::TimeDelta;
use city_clock::Timestamp;

use super::Tag;

const SHORTEST: u32 = 5;
const LONGEST: u32 = 60;
/// With its service down, an answer may be given for this long.
const LONGEST_DOWN: TimeDelta = TimeDelta::minutes(10);
/// After a failed refresh, nobody waits for another one for this long.
const REST: TimeDelta = TimeDelta::seconds(5);

/// An answer that is the same for everybody who asks the same.
#[derive(Debug)]
pub struct Entry {
    /// The JSON of the answer.
    pub body: Bytes,
    /// With its quotes.
    pub etag: String,
    pub(super) tags: Vec<Tag>,
    /// How many drops had been heard when it began to be fetched.
    pub(super) born: u64,
    fetched_at: Timestamp,
    age_limit: TimeDelta,
    is_refreshing: AtomicBool,
    /// In milliseconds since 1970.
    rests_until: AtomicI64,
}

/// What may be done with an entry of some age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Give it.
    Fresh,
    /// Give it once more, and fetch a new one meanwhile.
    Stale,
    /// Give it without asking again: its service was down a moment ago.
    Resting,
    /// Give it only if its service is down.
    IfDown,
    Over,
}

impl Entry {
    pub(super) fn new(
        body: Vec<u8>,
        tags: Vec<Tag>,
        born: u64,
        fetched_at: Timestamp,
        max_age: u32,
    ) -> Self {
        let tag = hex::encode(digest(&SHA256, &body));
        let seconds = max_age.clamp(SHORTEST, LONGEST);
        Self {
            body: body.into(),
            etag: format!("\"{tag}\""),
            tags,
            born,
            fetched_at,
            age_limit: TimeDelta::seconds(seconds.into()),
            is_refreshing: AtomicBool::new(false),
            rests_until: AtomicI64::new(i64::MIN),
        }
    }

    /// Whole seconds since it was fetched.
    pub fn age_seconds(&self, now: Timestamp) -> u64 {
        u64::try_from(self.age(now).num_seconds()).unwrap_or(0)
    }

    fn age(&self, now: Timestamp) -> TimeDelta {
        now - self.fetched_at
    }

    pub(super) fn usable(&self, now: Timestamp) -> Use {
        let age = self.age(now);
        if age < self.age_limit {
            Use::Fresh
        } else if age < self.age_limit * 2 {
            Use::Stale
        } else if age > LONGEST_DOWN {
            Use::Over
        } else if now.timestamp_millis() < self.rests_until.load(Ordering::Relaxed) {
            Use::Resting
        } else {
            Use::IfDown
        }
    }

    /// Whether the caller is the one to refresh it.
    pub(super) fn begins_refresh(&self) -> bool {
        !self.is_refreshing.swap(true, Ordering::Relaxed)
    }

    pub(super) fn ends_refresh(&self) {
        self.is_refreshing.store(false, Ordering::Relaxed);
    }

    /// Its service did not answer just now.
    pub(super) fn rests(&self, now: Timestamp) {
        self.rests_until.store((now + REST).timestamp_millis(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_fresh_then_stale_then_only_for_when_its_service_is_down() {
        let start = Timestamp::UNIX_EPOCH;
        let entry = Entry::new(b"{}".to_vec(), Vec::new(), 0, start, 30);
        let at = |seconds| entry.usable(start + TimeDelta::seconds(seconds));

        assert_eq!([at(0), at(29)], [Use::Fresh; 2]);
        assert_eq!([at(30), at(59)], [Use::Stale; 2]);
        assert_eq!([at(60), at(600)], [Use::IfDown; 2]);
        assert_eq!(at(601), Use::Over);
        entry.rests(start + TimeDelta::seconds(100));
        assert_eq!([at(104), at(105)], [Use::Resting, Use::IfDown]);
    }

    #[test]
    fn the_age_limit_is_five_seconds_to_a_minute() {
        let start = Timestamp::UNIX_EPOCH;
        let fresh_for = |max_age, seconds| {
            let entry = Entry::new(Vec::new(), Vec::new(), 0, start, max_age);
            entry.usable(start + TimeDelta::seconds(seconds)) == Use::Fresh
        };

        assert!(fresh_for(1, 4) && !fresh_for(1, 5));
        assert!(fresh_for(3_600, 59) && !fresh_for(3_600, 60));
    }
}
