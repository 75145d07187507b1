//! Reports: found, inserted, changed.

use city_calendar::Rule;
use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::{
    AgencyCode, GeoPoint, Head, Outcome, Precision, RejectReason, Report, ResultText, StateName,
};
use crate::error::{Error, fault};
use crate::store::row::{Row, Stored, select_rows};

/// Where a page goes on: just after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub at: Timestamp,
    pub id: ReportId,
}

/// Which reports a list holds; empty means all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub categories: Option<Vec<String>>,
    pub wards: Option<Vec<String>>,
    pub states: Option<Vec<String>>,
    pub open: Option<bool>,
}

/// The number of the next report; it is used up even if the report is not filed in the end.
pub async fn next_no(db: &mut PgConnection) -> Result<i64, Error> {
    let query = sqlx::query_scalar!(r#"select nextval('reports.report_no') as "no!""#);
    query.fetch_one(db).await.map_err(fault("numbering a report"))
}

/// The report, locked until the transaction ends.
pub async fn find_for_update(db: &mut PgConnection, id: ReportId) -> Result<Option<Stored>, Error> {
    let query = select_rows!(
        "(select coalesce(jsonb_agg(jsonb_build_object('from', s.from_at, 'to', s.to_at) order by s.no), '[]')
          from reports.stop s where s.report = r.id)",
        "where r.id = $2 for update of r",
        None::<Uuid>,
        id.as_uuid()
    );
    query
        .fetch_optional(db)
        .await
        .map_err(fault("locking a report"))?
        .map(Stored::try_from)
        .transpose()
}

/// The same, unless somebody else has it.
pub async fn find_for_update_unless_locked(
    db: &mut PgConnection,
    id: ReportId,
) -> Result<Option<Stored>, Error> {
    let query = select_rows!(
        "(select coalesce(jsonb_agg(jsonb_build_object('from', s.from_at, 'to', s.to_at) order by s.no), '[]')
          from reports.stop s where s.report = r.id)",
        "where r.id = $2 for update of r skip locked",
        None::<Uuid>,
        id.as_uuid()
    );
    query
        .fetch_optional(db)
        .await
        .map_err(fault("locking a report"))?
        .map(Stored::try_from)
        .transpose()
}

/// One report with its stops, as `viewer` rated it.
pub async fn find(
    db: &mut PgConnection,
    id: ReportId,
    viewer: Option<AccountId>,
) -> Result<Option<Stored>, Error> {
    let query = select_rows!(
        "(select coalesce(jsonb_agg(jsonb_build_object('from', s.from_at, 'to', s.to_at) order by s.no), '[]')
          from reports.stop s where s.report = r.id)",
        "where r.id = $2",
        viewer.map(AccountId::as_uuid),
        id.as_uuid()
    );
    query
        .fetch_optional(db)
        .await
        .map_err(fault("reading a report"))?
        .map(Stored::try_from)
        .transpose()
}

/// Several reports, in any order.
pub async fn find_all(
    db: &mut PgConnection,
    ids: &[Uuid],
    viewer: Option<AccountId>,
) -> Result<Vec<Stored>, Error> {
    let query =
        select_rows!("null::jsonb", "where r.id = any($2)", viewer.map(AccountId::as_uuid), ids);
    collect(query.fetch_all(db).await.map_err(fault("reading reports"))?)
}

