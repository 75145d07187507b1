//! Ids that clients make.

use chrono::{DateTime, Duration};
use city_clock::Timestamp;
use uuid::{Uuid, Variant};

/// How far behind our clock a new id may be timed.
const OLDEST: Duration = Duration::hours(24);
/// How far ahead of our clock a new id may be timed.
const LATEST: Duration = Duration::minutes(5);

/// Why a new id from outside is not taken; it stays free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForeignId {
    /// It is no UUIDv7.
    #[error("the id of a payment is a UUID of version 7")]
    NotV7,
    /// It is timed outside of -24 h to +5 min of our clock.
    #[error("the id is timed more than 24 hours back or 5 minutes ahead")]
    OutOfTime,
}

/// Whether a new id from outside may be used at `now`. One that was answered before is answered for ever, so it is looked
/// up first.
///
/// # Errors
/// Why it may not be used.
pub fn check_new_id(id: Uuid, now: Timestamp) -> Result<(), ForeignId> {
    if id.get_version_num() != 7 || id.get_variant() != Variant::RFC4122 {
        return Err(ForeignId::NotV7);
    }
    let ahead = Duration::milliseconds(millis_of(id) - now.timestamp_millis());
    if (-OLDEST..=LATEST).contains(&ahead) { Ok(()) } else { Err(ForeignId::OutOfTime) }
}

/// When an id was made, by the clock of whoever made it.
pub fn made_at(id: Uuid) -> Timestamp {
    DateTime::from_timestamp_millis(millis_of(id)).unwrap_or(DateTime::UNIX_EPOCH)
}

/// 48 bits of milliseconds: always a positive i64, and an instant that chrono can hold.
fn millis_of(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX)
}
