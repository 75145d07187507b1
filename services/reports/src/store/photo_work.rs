//! What the photo workers take up and write: claims with a lease, ends, sweeps.
//!
//! A claim is one statement and commits before the store is asked anything. Its `attempt` fences it: a worker that comes
//! back after its lease finds another attempt in the row and writes nothing.

use city_clock::Timestamp;
use city_ids::{PhotoId, ReportId};
use sqlx::PgConnection;

use super::photo::broken;
use crate::domain::{Derived, PhotoRefusal};
use crate::error::{Error, fault};
use crate::photo::Format;

/// A photo that a worker has taken up.
#[derive(Debug, Clone)]
pub struct Job {
    pub photo: PhotoId,
    pub report: ReportId,
    pub format: Format,
    pub byte_length: u64,
    pub quarantine_key: String,
    /// Chosen with the first attempt, so that a later one writes over the same files.
    pub media_key: String,
    /// Which attempt this is; the claim is lost when the row has another.
    pub attempt: i32,
    pub created_at: Timestamp,
    /// Whether the original is sealed instead of deleted.
    pub keep_original: bool,
}

/// Takes up the photo that has waited longest; also one whose worker did not come back in time.
pub async fn claim(
    db: &mut PgConnection,
    at: Timestamp,
    lease_until: Timestamp,
    media_key: &str,
) -> Result<Option<Job>, Error> {
    let row = sqlx::query!(
        r#"with due as (
               select photo.id, coalesce(category.keep_original, topic.keep_original, false) as keep_original
               from reports.photo
               join reports.report on report.id = photo.report
               join reports.category on category.code = report.category
               left join reports.category topic on topic.code = category.parent
               where photo.state in ('AWAITED', 'PROCESSING') and photo.next_at <= $1
               order by photo.next_at
               limit 1
               for update of photo skip locked
           )
           update reports.photo
           set state = 'PROCESSING',
               attempts = attempts + 1,
               next_at = $2,
               media_key = coalesce(media_key, $3)
           from due
           where photo.id = due.id
           returning photo.id as "id: PhotoId", report as "report!: ReportId", content_type, byte_length,
                     quarantine_key as "quarantine_key!", media_key as "media_key!", attempts, created_at,
                     due.keep_original as "keep_original!""#,
        at,
        lease_until,
        media_key,
    )
    .fetch_optional(db)
    .await
    .map_err(fault("claiming a photo"))?;
    row.map(|row| {
        Ok(Job {
            photo: row.id,
            report: row.report,
            format: Format::parse(&row.content_type).ok_or_else(|| broken("content_type"))?,
            byte_length: u64::try_from(row.byte_length).map_err(|_| broken("byte_length"))?,
            quarantine_key: row.quarantine_key,
            media_key: row.media_key,
            attempt: row.attempts,
            created_at: row.created_at,
            keep_original: row.keep_original,
        })
    })
    .transpose()
}

/// Somebody else tries again, from `next_at` on.
pub async fn give_back(db: &mut PgConnection, job: &Job, next_at: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "update reports.photo set state = 'AWAITED', next_at = $3
         where id = $1 and attempts = $2 and state = 'PROCESSING'",
        job.photo.as_uuid(),
        job.attempt,
        next_at,
    )
    .execute(db)
    .await
    .map_err(fault("giving a photo back"))?;
    Ok(())
}

/// How a photo ended.
#[derive(Debug, Clone)]
pub enum End {
    Ready { files: Derived, sealed_key: Option<String> },
    Refused(PhotoRefusal),
    Missing,
}

/// Writes the end; false when the claim was lost meanwhile, and nothing was written.
pub async fn finish(
    db: &mut PgConnection,
    job: &Job,
    end: &End,
    sweep_at: Timestamp,
) -> Result<bool, Error> {
    let (state, files, refusal, sealed_key) = match end {
        End::Ready { files, sealed_key } => ("READY", Some(files), None, sealed_key.as_deref()),
        End::Refused(refusal) => ("REFUSED", None, Some(refusal.as_str()), None),
        End::Missing => ("MISSING", None, None, None),
    };
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let done = sqlx::query!(
        "update reports.photo
         set state = $3, refusal = $4, width = $5, height = $6, media_key = $7, original_sha256 = $8, full_sha256 = $9,
             sealed_key = $10, next_at = $11
         where id = $1 and attempts = $2 and state = 'PROCESSING'",
        job.photo.as_uuid(),
        job.attempt,
        state,
        refusal,
        files.map(|files| pixels(files.width)),
        files.map(|files| pixels(files.height)),
        files.map(|files| files.media_key.as_str()),
        files.map(|files| files.original_sha256.as_slice()),
        files.map(|files| files.full_sha256.as_slice()),
        sealed_key,
        sweep_at,
    )
    .execute(db)
    .await
    .map_err(fault("ending a photo"))?;
    Ok(done.rows_affected() == 1)
}

/// Uploaded bytes that nobody needs.
#[derive(Debug, Clone)]
pub struct Leftover {
    pub photo: PhotoId,
    pub quarantine_key: String,
}

/// Takes up the leftover that has waited longest; others look for it again at `again_at`.
pub async fn claim_leftover(
    db: &mut PgConnection,
    at: Timestamp,
    again_at: Timestamp,
) -> Result<Option<Leftover>, Error> {
    sqlx::query_as!(
        Leftover,
        r#"update reports.photo set next_at = $2
           where id = (
               select id from reports.photo
               where quarantine_key is not null
                 and state in ('ISSUED', 'READY', 'REFUSED', 'MISSING')
                 and next_at <= $1
               order by next_at
               limit 1
               for update skip locked
           )
           returning id as "photo: PhotoId", quarantine_key as "quarantine_key!""#,
        at,
        again_at,
    )
    .fetch_optional(db)
    .await
    .map_err(fault("claiming leftover bytes"))
}

/// The bytes are gone: an unused ticket goes with them, a photo of a report stays.
pub async fn forget_leftover(db: &mut PgConnection, photo: PhotoId) -> Result<(), Error> {
    sqlx::query!(
        "with unused as (delete from reports.photo where id = $1 and state = 'ISSUED')
         update reports.photo set quarantine_key = null where id = $1 and state <> 'ISSUED'",
        photo.as_uuid(),
    )
    .execute(db)
    .await
    .map_err(fault("forgetting leftover bytes"))?;
    Ok(())
}