/// One page of what everybody may see, newest first.
pub async fn list_public(
    db: &mut PgConnection,
    filter: &Filter,
    viewer: Option<AccountId>,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Stored>, Error> {
    let (at, id) = after.map(|key| (key.at, key.id.as_uuid())).unzip();
    let query = select_rows!(
        "null::jsonb",
        "where r.listed
           and (r.filed_at, r.id) < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
           and ($4::text[] is null or r.category = any($4))
           and ($5::text[] is null or r.ward = any($5))
           and ($6::text[] is null or r.state = any($6))
           and ($7::boolean is null or r.open = $7)
         order by r.filed_at desc, r.id desc
         limit $8",
        viewer.map(AccountId::as_uuid),
        at,
        id,
        filter.categories.as_deref(),
        filter.wards.as_deref(),
        filter.states.as_deref(),
        filter.open,
        limit
    );
    collect(query.fetch_all(db).await.map_err(fault("listing reports"))?)
}

/// One page of a resident's own reports, newest first.
pub async fn list_mine(
    db: &mut PgConnection,
    filter: &Filter,
    of: AccountId,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Stored>, Error> {
    let (at, id) = after.map(|key| (key.at, key.id.as_uuid())).unzip();
    let query = select_rows!(
        "null::jsonb",
        "where r.reporter = $1
           and (r.filed_at, r.id) < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
           and ($4::text[] is null or r.category = any($4))
           and ($5::text[] is null or r.ward = any($5))
           and ($6::text[] is null or r.state = any($6))
           and ($7::boolean is null or r.open = $7)
         order by r.filed_at desc, r.id desc
         limit $8",
        of.as_uuid(),
        at,
        id,
        filter.categories.as_deref(),
        filter.wards.as_deref(),
        filter.states.as_deref(),
        filter.open,
        limit
    );
    collect(query.fetch_all(db).await.map_err(fault("listing own reports"))?)
}

fn collect(rows: Vec<Row>) -> Result<Vec<Stored>, Error> {
    rows.into_iter().map(Stored::try_from).collect() // a row that breaks a rule is a fault that names it, not a panic
}

/// What a new row holds beside the report itself.
#[derive(Debug)]
pub struct NewReport<'a> {
    pub report: &'a Report,
    pub no: i64,
    pub ward_basis: &'static str,
    pub channel: &'static str,
    pub target: Rule,
    pub calendar_version: i32,
    pub share_contact: bool,
    pub description: &'a str,
    pub address: Option<&'a str>,
    pub place: Option<(GeoPoint, Precision)>,
    pub captured_at: Option<Timestamp>,
    pub photo_count: i32,
    pub search_text: &'a str,
    pub head: Head,
}

pub async fn insert(db: &mut PgConnection, new: &NewReport<'_>) -> Result<(), Error> {
    let (facts, columns) = (new.report.facts(), new.report.columns());
    let exact = new.place.map(|(point, _)| point);
    let (pos, public) = (
        exact.map(GeoPoint::plane),
        new.place.map(|(point, precision)| point.public(precision).plane()),
    );
    sqlx::query!(
        r#"
        insert into reports.report (
            id, no, code, version, state, state_data, resume_state, round, category, answers, ward, ward_basis, agency,
            proposed_agency, assignee, priority, target, channel, reporter, share_contact, wants_public, description,
            address, lat, lon, pos, public_pos, cell9, on_map, captured_at, filed_at, anchor_at, updated_at,
            accepted_at, step_due_at, due_at, first_due_at, calendar_version, published_at, escalation_level,
            follower_count, photo_count, bounce_count, reopen_count, head_seq, head_hash, search_text)
        values (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10, $11, $12,
            $13, $14, 'NORMAL', $15, $16, $17, $18, $19, $20,
            $21, $22, $23, point($24::float8, $25::float8), point($26::float8, $27::float8), $28, $29, $30, $31, $32, $33,
            $34, $35, $36, $37, $38, $39, $40,
            $41, $42, 0, 0, $43, $44, $45)"#,
        facts.id.as_uuid(),
        new.no,
        facts.code.to_string(),
        facts.version,
        columns.state.as_str(),
        Json(&columns.data) as _,
        columns.resume_state.map(StateName::as_str),
        facts.round,
        facts.category.as_str(),
        facts.ward.as_str(),
        new.ward_basis,
        columns.agency.as_ref().map(AgencyCode::as_str),
        columns.proposed_agency.as_ref().map(AgencyCode::as_str),
        columns.assignee.map(AccountId::as_uuid),
        Json(new.target) as _,
        new.channel,
        facts.reporter.account().map(AccountId::as_uuid),
        new.share_contact,
        facts.wants_public,
        new.description,
        new.address,
        exact.map(GeoPoint::lat),
        exact.map(GeoPoint::lon),
        pos.map(|plane| plane.x),
        pos.map(|plane| plane.y),
        public.map(|plane| plane.x),
        public.map(|plane| plane.y),
        exact.map(GeoPoint::cell9),
        exact.is_some() && new.report.is_on_map(facts.filed_at),
        new.captured_at,
        facts.filed_at,
        facts.anchor_at,
        facts.updated_at,
        facts.accepted_at,
        facts.step_due_at,
        facts.due_at,
        facts.first_due_at,
        new.calendar_version,
        facts.published_at,
        facts.escalation_level,
        facts.follower_count,
        new.photo_count,
        new.head.seq,
        &new.head.hash.0,
        new.search_text
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a report"))
}

/// Writes what a step changed, unless somebody else changed the row since `old_version`.
///
/// # Errors
/// [`Error::Stale`] if somebody did; it cannot happen to a row that was locked before.
pub async fn update(
    db: &mut PgConnection,
    report: &Report,
    old_version: i32,
    head: Head,
) -> Result<(), Error> {
    let (facts, columns) = (report.facts(), report.columns());
    let changed = sqlx::query!(
        r#"
        update reports.report
        set version = $3, state = $4, state_data = $5, resume_state = $6, round = $7, agency = $8, proposed_agency = $9,
            assignee = $10, reporter = $11, on_map = lat is not null and $12, anchor_at = $13, updated_at = $14,
            accepted_at = $15, answered_at = $16, on_time = $17, outcome = $18, outcome_at = $19, closed_at = $20,
            step_due_at = $21, due_at = $22, published_at = $23, hidden_at = $24, escalation_level = $25,
            reason_code = $26, result_text = $27, canonical = $28, contested_round = $29, follower_count = $30,
            bounce_count = $31, reopen_count = $32, head_seq = $33, head_hash = $34
        where id = $1 and version = $2"#,
        facts.id.as_uuid(),
        old_version,
        facts.version,
        columns.state.as_str(),
        Json(&columns.data) as _,
        columns.resume_state.map(StateName::as_str),
        facts.round,
        columns.agency.as_ref().map(AgencyCode::as_str),
        columns.proposed_agency.as_ref().map(AgencyCode::as_str),
        columns.assignee.map(AccountId::as_uuid),
        facts.reporter.account().map(AccountId::as_uuid),
        report.is_on_map(facts.updated_at),
        facts.anchor_at,
        facts.updated_at,
        facts.accepted_at,
        facts.answered_at,
        facts.on_time,
        facts.outcome.map(Outcome::as_str),
        facts.outcome_at,
        facts.closed_at,
        facts.step_due_at,
        facts.due_at,
        facts.published_at,
        facts.hidden_at,
        facts.escalation_level,
        columns.reason_code.map(RejectReason::as_str),
        columns.result_text.as_ref().map(ResultText::as_str),
        columns.canonical.map(ReportId::as_uuid),
        facts.contested_round,
        facts.follower_count,
        facts.bounce_count,
        facts.reopen_count,
        head.seq,
        &head.hash.0
    );
    let rows = changed.execute(db).await.map_err(fault("changing a report"))?.rows_affected();
    if rows == 1 { Ok(()) } else { Err(Error::Stale { current: old_version }) }
}

/// Takes a report whose outcome is long past from the map. No version: nothing that anybody decides about changes.
pub async fn take_off_map(db: &mut PgConnection, id: ReportId) -> Result<(), Error> {
    let query = sqlx::query!(
        "update reports.report set on_map = false where id = $1 and not open",
        id.as_uuid()
    );
    query.execute(db).await.map(drop).map_err(fault("taking a report off the map"))
}
