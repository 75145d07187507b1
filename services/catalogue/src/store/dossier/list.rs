//! The work list: the open dossiers of one agency by due date, by index and without a sort.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// In which of its roles an agency looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What it decides.
    Competent,
    /// What it took in.
    Receiving,
}

/// Whose dossiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    Any,
    Nobody,
    Is(AccountId),
}

/// Which dossiers.
#[derive(Debug, Clone)]
pub struct WorkFilter {
    pub agency: String,
    pub side: Side,
    /// National codes; none for all.
    pub statuses: Option<Vec<i16>>,
    pub assignee: Assignee,
    pub due_before: Option<Timestamp>,
    pub limit: i64,
}

/// Where a page goes on: just after this one. Those without a due date come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub due_at: Option<Timestamp>,
    pub id: DossierId,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct WorkRow {
    pub id: DossierId,
    pub code: Option<String>,
    pub version: i32,
    pub status: i16,
    pub procedure_code: String,
    pub channel: i16,
    pub receiving_agency: Option<String>,
    pub competent_agency: Option<String>,
    pub assignee: Option<AccountId>,
    pub submitted_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub remaining: Option<i32>,
    pub promised_on: Option<NaiveDate>,
    pub refund_due: bool,
}

macro_rules! select_rows {
    ($agency:literal, $rest:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            WorkRow,
            r#"select id as "id: DossierId", code, version, status, procedure_code, channel, receiving_agency,
                      competent_agency, assignee as "assignee: AccountId", submitted_at, accepted_at, due_at,
                      remaining, promised_on, refund_due
               from catalogue.dossier
               where "# + $agency + r#" = $1 and ended_at is null and status <> 0
                 and ($2::smallint[] is null or status = any($2))
                 and ($3::uuid is null or assignee = $3) and (not $4 or assignee is null)
                 and "# + $rest,
            $($argument),*
        )
    };
}

/// The same of the side that is asked about: each has an index of its own.
macro_rules! rows_of_side {
    ($db:expr, $doing:literal, $side:expr, $rest:literal, $($argument:expr),*) => {
        match $side {
            Side::Competent => {
                select_rows!("competent_agency", $rest, $($argument),*).fetch_all($db).await
            }
            Side::Receiving => {
                select_rows!("receiving_agency", $rest, $($argument),*).fetch_all($db).await
            }
        }
        .map_err(fault($doing))
    };
}

/// One page, from just after `after`: first by due date, then those that have none.
pub async fn page(
    db: &mut PgConnection,
    filter: &WorkFilter,
    after: Option<Key>,
) -> Result<Vec<WorkRow>, Error> {
    let mut rows = match after {
        Some(Key { due_at: None, .. }) => Vec::new(),
        _ => dated(db, filter, after).await?,
    };
    let left = filter.limit - i64::try_from(rows.len()).unwrap_or(filter.limit);
    if left > 0 && filter.due_before.is_none() {
        let after = after.filter(|key| key.due_at.is_none()).map(|key| key.id);
        rows.extend(undated(db, filter, after, left).await?);
    }
    Ok(rows)
}

async fn dated(
    db: &mut PgConnection,
    filter: &WorkFilter,
    after: Option<Key>,
) -> Result<Vec<WorkRow>, Error> {
    let (statuses, is, nobody) = bound(filter);
    let due = after.and_then(|key| key.due_at);
    let id = after.map(|key| key.id.as_uuid());
    rows_of_side!(
        db,
        "listing dossiers by due date",
        filter.side,
        "due_at is not null
               and (due_at, id) > (coalesce($5, '-infinity'::timestamptz),
                                   coalesce($6, '00000000-0000-0000-0000-000000000000'::uuid))
               and due_at < coalesce($7, 'infinity'::timestamptz)
             order by due_at, id limit $8",
        filter.agency,
        statuses,
        is,
        nobody,
        due,
        id,
        filter.due_before,
        filter.limit
    )
}

async fn undated(
    db: &mut PgConnection,
    filter: &WorkFilter,
    after: Option<DossierId>,
    limit: i64,
) -> Result<Vec<WorkRow>, Error> {
    let (statuses, is, nobody) = bound(filter);
    let id = after.map(DossierId::as_uuid);
    rows_of_side!(
        db,
        "listing dossiers without a due date",
        filter.side,
        "due_at is null and id > coalesce($5, '00000000-0000-0000-0000-000000000000'::uuid)
             order by due_at, id limit $6", // due_at is null: in the order of the index, so that nothing is sorted
        filter.agency,
        statuses,
        is,
        nobody,
        id,
        limit
    )
}

/// The dossier of a code, open or ended.
pub async fn by_code(db: &mut PgConnection, code: &str) -> Result<Option<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier where code = $1"#,
        code
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a dossier by its code"))
}

fn bound(filter: &WorkFilter) -> (Option<&[i16]>, Option<Uuid>, bool) {
    let is = match filter.assignee {
        Assignee::Is(account) => Some(account.as_uuid()),
        Assignee::Any | Assignee::Nobody => None,
    };
    (filter.statuses.as_deref(), is, filter.assignee == Assignee::Nobody)
}
