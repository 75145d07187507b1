//! The table: what happened to a dossier → what other services may know of it, or nothing.

use city_contracts::catalogue::dossier::{BillPurpose, DossierStatus};
use city_contracts::catalogue::dossier_event::{
    DossierEvent, DossierFeeCancelled, DossierFeeLine, DossierFeeRequested,
};
use city_contracts::event::Envelope;
use city_ids::EventId;
use city_money::Vnd;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::dossier::{Bill, Dossier, EventKind, Happening, Purpose, Status};

/// The public event of a happening, with the dossier as it is after it; none for what stays inside.
pub fn public(id: EventId, happening: &Happening, after: &Dossier) -> Option<Envelope<Value>> {
    let name = name(happening)?;
    let body = match happening.kind {
        EventKind::BillRequested => to_value(&fee_requested(happening, after)?),
        EventKind::BillCancelled => {
            to_value(&DossierFeeCancelled { bill_ref: of(happening, "billRef")? })
        }
        _ => to_value(&body(happening, after)),
    };
    Some(Envelope::new(id, name, happening.at, body))
}

fn name(happening: &Happening) -> Option<&'static str> {
    Some(match happening.kind {
        EventKind::Submit => "DossierSubmitted",
        EventKind::Accept => "DossierAccepted",
        EventKind::Refuse | EventKind::Close => "DossierRefused",
        EventKind::Start | EventKind::Assign => "DossierAssigned",
        EventKind::Ask => "DossierSupplementRequested",
        EventKind::Supplement => "DossierSupplemented",
        EventKind::Stop => "DossierStopped",
        EventKind::Resume | EventKind::DropRound | EventKind::Paid | EventKind::Waive => {
            "DossierResumed"
        }
        EventKind::Finish => "DossierProcessed",
        EventKind::HandOver => "DossierReturned",
        EventKind::Withdraw => "DossierWithdrawn",
        EventKind::Apologise => "DossierApologised",
        EventKind::TransferSent | EventKind::TransferReceived | EventKind::TransferReturned => {
            "DossierTransferred"
        }
        EventKind::BillRequested => "DossierFeeRequested",
        // What payments cancelled itself it need not be told.
        EventKind::BillCancelled if happening.data.get("byPayments").is_none() => {
            "DossierFeeCancelled"
        }
        EventKind::ClockRecalc if happening.data["moved"] == true => "DossierDueMoved",
        EventKind::Late => "DossierLate",
        EventKind::DueSoon => "DossierDueSoon",
        EventKind::Reminder => "DossierReminder",
        EventKind::Rated => "DossierRated",
        EventKind::AskPayment // the requested fee tells it
        | EventKind::BillCancelled
        | EventKind::ClockRecalc
        | EventKind::Unassign
        | EventKind::BillOpened
        | EventKind::BillPaid
        | EventKind::RefundCleared => return None,
    })
}

fn body(happening: &Happening, after: &Dossier) -> DossierEvent {
    let agency = |code: &String| Some(code.clone()).filter(|code| !code.is_empty());
    DossierEvent {
        dossier: after.id,
        code: after.code.as_ref().map(ToString::to_string),
        version: after.version,
        status: wire_status(after.status),
        procedure: after.procedure.clone(),
        account: after.account,
        assignee: after.assignee,
        receiving: agency(&after.receiving),
        competent: agency(&after.competent),
        due_at: after.due_at,
        old_due_at: of(happening, "old"),
        promised_on: of(happening, "promisedOn"),
        on_time: of(happening, "onTime"),
        round: of(happening, "round"),
        deadline: of(happening, "deadline"),
        reasons: of(happening, "reasons").unwrap_or_default(),
        what: of(happening, "what"),
        transfer: match happening.kind {
            EventKind::TransferSent => Some("SENT".to_owned()),
            EventKind::TransferReceived => Some("RECEIVED".to_owned()),
            EventKind::TransferReturned => Some("RETURNED".to_owned()),
            _ => None,
        },
        score: of(happening, "score"),
    }
}

fn fee_requested(happening: &Happening, after: &Dossier) -> Option<DossierFeeRequested> {
    let bill_ref: String = of(happening, "billRef")?;
    let bill = after.bills.iter().find(|bill| bill.bill_ref.to_string() == bill_ref)?;
    let open_round = after.open_round().map(|round| round.deadline);
    Some(DossierFeeRequested {
        bill_ref,
        dossier: after.id,
        code: after.code.as_ref().map(ToString::to_string).unwrap_or_default(),
        payer: after.account,
        purpose: wire_purpose(bill.purpose),
        amount: Vnd::new(bill.amount),
        payee_agency: payee(bill, after).to_owned(),
        deadline: open_round.filter(|_| bill.purpose == Purpose::Round),
        lines: serde_json::from_value::<Vec<DossierFeeLine>>(bill.lines.clone())
            .unwrap_or_default(),
    })
}

/// Fees of the counter are the counter's; what comes out of the decision is the deciding agency's.
fn payee<'a>(bill: &Bill, dossier: &'a Dossier) -> &'a str {
    match bill.purpose {
        Purpose::Intake | Purpose::Result => &dossier.receiving,
        Purpose::Round | Purpose::Duty => &dossier.competent,
    }
}

fn of<T: DeserializeOwned>(happening: &Happening, member: &str) -> Option<T> {
    serde_json::from_value(happening.data.get(member)?.clone()).ok()
}

fn to_value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).unwrap_or_default() // event bodies have string keys
}

/// The status in the wire's words.
pub fn wire_status(status: Status) -> DossierStatus {
    DossierStatus::from_number(status.code()).unwrap_or(DossierStatus::Draft)
}

/// The purpose of a bill in the wire's words.
pub const fn wire_purpose(purpose: Purpose) -> BillPurpose {
    match purpose {
        Purpose::Intake => BillPurpose::Intake,
        Purpose::Round => BillPurpose::Round,
        Purpose::Duty => BillPurpose::Duty,
        Purpose::Result => BillPurpose::Result,
    }
}
