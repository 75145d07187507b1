//! What waits for a second person, and what nobody has checked for long.

use chrono::{DateTime, NaiveDate, Utc};
use city_auth::Staff;
use city_auth::permission::{SERVICE_OPERATE, SERVICE_PUBLISH};
use city_clock::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::covered;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::service::lists::{self, Stale, Waiting};

/// Entries on one page.
const PAGE: usize = 50;

/// Editions that wait for a second person, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewPage {
    /// The editions.
    pub items: Vec<ReviewItem>,
    /// Where to go on (`after`); none at the end.
    pub next: Option<String>,
}

/// An edition that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewItem {
    /// What it is an edition of.
    pub kind: ReviewedKind,
    /// The code of the service, or the national code of the procedure.
    pub code: String,
    /// Who is responsible.
    pub owner_agency: String,
    /// The edition.
    pub no: i32,
    /// Its name in Vietnamese.
    pub name: Option<String>,
    /// What is different.
    pub change_note: Option<String>,
    /// Who wrote it last: that person does not approve it.
    pub edited_by: String,
    /// Since when it waits.
    pub submitted_at: DateTime<Utc>,
}

/// What an edition in review is an edition of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewedKind {
    /// A service.
    Service,
    /// A procedure.
    Procedure,
}

/// What waits for the caller's judgement, in the agencies of their scope.
///
/// # Errors
/// `INPUT` for a cursor that is none.
pub async fn list_reviews(
    app: &App,
    who: &Staff,
    after: Option<&str>,
) -> Result<ReviewPage, Error> {
    let (snapshot, now) = (app.snapshots.get()?, app.clock.now());
    let after = after.map(read_cursor).transpose()?;
    let agencies = covered(&snapshot.registry, who, SERVICE_PUBLISH, now);
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let mut waiting =
        lists::reviews(&mut db, agencies.as_deref(), after, more_than_a_page()).await?;
    let next = cut(&mut waiting)
        .map(|last| format!("{}.{}", last.submitted_at.timestamp_micros(), last.id));
    Ok(ReviewPage { items: waiting.into_iter().map(ReviewItem::from).collect(), next })
}

impl From<Waiting> for ReviewItem {
    fn from(waiting: Waiting) -> Self {
        Self {
            kind: if waiting.is_procedure {
                ReviewedKind::Procedure
            } else {
                ReviewedKind::Service
            },
            code: waiting.code,
            owner_agency: waiting.owner_agency,
            no: waiting.no,
            name: waiting.name,
            change_note: waiting.change_note,
            edited_by: waiting.edited_by.to_string(),
            submitted_at: waiting.submitted_at,
        }
    }
}

fn read_cursor(cursor: &str) -> Result<(Timestamp, Uuid), Error> {
    let key = cursor.split_once('.').and_then(|(micros, id)| {
        Some((Timestamp::from_timestamp_micros(micros.parse().ok()?)?, Uuid::try_parse(id).ok()?))
    });
    // PostgreSQL has no instant before 4713 BC; a cursor of ours is never that old.
    let key = key.filter(|(at, _)| at.timestamp() >= 0);
    key.ok_or_else(|| {
        Error::invalid("/after", "CURSOR", "take the cursor of a page as it was given")
    })
}

/// Live entries that nobody has checked for long, by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StalePage {
    /// The entries.
    pub items: Vec<StaleItem>,
    /// Where to go on (`after`); none at the end.
    pub next: Option<String>,
}

/// A live entry that nobody has checked for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaleItem {
    /// The service.
    pub code: String,
    /// Who is responsible.
    pub owner_agency: String,
    /// The edition that is live.
    pub no: i32,
    /// Its name in Vietnamese.
    pub name: Option<String>,
    /// When it was last checked, or went live.
    pub checked_at: DateTime<Utc>,
    /// By when it should have been checked.
    pub review_by: Option<NaiveDate>,
}

/// What should be checked again, in the agencies of the caller's scope.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn list_stale(app: &App, who: &Staff, after: Option<&str>) -> Result<StalePage, Error> {
    let (snapshot, now) = (app.snapshots.get()?, app.clock.now());
    let agencies = covered(&snapshot.registry, who, SERVICE_OPERATE, now);
    let after =
        after.map(|after| after.chars().take(64).filter(|c| !c.is_control()).collect::<String>());
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let limit = more_than_a_page();
    let mut stale =
        lists::stale(&mut db, agencies.as_deref(), now, after.as_deref(), limit).await?;
    let next = cut(&mut stale).map(|last| last.service.clone());
    Ok(StalePage { items: stale.into_iter().map(StaleItem::from).collect(), next })
}

impl From<Stale> for StaleItem {
    fn from(stale: Stale) -> Self {
        Self {
            code: stale.service,
            owner_agency: stale.owner_agency,
            no: stale.no,
            name: stale.name,
            checked_at: stale.checked_at,
            review_by: stale.review_by,
        }
    }
}

/// One more tells whether another page follows.
fn more_than_a_page() -> i64 {
    i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
}

/// Cuts the rows to a page; gives the last one when more follow.
fn cut<T>(rows: &mut Vec<T>) -> Option<&T> {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    rows.last().filter(|_| more)
}
