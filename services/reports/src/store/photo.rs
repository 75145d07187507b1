//! Rows of `photo`. A row moves along `domain::PhotoState`; the conditions here are those of its transitions.

use city_clock::Timestamp;
use city_ids::{AccountId, PhotoId, ReportId};
use sqlx::PgConnection;

use crate::domain::{Derived, GeoPoint, PhotoPurpose, PhotoRefusal, PhotoState, TICKET_LIFE};
use crate::error::{Error, fault};
use crate::photo::Format;

/// Leave to upload one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub id: PhotoId,
    pub purpose: PhotoPurpose,
    pub format: Format,
    pub byte_length: u64,
    /// Where the bytes are uploaded to; none once they were deleted.
    pub quarantine_key: Option<String>,
    /// The name of its state.
    pub state: String,
    pub created_at: Timestamp,
}

impl Ticket {
    /// Whether a report may still use it.
    pub fn is_usable(&self, at: Timestamp) -> bool {
        self.state == PhotoState::Issued.name() && at - self.created_at < TICKET_LIFE
    }

    /// Whether its bytes may still come.
    pub fn is_open(&self, at: Timestamp) -> bool {
        [PhotoState::Issued.name(), PhotoState::Awaited.name()].contains(&self.state.as_str())
            && at - self.created_at < TICKET_LIFE
    }
}

/// A stored photo breaks a rule: a fault, never a refusal.
pub(super) fn broken(column: &'static str) -> Error {
    Error::internal("reading a stored photo")(format!("its {column} fits no rule").into())
}

struct TicketRow {
    id: PhotoId,
    purpose: String,
    content_type: String,
    byte_length: i64,
    quarantine_key: Option<String>,
    state: String,
    created_at: Timestamp,
}

impl TryFrom<TicketRow> for Ticket {
    type Error = Error;

    fn try_from(row: TicketRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            purpose: PhotoPurpose::parse(&row.purpose).ok_or_else(|| broken("purpose"))?,
            format: Format::parse(&row.content_type).ok_or_else(|| broken("content_type"))?,
            byte_length: u64::try_from(row.byte_length).map_err(|_| broken("byte_length"))?,
            quarantine_key: row.quarantine_key,
            state: row.state,
            created_at: row.created_at,
        })
    }
}

/// A ticket as it is given out.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    pub id: PhotoId,
    pub owner: AccountId,
    pub purpose: PhotoPurpose,
    pub format: Format,
    pub byte_length: i64,
    pub quarantine_key: &'a str,
    /// Where the device was.
    pub taken: Option<GeoPoint>,
    pub at: Timestamp,
}

/// A new ticket that nothing uses yet; after its life its bytes are swept.
pub async fn insert(db: &mut PgConnection, ticket: &NewTicket<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into reports.photo (id, owner, purpose, content_type, byte_length, quarantine_key, state, taken_lat,
                                    taken_lon, next_at, created_at)
         values ($1, $2, $3, $4, $5, $6, 'ISSUED', $7, $8, $9, $10)",
        ticket.id.as_uuid(),
        ticket.owner.as_uuid(),
        ticket.purpose.as_str(),
        ticket.format.content_type(),
        ticket.byte_length,
        ticket.quarantine_key,
        ticket.taken.map(GeoPoint::lat),
        ticket.taken.map(GeoPoint::lon),
        ticket.at + TICKET_LIFE,
        ticket.at,
    )
    .execute(db)
    .await
    .map_err(fault("inserting a photo ticket"))?;
    Ok(())
}

/// The tickets of `owner` among `ids`, in no order.
pub async fn list_tickets(
    db: &mut PgConnection,
    owner: AccountId,
    ids: &[PhotoId],
) -> Result<Vec<Ticket>, Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query_as!(
        TicketRow,
        r#"select id as "id: PhotoId", purpose, content_type, byte_length, quarantine_key, state, created_at
           from reports.photo
           where owner = $1 and id = any ($2)"#,
        owner.as_uuid(),
        &ids,
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing photo tickets"))?;
    rows.into_iter().map(Ticket::try_from).collect()
}

/// Serialises the tickets of one account in this transaction, so that two cannot both be the last of a quota.
pub async fn lock_quota(db: &mut PgConnection, owner: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('photo:' || $1::text, 0))",
        owner.as_uuid().to_string()
    )
    .execute(db)
    .await
    .map_err(fault("locking the photo quota"))?;
    Ok(())
}

/// How many tickets an account got since then, and when the first of them.
pub async fn count_since(
    db: &mut PgConnection,
    owner: AccountId,
    since: Timestamp,
) -> Result<Usage, Error> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", min(created_at) as oldest
           from reports.photo
           where owner = $1 and created_at > $2"#,
        owner.as_uuid(),
        since,
    )
    .fetch_one(db)
    .await
    .map_err(fault("counting photo tickets"))?;
    Ok(Usage { count: row.count, oldest: row.oldest })
}

/// Tickets within a span of time.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub count: i64,
    pub oldest: Option<Timestamp>,
}

