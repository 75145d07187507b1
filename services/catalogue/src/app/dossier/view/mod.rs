//! A dossier as its applicant sees it.

mod parts;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::{
    AccessView, ApplicantType, ClockState, DossierAgency, DossierOutcome, DossierProcedure,
    DossierStatus, DossierView, ResultDocumentView,
};
use city_contracts::common::{Localised, Page, PageArgs};
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;
use uuid::Uuid;

use self::parts::{bill_view, components, file_view, requests};
use self::steps::steps;
use super::due::{self, Due};
use super::pinned::Pinned;
use super::read_dossiers::ASSISTED;
use super::vault::{DossierKey, Sheet};
use crate::app::App;
use crate::domain::dossier::Status;
use crate::error::{Error, broken};
use crate::snapshot::Snapshot;
use crate::store::dossier::mine::{self, Row};
use crate::store::dossier::{component, file, result};

/// How long a handed-over dossier can be rated.
pub const RATE_WITHIN: TimeDelta = TimeDelta::days(30);
/// How long an untouched draft is kept.
pub const DRAFT_LIFE: TimeDelta = TimeDelta::days(90);
/// The newest openings of the answers that are shown.
const MOST_ACCESSES: i64 = 100;
const EVENTS: PageArgs = PageArgs { first: 20, after: None };

/// One dossier of an account, with its way, its explanation and who opened it.
///
/// # Errors
/// [`Error::NotFound`], also for another's; `INPUT` for a page that cannot be.
pub async fn one(
    app: &App,
    db: &mut PgConnection,
    of: AccountId,
    id: DossierId,
    events: Option<&PageArgs>,
    now: Timestamp,
) -> Result<DossierView, Error> {
    let snapshot = app.snapshots.get()?;
    let rows = mine::find_some(db, of, &[id.as_uuid()]).await?;
    let row = rows.into_iter().next().ok_or(Error::NotFound)?;
    let (mut view, due) = shown(app, db, &snapshot, row, now).await?;
    view.due_explanation = due.map(|due| due.explained()).transpose()?.unwrap_or_default();
    view.events = steps(db, id, of, events.unwrap_or(&EVENTS)).await?;
    let accesses = mine::accesses(db, id, MOST_ACCESSES).await?;
    view.access_log = accesses
        .into_iter()
        .map(|access| AccessView {
            at: access.at,
            actor: if access.purpose == ASSISTED { "HELPER" } else { "OFFICER" }.to_owned(),
            purpose: access.purpose,
        })
        .collect();
    Ok(view)
}

/// Several dossiers of an account, in the order of their ids; those that are not theirs are left out.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn several(
    app: &App,
    db: &mut PgConnection,
    of: AccountId,
    ids: &[DossierId],
    now: Timestamp,
) -> Result<Vec<DossierView>, Error> {
    let snapshot = app.snapshots.get()?;
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = mine::find_some(db, of, &wanted).await?;
    let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut views = Vec::with_capacity(rows.len());
    for id in ids {
        if let Some(row) = rows.remove(id) {
            views.push(shown(app, db, &snapshot, row, now).await?.0);
        }
    }
    Ok(views)
}

