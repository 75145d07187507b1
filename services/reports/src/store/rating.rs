//! Ratings: one a round and person, changeable.

use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};
use sqlx::PgConnection;

use crate::domain::Score;
use crate::error::{Error, fault};

/// A rating to be kept.
#[derive(Debug)]
pub struct NewRating<'a> {
    pub report: ReportId,
    pub round: i32,
    pub account: AccountId,
    pub score: Score,
    pub reasons: &'a [String],
    pub text: Option<&'a str>,
    pub at: Timestamp,
}

pub async fn upsert(db: &mut PgConnection, rating: &NewRating<'_>) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.rating (report, round, account, score, reasons, text, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (report, round, account) do update
        set score = excluded.score, reasons = excluded.reasons, text = excluded.text, at = excluded.at"#,
        rating.report.as_uuid(),
        rating.round,
        rating.account.as_uuid(),
        i16::from(rating.score.get()),
        rating.reasons,
        rating.text,
        rating.at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("keeping a rating"))
}