/// Photos `ids` of `owner` become photos of a report, in this order behind those it has; the caller holds the report's
/// row. False when one is not usable any more: the transaction must then be given up.
pub async fn link(
    db: &mut PgConnection,
    owner: AccountId,
    purpose: PhotoPurpose,
    ids: &[PhotoId],
    report: ReportId,
    at: Timestamp,
) -> Result<bool, Error> {
    let raw: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
    let linked = sqlx::query!(
        "update reports.photo
         set state = 'AWAITED',
             report = $4,
             no = wanted.ordinality + (select coalesce(max(no), 0) from reports.photo where report = $4),
             next_at = $5
         from unnest($3::uuid[]) with ordinality as wanted (id, ordinality)
         where photo.id = wanted.id
           and owner = $1
           and purpose = $2
           and state = 'ISSUED'
           and created_at > $6",
        owner.as_uuid(),
        purpose.as_str(),
        &raw,
        report.as_uuid(),
        at,
        at - TICKET_LIFE,
    )
    .execute(db)
    .await
    .map_err(fault("linking photos"))?;
    Ok(linked.rows_affected() == u64::try_from(ids.len()).unwrap_or(u64::MAX))
}

/// A report that was filed already has got one photo more. No version: nobody can see it yet.
pub async fn count_one_more(db: &mut PgConnection, report: ReportId) -> Result<(), Error> {
    sqlx::query!(
        "update reports.report set photo_count = photo_count + 1 where id = $1",
        report.as_uuid()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("counting photos"))
}

/// The columns that hold a photo's state.
struct StateColumns {
    state: String,
    refusal: Option<String>,
    size: Option<(i32, i32)>,
    media_key: Option<String>,
    sha256: Option<(Vec<u8>, Vec<u8>)>,
}

impl StateColumns {
    /// Trusts a row that only the transitions wrote.
    fn restore(self) -> Result<PhotoState, Error> {
        Ok(match self.state.as_str() {
            "ISSUED" => PhotoState::Issued,
            "AWAITED" => PhotoState::Awaited,
            "PROCESSING" => PhotoState::Processing,
            "MISSING" => PhotoState::Missing,
            "REFUSED" => {
                let refusal = self.refusal.as_deref().and_then(PhotoRefusal::parse);
                PhotoState::Refused(refusal.ok_or_else(|| broken("refusal"))?)
            }
            "READY" => PhotoState::Ready(self.derived().ok_or_else(|| broken("files"))?),
            _ => return Err(broken("state")),
        })
    }

    fn derived(self) -> Option<Derived> {
        let ((width, height), (original, full)) = self.size.zip(self.sha256)?;
        Some(Derived {
            media_key: self.media_key?,
            width: u32::try_from(width).ok()?,
            height: u32::try_from(height).ok()?,
            original_sha256: original.try_into().ok()?,
            full_sha256: full.try_into().ok()?,
        })
    }
}

/// A photo of a report, for views and for the evidence of a resolution.
#[derive(Debug, Clone)]
pub struct ReportPhoto {
    pub id: PhotoId,
    pub report: ReportId,
    pub purpose: PhotoPurpose,
    pub no: i32,
    pub state: PhotoState,
    pub taken: Option<GeoPoint>,
    pub is_hidden: bool,
}

/// The photos of reports, by report and number.
pub async fn list_of(
    db: &mut PgConnection,
    reports: &[ReportId],
) -> Result<Vec<ReportPhoto>, Error> {
    let reports: Vec<_> = reports.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"select id as "id: PhotoId", report as "report!: ReportId", purpose, no as "no!", state, refusal, width, height,
                  media_key, original_sha256, full_sha256, taken_lat, taken_lon, hidden_at is not null as "is_hidden!"
           from reports.photo
           where report = any ($1)
           order by report, no"#,
        &reports,
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing photos"))?;
    rows.into_iter()
        .map(|row| {
            let state = StateColumns {
                state: row.state,
                refusal: row.refusal,
                size: row.width.zip(row.height),
                media_key: row.media_key,
                sha256: row.original_sha256.zip(row.full_sha256),
            };
            Ok(ReportPhoto {
                id: row.id,
                report: row.report,
                purpose: PhotoPurpose::parse(&row.purpose).ok_or_else(|| broken("purpose"))?,
                no: row.no,
                state: state.restore()?,
                taken: row
                    .taken_lat
                    .zip(row.taken_lon)
                    .and_then(|(lat, lon)| GeoPoint::parse(lat, lon).ok()),
                is_hidden: row.is_hidden,
            })
        })
        .collect()
}

/// Whether everybody may see the files behind a key now: of a finished photo that nobody hid, of a listed report, in a
/// category that shows photos.
pub async fn is_public(db: &mut PgConnection, media_key: &str) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"select exists (
               select from reports.photo
               join reports.report on report.id = photo.report
               join reports.category on category.code = report.category
               left join reports.category topic on topic.code = category.parent
               where photo.media_key = $1
                 and photo.state = 'READY'
                 and photo.hidden_at is null
                 and report.listed
                 and coalesce(category.photo_public, topic.photo_public, false)
           ) as "is_public!""#,
        media_key,
    )
    .fetch_one(db)
    .await
    .map_err(fault("looking up a public photo"))
}
