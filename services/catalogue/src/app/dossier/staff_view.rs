//! What staff see of dossiers.

use chrono::NaiveDate;
use city_calendar::{Calendar, DueDay, DueLabel};
use city_clock::Timestamp;
use city_ids::{AccountId, DossierFileId, DossierId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::dossier::{Bill, Closing, Dossier, Item, Outcome, Refusal, Round, Timer};
use crate::error::Error;
use crate::store::dossier::event::EventRow;
use crate::store::dossier::list::WorkRow;
use crate::store::dossier::quote::ComponentRow;
use crate::store::dossier::result::ResultRow;

/// A dossier after an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierActionDone {
    /// The dossier.
    #[schema(value_type = String, example = "dos_0198…")]
    pub id: DossierId,
    /// Its code.
    pub code: Option<String>,
    /// To be sent with the next action.
    pub version: i32,
    /// The national code of its status.
    pub status: i16,
    /// The deadline; none while the clock stands still.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
    /// Working days left when the clock runs again; minutes for deadlines by the hour.
    pub remaining: Option<i32>,
    /// The day promised with an apology.
    #[schema(value_type = Option<String>)]
    pub promised_on: Option<NaiveDate>,
    /// Who works on it.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// The agency that decides.
    pub competent: String,
    /// Money is due back.
    pub refund_due: bool,
}

impl DossierActionDone {
    pub fn of(dossier: &Dossier) -> Self {
        Self {
            id: dossier.id,
            code: dossier.code.as_ref().map(ToString::to_string),
            version: dossier.version,
            status: dossier.status.code(),
            due_at: dossier.due_at,
            remaining: dossier.remaining,
            promised_on: dossier.promised_on,
            assignee: dossier.assignee,
            competent: dossier.competent.clone(),
            refund_due: dossier.refund_due,
        }
    }
}

/// A line of the work list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierWorkItem {
    /// The dossier.
    #[schema(value_type = String, example = "dos_0198…")]
    pub id: DossierId,
    /// Its code.
    pub code: Option<String>,
    /// To be sent with an action.
    pub version: i32,
    /// The national code of its status.
    pub status: i16,
    /// The procedure's national code.
    pub procedure: String,
    /// 1 in person, 2 online, 3 by post.
    pub channel: i16,
    /// The agency that took it in.
    pub receiving: Option<String>,
    /// The agency that decides.
    pub competent: Option<String>,
    /// Who works on it.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// When it was filed.
    #[schema(value_type = Option<String>)]
    pub submitted_at: Option<Timestamp>,
    /// When it was taken in.
    #[schema(value_type = Option<String>)]
    pub accepted_at: Option<Timestamp>,
    /// The deadline; none while the clock stands still.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
    /// Working days left when the clock runs again.
    pub remaining: Option<i32>,
    /// The day promised with an apology.
    #[schema(value_type = Option<String>)]
    pub promised_on: Option<NaiveDate>,
    /// Past its deadline and not ended.
    pub late: bool,
    /// Money is due back.
    pub refund_due: bool,
}

impl DossierWorkItem {
    pub fn of_row(row: WorkRow, now: Timestamp) -> Self {
        Self {
            id: row.id,
            code: row.code,
            version: row.version,
            status: row.status,
            procedure: row.procedure_code,
            channel: row.channel,
            receiving: row.receiving_agency,
            competent: row.competent_agency,
            assignee: row.assignee,
            submitted_at: row.submitted_at,
            accepted_at: row.accepted_at,
            due_at: row.due_at,
            remaining: row.remaining,
            promised_on: row.promised_on,
            late: row.due_at.is_some_and(|due| due < now),
            refund_due: row.refund_due,
        }
    }

    pub fn of(dossier: &Dossier, now: Timestamp) -> Self {
        let open = dossier.ended_at.is_none();
        Self {
            id: dossier.id,
            code: dossier.code.as_ref().map(ToString::to_string),
            version: dossier.version,
            status: dossier.status.code(),
            procedure: dossier.procedure.clone(),
            channel: dossier.channel.code(),
            receiving: Some(dossier.receiving.clone()),
            competent: Some(dossier.competent.clone()),
            assignee: dossier.assignee,
            submitted_at: dossier.submitted_at,
            accepted_at: dossier.accepted_at,
            due_at: dossier.due_at,
            remaining: dossier.remaining,
            promised_on: dossier.promised_on,
            late: open && dossier.due_at.is_some_and(|due| due < now),
            refund_due: dossier.refund_due,
        }
    }
}