async fn shown(
    app: &App,
    db: &mut PgConnection,
    snapshot: &Arc<Snapshot>,
    row: Row,
    now: Timestamp,
) -> Result<(DossierView, Option<Due>), Error> {
    let id = row.id;
    let status = DossierStatus::from_number(row.status)
        .ok_or_else(|| broken("reading a dossier", "its status is unknown"))?;
    let pinned = Pinned::load(db, row.edition, row.form).await?;
    let key = row
        .wrapped_key
        .as_deref()
        .map(|wrapped| DossierKey::unwrap(app, id, wrapped))
        .transpose()?;
    let sheet = match (&key, &row.sealed) {
        (Some(key), Some(sealed)) => key.open_sheet(sealed)?,
        _ => Sheet::empty(), // its key was dropped
    };
    let files = file::list_attached(db, id).await?;
    let files: BTreeMap<_, _> =
        files.into_iter().map(|file| (file.id, file_view(&file, key.as_ref()))).collect();
    let fee = match (&row.quote, status) {
        (Some(frozen), _) => Some(
            serde_json::from_value(frozen.clone())
                .map_err(|error| broken("reading a frozen quote", error))?,
        ),
        (None, DossierStatus::Draft) => Some(pinned.quote(&sheet.answers, now)),
        (None, _) => None,
    };
    let due = due::of(db, snapshot, &row).await?;
    let reckoned = due.as_ref().map(|due| due.reckon(now)).transpose()?;
    let requests = requests(mine::requests(db, id).await?);
    let bills = mine::bills(db, id).await?;
    let results = result::list(db, id).await?;
    let components = components(&pinned, component::list(db, id).await?, &files);
    let draft = status == DossierStatus::Draft;
    let view = DossierView {
        id,
        code: row.code,
        version: row.version,
        procedure: DossierProcedure {
            national_code: row.procedure,
            name: pinned.name().clone(),
            edition: row.edition,
            form: row.form,
        },
        status,
        status_text: status_text(status),
        applicant_type: applicant(row.applicant_type),
        clock: clock(status),
        created_at: row.created_at,
        updated_at: row.updated_at,
        submitted_at: row.submitted_at,
        accepted_at: row.accepted_at,
        due_at: row.due_at,
        first_due_at: row.first_due_at,
        promised_on: row.promised_on,
        days_left: reckoned.as_ref().and_then(|reckoned| reckoned.days_left),
        provisional: reckoned.as_ref().is_some_and(|reckoned| reckoned.provisional),
        due_if_resumed_now: reckoned.as_ref().and_then(|reckoned| reckoned.due_if_resumed_now),
        due_explanation: Vec::new(),
        expires_at: draft.then(|| row.saved_at + DRAFT_LIFE),
        answers: sheet.answers,
        contact: sheet.contact,
        fee,
        bills: bills.into_iter().map(bill_view).collect::<Result<_, _>>()?,
        components,
        requests,
        results: results
            .into_iter()
            .filter_map(|result| {
                Some(ResultDocumentView {
                    file: files.get(&result.file)?.clone(),
                    signed_by: result.signed_by,
                    signature_check: Some(result.signature_check),
                    valid_to: result.valid_to,
                })
            })
            .collect(),
        outcome: row.outcome.as_deref().map(|outcome| match outcome {
            "GRANTED" => DossierOutcome::Granted,
            _ => DossierOutcome::Refused,
        }),
        receiving: row.receiving_agency.as_deref().map(|code| agency(snapshot, code)),
        competent: row.competent_agency.as_deref().map(|code| agency(snapshot, code)),
        can_rate: can_rate(status, row.returned_at, row.rated, now),
        access_log: Vec::new(),
        events: Page { edges: Vec::new(), has_next_page: false },
        notice: None,
    };
    Ok((view, due))
}

/// Whether a dossier can be rated: handed over, at most 30 days ago, not rated yet.
pub fn can_rate(
    status: DossierStatus,
    returned_at: Option<Timestamp>,
    rated: bool,
    now: Timestamp,
) -> bool {
    status == DossierStatus::Returned
        && !rated
        && returned_at.is_some_and(|returned| now <= returned + RATE_WITHIN)
}

/// The name of an agency; its code where the registry no longer knows it.
pub fn agency(snapshot: &Snapshot, code: &str) -> DossierAgency {
    let name = snapshot.registry.agency(code).map(|agency| agency.name.clone());
    let name = name.unwrap_or_else(|| Localised { vi: code.to_owned(), en: None });
    DossierAgency { code: code.to_owned(), name }
}

/// A status in words.
pub fn status_text(status: DossierStatus) -> Localised {
    let (vi, en) = Status::from_code(status.number()).unwrap_or(Status::Draft).names();
    Localised { vi: vi.to_owned(), en: Some(en.to_owned()) }
}

const fn clock(status: DossierStatus) -> ClockState {
    match status {
        DossierStatus::Draft | DossierStatus::Registered => ClockState::NotStarted,
        DossierStatus::Accepted | DossierStatus::Processing => ClockState::Running,
        DossierStatus::SupplementRequired
        | DossierStatus::PaymentRequired
        | DossierStatus::Suspended => ClockState::Stopped,
        DossierStatus::RejectedAtIntake
        | DossierStatus::Withdrawn
        | DossierStatus::Processed
        | DossierStatus::Returned => ClockState::Ended,
    }
}

const fn applicant(code: i16) -> ApplicantType {
    match code {
        1 => ApplicantType::Business,
        2 => ApplicantType::HouseholdBusiness,
        _ => ApplicantType::Citizen,
    }
}
