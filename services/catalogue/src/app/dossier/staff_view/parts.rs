//! What a dossier holds: questions, bills, components, results.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::DossierFileId;
use city_money::Vnd;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::dossier::{Bill, Closing, Item, Round};
use crate::store::dossier::component::StoredComponent;
use crate::store::dossier::result::ResultRow;

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

impl RoundRow {
    pub fn of(round: &Round) -> Self {
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

impl BillRow {
    pub fn of(bill: &Bill) -> Self {
        Self {
            bill_ref: bill.bill_ref.to_string(),
            bill_no: bill.bill_no.clone(),
            purpose: bill.purpose.as_str(),
            amount: Vnd::new(bill.amount),
            state: bill.state.as_str(),
        }
    }
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

impl ComponentView {
    pub fn of(row: StoredComponent) -> Self {
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

impl ResultView {
    pub fn of(row: ResultRow) -> Self {
        Self {
            file: row.file,
            signed_by: row.signed_by,
            signature_check: row.signature_check,
            valid_to: row.valid_to,
        }
    }
}