/// One dossier for staff, without its answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierDetail {
    /// As in the work list.
    #[serde(flatten)]
    pub item: DossierWorkItem,
    /// Status in Vietnamese.
    pub status_vi: &'static str,
    /// Status in English.
    pub status_en: &'static str,
    /// `GRANTED` or `REFUSED`.
    pub outcome: Option<&'static str>,
    /// The first deadline that was promised.
    #[schema(value_type = Option<String>)]
    pub first_due_at: Option<Timestamp>,
    /// Working days left; minus the days it is late.
    pub days_left: Option<i64>,
    /// Whether the deadline lies where the calendar is not yet fixed.
    pub provisional: bool,
    /// While stopped: the deadline if it went on now.
    #[schema(value_type = Option<String>)]
    pub due_if_resumed_now: Option<Timestamp>,
    /// Day by day, how the deadline comes about.
    pub due_explanation: Vec<DueDayRow>,
    /// Whether a stop may end.
    pub resumable: Option<bool>,
    /// Rounds of questions.
    pub rounds: Vec<RoundRow>,
    /// Bills.
    pub bills: Vec<BillRow>,
    /// What the applicant brought.
    pub components: Vec<ComponentView>,
    /// Results.
    pub results: Vec<ResultView>,
    /// The agency that a transfer under way goes to.
    pub transfer_to: Option<String>,
}

/// A day of the way to the deadline.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DueDayRow {
    /// The day.
    #[schema(value_type = String)]
    pub date: NaiveDate,
    /// `START`, `CUTOFF_PASSED`, `WEEKEND`, `DAY_OFF`, `STOPPED` or `COUNTED`.
    pub label: &'static str,
    /// As which day it counts.
    pub counted: Option<u32>,
    /// The holiday.
    pub name: Option<String>,
    /// The row of the history that began the stop.
    pub cause_seq: Option<i32>,
}

/// A round of questions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoundRow {
    /// From 1.
    pub round: i16,
    /// Until when an answer is awaited.
    #[schema(value_type = String)]
    pub deadline: NaiveDate,
    /// When it was asked.
    #[schema(value_type = String)]
    pub asked_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    /// `SUPPLEMENTED`, `DROPPED`, `STOPPED` or `WITHDRAWN`.
    pub closed_as: Option<&'static str>,
    /// What is asked for.
    pub items: Vec<RoundItem>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoundItem {
    /// A component's code, or a JSON Pointer into the answers.
    pub target: String,
    /// Code of the reason.
    pub reason: &'static str,
    /// What the officer wrote.
    pub text: Option<String>,
    /// When it was answered.
    #[schema(value_type = Option<String>)]
    pub done_at: Option<Timestamp>,
    /// Asked for later than it could have been; the lead let it pass.
    pub asked_late: bool,
}

/// A bill.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillRow {
    /// What ties it to payments.
    pub bill_ref: String,
    /// Its number.
    pub bill_no: Option<String>,
    /// `INTAKE`, `ROUND`, `DUTY` or `RESULT`.
    pub purpose: &'static str,
    /// Whole dong in digits.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// `REQUESTED`, `OPEN`, `PAID` or `CANCELLED`.
    pub state: &'static str,
}

/// A component.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentView {
    /// Its code in the procedure.
    pub code: String,
    /// The attached file.
    #[schema(value_type = Option<String>)]
    pub file: Option<DossierFileId>,
    /// Where a register keeps the original.
    pub register_ref: Option<String>,
    /// 0 original, 1 copy, 2 electronic.
    pub copy_type: i16,
    /// Originals handed in.
    pub originals: i16,
    /// Copies handed in.
    pub copies: i16,
    /// `PENDING`, `OK` or `DEFECT`.
    pub state: String,
    /// When it last changed.
    #[schema(value_type = String)]
    pub changed_at: Timestamp,
}

/// A result.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultView {
    /// The file.
    #[schema(value_type = String)]
    pub file: DossierFileId,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// `NOT_CHECKED`, `VALID` or `INVALID`.
    pub signature_check: String,
    /// Until when it holds.
    #[schema(value_type = Option<String>)]
    pub valid_to: Option<NaiveDate>,
}

/// A page of a dossier's history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// What happened, oldest first.
    pub items: Vec<HistoryRow>,
    /// Whether every row up to the last one shown is as it was written.
    pub intact: bool,
    /// The first row that is not.
    pub broken_at: Option<i32>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What, such as `ACCEPT`.
    pub kind: String,
    /// Who; none for the city by itself.
    #[schema(value_type = Option<String>)]
    pub actor: Option<AccountId>,
    /// For whom, when it was somebody else.
    #[schema(value_type = Option<String>)]
    pub acting_for: Option<AccountId>,
    /// The status before.
    pub from: Option<i16>,
    /// The status after.
    pub to: Option<i16>,
    /// What the applicant reads.
    pub public_note: Option<String>,
    /// What staff read.
    pub internal_note: Option<String>,
    /// Codes, dates and numbers.
    #[schema(value_type = Object)]
    pub data: Value,
    /// The hash of the row and all before it, in hex.
    pub hash: String,
}

