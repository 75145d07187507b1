//! Dossiers: locked with all that their rules look at, and written back.

use std::collections::HashMap;

use city_calendar::Rule;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::dossier::{Channel, Dossier, DossierCode, Outcome, Status, Step, Term};
use crate::error::{Error, broken, fault};

use super::{bill, event, request, segment, transfer};

/// The row alone.
struct Row {
    id: DossierId,
    version: i32,
    code: Option<String>,
    account: Option<AccountId>,
    channel: i16,
    status: i16,
    procedure_code: String,
    receiving_agency: Option<String>,
    competent_agency: Option<String>,
    ward: Option<String>,
    assignee: Option<AccountId>,
    outcome: Option<String>,
    sla: Option<Json<Rule>>,
    calendar_code: Option<String>,
    calendar_version: Option<i32>,
    submitted_at: Option<Timestamp>,
    accepted_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    first_due_at: Option<Timestamp>,
    remaining: Option<i32>,
    promised_on: Option<chrono::NaiveDate>,
    late_flagged_at: Option<Timestamp>,
    due_soon_at: Option<Timestamp>,
    processed_at: Option<Timestamp>,
    returned_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    refund_due: bool,
    resumable: Option<bool>,
    last_event: Option<i32>,
}

macro_rules! select_rows {
    ($rest:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select id as "id: DossierId", version, code, account as "account: AccountId", channel, status,
                      procedure_code, receiving_agency, competent_agency, ward,
                      assignee as "assignee: AccountId", outcome, sla as "sla: Json<Rule>", calendar_code,
                      calendar_version, submitted_at, accepted_at, due_at, first_due_at, remaining, promised_on,
                      late_flagged_at, due_soon_at, processed_at, returned_at, ended_at, refund_due, resumable,
                      (select max(e.seq) from catalogue.dossier_event e where e.dossier = d.id) as last_event
               from catalogue.dossier d "# + $rest,
            $($argument),*
        )
    };
}

/// The dossier, locked until the transaction ends.
pub async fn find_for_update(
    db: &mut PgConnection,
    id: DossierId,
) -> Result<Option<Dossier>, Error> {
    Ok(list_for_update(db, &[id.as_uuid()]).await?.pop())
}

/// Several dossiers in the order of their ids, locked until the transaction ends.
pub async fn list_for_update(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Dossier>, Error> {
    let rows = select_rows!("where d.id = any($1) order by d.id for update of d", ids);
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("locking dossiers"))?;
    complete(db, rows).await
}

/// Several dossiers in the order of their ids, without locks.
pub async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Dossier>, Error> {
    let rows = select_rows!("where d.id = any($1) order by d.id", ids);
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("reading dossiers"))?;
    complete(db, rows).await
}

/// The dossier as it is, without a lock.
pub async fn find(db: &mut PgConnection, id: DossierId) -> Result<Option<Dossier>, Error> {
    let row = select_rows!("where d.id = $1", id.as_uuid());
    let row = row.fetch_optional(&mut *db).await.map_err(fault("reading a dossier"))?;
    Ok(complete(db, row.into_iter().collect()).await?.pop())
}

/// Adds what lies in other tables.
async fn complete(db: &mut PgConnection, rows: Vec<Row>) -> Result<Vec<Dossier>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id.as_uuid()).collect();
    let mut dossiers = rows
        .into_iter()
        .map(|row| Ok((row.id.as_uuid(), restore(row)?)))
        .collect::<Result<HashMap<_, _>, Error>>()?;
    for (dossier, segment) in segment::list(db, &ids).await? {
        dossiers.entry(dossier).and_modify(|dossier| dossier.segments.push(segment));
    }
    for (dossier, bill) in bill::list(db, &ids).await? {
        dossiers.entry(dossier).and_modify(|dossier| dossier.bills.push(bill));
    }
    for (dossier, round) in request::list(db, &ids).await? {
        dossiers.entry(dossier).and_modify(|dossier| dossier.rounds.push(round));
    }
    for (dossier, transfer) in transfer::list_open(db, &ids).await? {
        dossiers.entry(dossier).and_modify(|dossier| dossier.transfer = Some(transfer));
    }
    Ok(ids.iter().filter_map(|id| dossiers.remove(id)).collect())
}

