//! The work list: ids of one page, in order. The rows are read by id afterwards, so a page is two statements of any size.
//!
//! Two ways lead to a page. Where the agencies are known, each is read by its own index and the heads are merged; else
//! one index is read in order and filtered.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Open reports, the most urgent first.
    Due,
    /// Newest first.
    Filed,
    /// Latest change first.
    Updated,
}

/// Who is in charge of the reports that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    Any,
    Nobody,
    Is(AccountId),
}

/// What the caller may see.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub everything: bool,
    pub agencies: Vec<String>,
    pub wards: Vec<String>,
}

/// One page of the work list.
#[derive(Debug, Clone)]
pub struct WorkFilter {
    pub scope: Scope,
    pub agencies: Option<Vec<String>>,
    pub states: Option<Vec<String>>,
    pub categories: Option<Vec<String>>,
    pub wards: Option<Vec<String>>,
    pub assignee: Assignee,
    pub overdue: Option<bool>,
    pub open: Option<bool>,
    pub now: Timestamp,
    /// The entry after which to go on; its instant is missing when it has no due.
    pub after: Option<(Option<Timestamp>, Uuid)>,
    pub limit: i64,
}

impl WorkFilter {
    /// The agencies whose reports the page holds, when nothing else can be on it.
    fn known_agencies(&self) -> Option<Vec<String>> {
        match (&self.agencies, &self.scope) {
            (Some(wanted), scope) if scope.everything => Some(wanted.clone()),
            (wanted, scope) if !scope.everything && scope.wards.is_empty() => {
                let fits =
                    |code: &&String| wanted.as_ref().is_none_or(|wanted| wanted.contains(code));
                Some(scope.agencies.iter().filter(fits).cloned().collect())
            }
            _ => None,
        }
    }
}

/// `$1` agencies of the page or scope, `$2` and `$3` where to go on, then scope and filters, `$15` the limit.
macro_rules! select_ids {
    ($db:expr, $head:tt, $tail:tt, $filter:expr, $agencies:expr $(,)?) => {{
        let filter: &WorkFilter = $filter;
        let (at, id) = filter.after.unzip();
        let (assignee, nobody) = match filter.assignee {
            Assignee::Any => (None, None),
            Assignee::Nobody => (None, Some(true)),
            Assignee::Is(account) => (Some(account.as_uuid()), None),
        };
        sqlx::query_scalar!(
            $head
                + r#"
                and ($4::boolean or r.agency = any($1) or r.ward = any($5))
                and ($6::text[] is null or r.state = any($6))
                and ($7::text[] is null or r.category = any($7))
                and ($8::text[] is null or r.ward = any($8))
                and ($9::uuid is null or r.assignee = $9)
                and ($10::boolean is null or r.assignee is null)
                and ($11::boolean is null or (r.open and r.due_sort < $12) = $11)
                and ($13::boolean is null or r.open = $13)
                and ($14::text[] is null or r.agency = any($14))"#
                + $tail,
            $agencies,
            at.flatten(),
            id,
            filter.scope.everything,
            &filter.scope.wards,
            filter.states.as_deref(),
            filter.categories.as_deref(),
            filter.wards.as_deref(),
            assignee,
            nobody,
            filter.overdue,
            filter.now,
            filter.open,
            filter.agencies.as_deref(),
            filter.limit
        )
        .fetch_all($db)
        .await
        .map_err(fault("reading the work list"))
    }};
}

/// The ids of one page, in order.
pub async fn list_ids(
    db: &mut PgConnection,
    sort: Sort,
    filter: &WorkFilter,
) -> Result<Vec<Uuid>, Error> {
    match (sort, filter.known_agencies()) {
        (Sort::Due, Some(agencies)) => due_of_agencies(db, filter, &agencies).await,
        (Sort::Due, None) => due_of_all(db, filter).await,
        (Sort::Filed, Some(agencies)) => filed_of_agencies(db, filter, &agencies).await,
        (Sort::Filed, None) => filed_of_all(db, filter).await,
        (Sort::Updated, _) => updated(db, filter).await,
    }
}

async fn due_of_agencies(
    db: &mut PgConnection,
    filter: &WorkFilter,
    agencies: &[String],
) -> Result<Vec<Uuid>, Error> {
    select_ids!(
        db,
        r#"
        select w.id as "id!" from unnest($1::text[]) as a (code) cross join lateral (
            select r.id, r.due_sort from reports.report r
            where r.open and r.agency = a.code
                and (r.due_sort, r.id) > (
                    case when $3::uuid is null then '-infinity' else coalesce($2, 'infinity'::timestamptz) end,
                    coalesce($3, '00000000-0000-0000-0000-000000000000'))"#,
        " order by r.due_sort, r.id limit $15) w order by w.due_sort, w.id limit $15",
        filter,
        agencies
    )
}

async fn due_of_all(db: &mut PgConnection, filter: &WorkFilter) -> Result<Vec<Uuid>, Error> {
    select_ids!(
        db,
        r#"
        select r.id from reports.report r
        where r.open
            and (r.due_sort, r.id) > (
                case when $3::uuid is null then '-infinity' else coalesce($2, 'infinity'::timestamptz) end,
                coalesce($3, '00000000-0000-0000-0000-000000000000'))"#,
        " order by r.due_sort, r.id limit $15",
        filter,
        &filter.scope.agencies
    )
}

async fn filed_of_agencies(
    db: &mut PgConnection,
    filter: &WorkFilter,
    agencies: &[String],
) -> Result<Vec<Uuid>, Error> {
    select_ids!(
        db,
        r#"
        select w.id as "id!" from unnest($1::text[]) as a (code) cross join lateral (
            select r.id, r.filed_at from reports.report r
            where r.agency = a.code
                and (r.filed_at, r.id)
                    < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))"#,
        " order by r.filed_at desc, r.id desc limit $15) w order by w.filed_at desc, w.id desc limit $15",
        filter,
        agencies
    )
}

async fn filed_of_all(db: &mut PgConnection, filter: &WorkFilter) -> Result<Vec<Uuid>, Error> {
    select_ids!(
        db,
        r#"
        select r.id from reports.report r
        where (r.filed_at, r.id)
            < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))"#,
        " order by r.filed_at desc, r.id desc limit $15",
        filter,
        &filter.scope.agencies
    )
}

async fn updated(db: &mut PgConnection, filter: &WorkFilter) -> Result<Vec<Uuid>, Error> {
    select_ids!(
        db,
        r#"
        select r.id from reports.report r
        where (r.updated_at, r.id)
            < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))"#,
        " order by r.updated_at desc, r.id desc limit $15",
        filter,
        &filter.scope.agencies
    )
}
