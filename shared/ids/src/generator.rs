//! Makes new ids and other random values: RFC 9562 version 7, ordered by time.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use super::Id;

/// A source of new ids and of random bytes.
#[derive(Debug)]
pub struct Ids(Source);

#[derive(Debug)]
enum Source {
    Machine,
    Seeded(AtomicU64),
}

impl Ids {
    /// Ids from the machine's randomness.
    pub const fn random() -> Self {
        Self(Source::Machine)
    }

    /// Ids that repeat from run to run, for tests: not for secrets.
    pub const fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(AtomicU64::new(seed)))
    }

    /// The next id for something made at `at`.
    pub fn next<E>(&self, at: DateTime<Utc>) -> Id<E> {
        Id::restore(self.uuid(at))
    }

    /// The next bare UUIDv7.
    pub fn uuid(&self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0); // before 1970 nothing was filed
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// Random bytes, for nonces, keys of files and codes.
    ///
    /// # Panics
    /// When the machine has no randomness to give: nothing safe can be done then.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::Machine => {
                getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
            }
            Source::Seeded(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
                    chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
                }
            }
        }
        bytes
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a good enough spread for repeatable tests.
const fn split_mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;
    use crate::ReportId;

    #[test]
    fn later_ids_sort_later_and_seeds_repeat() {
        let at = Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).unwrap();
        let (one, two) = (Ids::seeded(1), Ids::seeded(1));

        let first: ReportId = one.next(at);
        let later: ReportId = one.next(at + Duration::milliseconds(1));

        assert!(first < later);
        assert_eq!(two.next(at), first);
        assert_eq!(first.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn the_machines_randomness_does_not_repeat() {
        assert_ne!(Ids::random().bytes::<16>(), Ids::random().bytes::<16>());
    }
}