/// Trusts a row: only transitions write it.
fn restore(row: Row) -> Result<Dossier, Error> {
    let unreadable = || broken("reading a dossier", format!("{} breaks a rule", row.id));
    let term = match (row.sla, row.calendar_code, row.calendar_version) {
        (Some(Json(rule)), Some(calendar), Some(calendar_version)) => {
            Some(Term { rule, calendar, calendar_version })
        }
        _ => None,
    };
    let outcome = match row.outcome.as_deref() {
        Some(word) => Some(Outcome::parse(word).ok_or_else(unreadable)?),
        None => None,
    };
    Ok(Dossier {
        id: row.id,
        version: row.version,
        code: row.code.map(DossierCode::restore),
        account: row.account,
        channel: Channel::from_code(row.channel).ok_or_else(unreadable)?,
        status: Status::from_code(row.status).ok_or_else(unreadable)?,
        procedure: row.procedure_code,
        receiving: row.receiving_agency.unwrap_or_default(),
        competent: row.competent_agency.unwrap_or_default(),
        ward: row.ward,
        assignee: row.assignee,
        outcome,
        term,
        submitted_at: row.submitted_at,
        accepted_at: row.accepted_at,
        due_at: row.due_at,
        first_due_at: row.first_due_at,
        remaining: row.remaining,
        promised_on: row.promised_on,
        late_flagged_at: row.late_flagged_at,
        due_soon_at: row.due_soon_at,
        processed_at: row.processed_at,
        returned_at: row.returned_at,
        ended_at: row.ended_at,
        refund_due: row.refund_due,
        resumable: row.resumable,
        segments: Vec::new(),
        bills: Vec::new(),
        rounds: Vec::new(),
        transfer: None,
        happenings: row.last_event.unwrap_or(0),
    })
}

/// Writes a step: the row under its next version, what differs in other tables, and the history.
///
/// `before` is what [`find_for_update`] gave. Answers with the dossier as it is now stored.
pub async fn save(
    db: &mut PgConnection,
    before: &Dossier,
    step: &Step,
    at: Timestamp,
) -> Result<Dossier, Error> {
    let after = Dossier { version: before.version + 1, ..step.dossier.clone() };
    let rule = match &after.term {
        Some(term) => {
            Some(serde_json::to_value(term.rule).map_err(|error| broken("writing a rule", error))?)
        }
        None => None,
    };
    sqlx::query!(
        "update catalogue.dossier
         set version = $2, code = $3, status = $4, receiving_agency = nullif($5, ''),
             competent_agency = nullif($6, ''), ward = $7, assignee = $8, outcome = $9, sla = $10,
             calendar_code = $11, calendar_version = $12, submitted_at = $13, accepted_at = $14, due_at = $15,
             first_due_at = $16, remaining = $17, promised_on = $18, late_flagged_at = $19, due_soon_at = $20,
             processed_at = $21, returned_at = $22, ended_at = $23, refund_due = $24, resumable = $25,
             updated_at = $26
         where id = $1",
        after.id.as_uuid(),
        after.version,
        after.code.as_ref().map(DossierCode::as_str),
        after.status.code(),
        after.receiving,
        after.competent,
        after.ward,
        after.assignee.map(AccountId::as_uuid),
        after.outcome.map(Outcome::as_str),
        rule,
        after.term.as_ref().map(|term| term.calendar.as_str()),
        after.term.as_ref().map(|term| term.calendar_version),
        after.submitted_at,
        after.accepted_at,
        after.due_at,
        after.first_due_at,
        after.remaining,
        after.promised_on,
        after.late_flagged_at,
        after.due_soon_at,
        after.processed_at,
        after.returned_at,
        after.ended_at,
        after.refund_due,
        after.resumable,
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("writing a dossier"))?;
    segment::sync(db, after.id, &before.segments, &after.segments).await?;
    bill::sync(db, after.id, &before.bills, &after.bills).await?;
    request::sync(db, after.id, &before.rounds, &after.rounds).await?;
    if let Some(transfer) = after.transfer.as_ref().filter(|_| after.transfer != before.transfer) {
        transfer::write(db, after.id, transfer).await?;
    }
    event::append(db, after.id, &step.happenings).await?;
    Ok(after)
}
