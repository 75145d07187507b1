//! What services and procedures share about their editions.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Where an edition stands between its editor and its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EditionState {
    /// Being written.
    Draft,
    /// Waits for a second person.
    InReview,
    /// Waits for its day.
    Approved,
    /// What residents see.
    Live,
    /// Was live once.
    Superseded,
}

/// Which edition a resident reads, and who vouched for it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionInfo {
    /// Which edition, from 1.
    pub no: i32,
    /// Since when it is live.
    pub live_at: Option<DateTime<Utc>>,
    /// When somebody last checked that it is still right.
    pub assured_at: Option<DateTime<Utc>>,
    /// By when it is to be checked again.
    pub review_by: Option<NaiveDate>,
    /// Nobody checked it for 180 days, or the day to check it has passed.
    pub stale: bool,
}
