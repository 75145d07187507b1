//! What an applicant reads of their dossiers.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId, FormVersionId, ProcedureEditionId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// A dossier's row, as far as its applicant sees it.
#[derive(Debug)]
pub struct Row {
    pub id: DossierId,
    pub code: Option<String>,
    pub version: i32,
    pub procedure: String,
    pub edition: ProcedureEditionId,
    pub form: Option<FormVersionId>,
    pub status: i16,
    pub applicant_type: i16,
    pub receiving_agency: Option<String>,
    pub competent_agency: Option<String>,
    pub outcome: Option<String>,
    pub quote: Option<Value>,
    pub sla: Option<Value>,
    pub calendar_code: Option<String>,
    pub calendar_version: Option<i32>,
    pub submitted_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub first_due_at: Option<Timestamp>,
    pub promised_on: Option<NaiveDate>,
    pub returned_at: Option<Timestamp>,
    pub saved_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub sealed: Option<Vec<u8>>,
    pub wrapped_key: Option<Vec<u8>>,
    pub rated: bool,
}

/// Some of an account's own dossiers.
pub async fn find_some(
    db: &mut PgConnection,
    of: AccountId,
    ids: &[Uuid],
) -> Result<Vec<Row>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id as "id: DossierId", code, version, procedure_code as procedure,
                  procedure_edition as "edition: ProcedureEditionId", form_version as "form: FormVersionId",
                  status, applicant_type, receiving_agency, competent_agency, outcome, quote, sla,
                  calendar_code, calendar_version, submitted_at, accepted_at, due_at, first_due_at, promised_on,
                  returned_at, saved_at, created_at, updated_at, sealed, wrapped_key,
                  exists (select 1 from catalogue.rating where rating.dossier = d.id) as "rated!"
           from catalogue.dossier d
           where account = $1 and id = any ($2)"#,
        of.as_uuid(),
        ids
    )
    .fetch_all(db)
    .await
    .map_err(fault("finding dossiers"))
}

/// Which of an account's dossiers, newest first.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// National codes of statuses; all when empty.
    pub statuses: &'a [i16],
    pub procedure: Option<&'a str>,
    pub open: Option<bool>,
    pub after: Option<DossierId>,
    pub limit: i64,
}

/// The ids of a page.
pub async fn list(
    db: &mut PgConnection,
    of: AccountId,
    wanted: &Wanted<'_>,
) -> Result<Vec<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier
           where account = $1
             and (cardinality($2::smallint[]) = 0 or status = any ($2))
             and ($3::text is null or procedure_code = $3)
             and ($4::boolean is null or (ended_at is null) = $4)
             and ($5::uuid is null or id < $5) -- by key, never by offset
           order by id desc
           limit $6"#,
        of.as_uuid(),
        wanted.statuses,
        wanted.procedure,
        wanted.open,
        wanted.after.map(DossierId::as_uuid),
        wanted.limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing dossiers"))
}

/// Somebody opened the answers.
#[derive(Debug)]
pub struct Access {
    pub at: Timestamp,
    pub purpose: String,
}

/// The latest openings, newest first.
pub async fn accesses(
    db: &mut PgConnection,
    of: DossierId,
    most: i64,
) -> Result<Vec<Access>, Error> {
    sqlx::query_as!(
        Access,
        r#"select at, purpose from catalogue.dossier_access
           where dossier = $1 order by seq desc limit $2"#,
        of.as_uuid(),
        most
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing who opened the answers"))
}

/// A step of a dossier's way.
#[derive(Debug)]
pub struct Step {
    pub seq: i32,
    pub at: Timestamp,
    pub actor: Option<AccountId>,
    pub acting_for: Option<AccountId>,
    pub kind: String,
    pub from_status: Option<i16>,
    pub to_status: Option<i16>,
    pub public_note: Option<String>,
}

/// Steps after a number, oldest first.
pub async fn steps(
    db: &mut PgConnection,
    of: DossierId,
    after: i32,
    limit: i64,
) -> Result<Vec<Step>, Error> {
    sqlx::query_as!(
        Step,
        r#"select seq, at, actor as "actor: AccountId", acting_for as "acting_for: AccountId", kind,
                  from_status, to_status, public_note
           from catalogue.dossier_event where dossier = $1 and seq > $2 order by seq limit $3"#,
        of.as_uuid(),
        after,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing steps"))
}

/// A request's item with the round it is of.
#[derive(Debug)]
pub struct ItemRow {
    pub round: i16,
    pub deadline: NaiveDate,
    pub closed_at: Option<Timestamp>,
    pub target: String,
    pub reason: String,
    pub text: Option<String>,
    pub done_at: Option<Timestamp>,
}

/// What was asked for, round by round.
pub async fn requests(db: &mut PgConnection, of: DossierId) -> Result<Vec<ItemRow>, Error> {
    sqlx::query_as!(
        ItemRow,
        r#"select r.round, r.deadline, r.closed_at, i.target, i.reason, i.text, i.done_at
           from catalogue.dossier_request r
           join catalogue.request_item i on i.dossier = r.dossier and i.round = r.round
           where r.dossier = $1 order by r.round, i.target"#,
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing requests"))
}

/// A bill.
#[derive(Debug)]
pub struct BillRow {
    pub bill_ref: Uuid,
    pub bill_no: Option<String>,
    pub purpose: String,
    pub amount: i64,
    pub state: String,
}

/// The bills of a dossier, oldest first.
pub async fn bills(db: &mut PgConnection, of: DossierId) -> Result<Vec<BillRow>, Error> {
    sqlx::query_as!(
        BillRow,
        "select bill_ref, bill_no, purpose, amount, state from catalogue.dossier_bill
         where dossier = $1 order by requested_at, bill_ref",
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing bills"))
}

/// A time in which the clock did one thing, with what began it.
#[derive(Debug)]
pub struct SegmentRow {
    pub kind: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub cause: Option<String>,
}

/// The clock of a dossier, oldest first.
pub async fn segments(db: &mut PgConnection, of: DossierId) -> Result<Vec<SegmentRow>, Error> {
    sqlx::query_as!(
        SegmentRow,
        r#"select s.kind, s.started_at, s.ended_at, e.kind as "cause?"
           from catalogue.clock_segment s
           left join catalogue.dossier_event e on e.dossier = s.dossier and e.seq = s.cause_seq
           where s.dossier = $1 order by s.seq"#,
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("reading a clock"))
}