impl HistoryRow {
    pub fn of(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            actor: row.actor.map(AccountId::restore),
            acting_for: row.acting_for.map(AccountId::restore),
            from: row.from_status,
            to: row.to_status,
            public_note: row.public_note,
            internal_note: row.internal_note,
            data: row.data,
            hash: hex::encode(row.hash),
        }
    }
}

impl DossierDetail {
    /// # Errors
    /// A due date that cannot be computed.
    pub fn of(
        dossier: &Dossier,
        calendar: &Calendar,
        results: Vec<ResultRow>,
        components: Vec<ComponentRow>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let timer = dossier.timer();
        let open = timer.as_ref().filter(|_| dossier.ended_at.is_none());
        let due =
            timer.as_ref().map(|timer| timer.due(calendar)).transpose().map_err(Refusal::from)?;
        let days_left =
            open.map(|timer| timer.days_left(calendar, now)).transpose().map_err(Refusal::from)?;
        let resumed = open
            .map(|timer| timer.due_if_resumed(calendar, now))
            .transpose()
            .map_err(Refusal::from)?;
        let explanation = match &timer {
            Some(timer) => explanation(timer, calendar)?,
            None => Vec::new(),
        };
        let (status_vi, status_en) = dossier.status.names();
        Ok(Self {
            item: DossierWorkItem::of(dossier, now),
            status_vi,
            status_en,
            outcome: dossier.outcome.map(Outcome::as_str),
            first_due_at: dossier.first_due_at,
            days_left: days_left.flatten(),
            provisional: due.is_some_and(city_calendar::Due::provisional),
            due_if_resumed_now: resumed.flatten(),
            due_explanation: explanation,
            resumable: dossier.resumable,
            rounds: dossier.rounds.iter().map(RoundRow::of).collect(),
            bills: dossier.bills.iter().map(BillRow::of).collect(),
            components: components.into_iter().map(ComponentView::of).collect(),
            results: results.into_iter().map(ResultView::of).collect(),
            transfer_to: dossier.transfer.as_ref().map(|transfer| transfer.to.clone()),
        })
    }
}

fn explanation(timer: &Timer, calendar: &Calendar) -> Result<Vec<DueDayRow>, Error> {
    let days = timer.explain(calendar).map_err(Refusal::from)?;
    let row = |day: DueDay<'_>| {
        let plain = |label| (label, None, None, None);
        let (label, counted, name, cause_seq) = match day.label {
            DueLabel::Start => plain("START"),
            DueLabel::CutoffPassed => plain("CUTOFF_PASSED"),
            DueLabel::Weekend => plain("WEEKEND"),
            DueLabel::DayOff { name } => ("DAY_OFF", None, Some(name.to_owned()), None),
            DueLabel::Stopped { stop } => ("STOPPED", None, None, timer.causes.get(stop).copied()),
            DueLabel::Counted { k } => ("COUNTED", Some(k), None, None),
        };
        DueDayRow { date: day.date, label, counted, name, cause_seq }
    };
    Ok(days.into_iter().map(row).collect())
}

impl RoundRow {
    fn of(round: &Round) -> Self {
        let (closed_at, closing) = round.closed.unzip();
        let item = |item: &Item| RoundItem {
            target: item.target.clone(),
            reason: item.reason.as_str(),
            text: item.text.clone(),
            done_at: item.done_at,
            asked_late: item.lead_ok_by.is_some(),
        };
        Self {
            round: round.no,
            deadline: round.deadline,
            asked_at: round.asked_at,
            closed_at,
            closed_as: closing.map(Closing::as_str),
            items: round.items.iter().map(item).collect(),
        }
    }
}

impl BillRow {
    fn of(bill: &Bill) -> Self {
        Self {
            bill_ref: bill.bill_ref.to_string(),
            bill_no: bill.bill_no.clone(),
            purpose: bill.purpose.as_str(),
            amount: Vnd::new(bill.amount),
            state: bill.state.as_str(),
        }
    }
}

impl ComponentView {
    fn of(row: ComponentRow) -> Self {
        Self {
            code: row.code,
            file: row.file,
            register_ref: row.register_ref,
            copy_type: row.copy_type,
            originals: row.originals,
            copies: row.copies,
            state: row.state,
            changed_at: row.changed_at,
        }
    }
}

impl ResultView {
    fn of(row: ResultRow) -> Self {
        Self {
            file: row.file,
            signed_by: row.signed_by,
            signature_check: row.signature_check,
            valid_to: row.valid_to,
        }
    }
}
