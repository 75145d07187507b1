//! Which version of a description somebody reads, and how sure the city is that it still holds.

use async_graphql::SimpleObject;
use city_contracts::catalogue::edition;

use super::scalars::{Date, DateTime};

/// Which version of a description this is, and how sure the city is that it still holds.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "EditionInfo")]
pub struct EditionInfo {
    /// Its number, from 1.
    #[graphql(name = "no")]
    no: i32,
    /// Since when it is shown.
    #[graphql(name = "liveAt")]
    live_at: Option<DateTime>,
    /// When somebody last checked that it still holds.
    #[graphql(name = "assuredAt")]
    assured_at: Option<DateTime>,
    /// By when it must be checked.
    #[graphql(name = "reviewBy")]
    review_by: Option<Date>,
    /// Whether it was not checked for 180 days, or is past its review date.
    #[graphql(name = "stale")]
    stale: bool,
}

impl EditionInfo {
    pub fn new(of: &edition::EditionInfo) -> Self {
        Self {
            no: of.no,
            live_at: of.live_at.map(DateTime),
            assured_at: of.assured_at.map(DateTime),
            review_by: of.review_by.map(Date),
            stale: of.stale,
        }
    }
}
