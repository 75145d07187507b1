//! What the catalogue tells the world about dossiers: ids, codes, dates and counts; no name, phone or answer.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{AccountId, DossierId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::dossier::{BillPurpose, DossierStatus};

/// Body of every event `Dossier…` but those about fees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierEvent {
    /// The dossier.
    pub dossier: DossierId,
    /// What people quote; none for a draft.
    pub code: Option<String>,
    /// Grows with each change.
    pub version: i32,
    /// Where it is now.
    pub status: DossierStatus,
    /// Code of the procedure.
    pub procedure: String,
    /// Whose it is; none on paper without an account, or after erasure.
    pub account: Option<AccountId>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<AccountId>,
    /// The agency that took it in; none for a draft.
    pub receiving: Option<String>,
    /// The agency that decides; none for a draft.
    pub competent: Option<String>,
    /// The deadline; none while the clock stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// The deadline before, where it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_due_at: Option<DateTime<Utc>>,
    /// The day promised with an apology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_on: Option<NaiveDate>,
    /// Whether it was decided on time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The round of questions it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<i16>,
    /// Until when an answer is awaited, or a draft is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<NaiveDate>,
    /// Codes of reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Of a reminder: `DEADLINE` of a round, or `DRAFT` that expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Of a transfer: `SENT`, `RECEIVED` or `RETURNED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// Of a rating: 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i16>,
}

/// Body of `DossierFeeRequested`: payments is asked for a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierFeeRequested {
    /// What ties the bill to the dossier: its `source_ref` at payments.
    pub bill_ref: String,
    /// The dossier.
    pub dossier: DossierId,
    /// What people quote.
    pub code: String,
    /// Who pays; none when nobody has an account.
    pub payer: Option<AccountId>,
    /// What for.
    pub purpose: BillPurpose,
    /// The sum of the lines, above zero.
    pub amount: Vnd,
    /// Whose money it is.
    pub payee_agency: String,
    /// Until when it is awaited.
    pub deadline: Option<NaiveDate>,
    /// What it consists of.
    pub lines: Vec<DossierFeeLine>,
}

/// A line of a requested bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierFeeLine {
    /// The fee.
    pub code: String,
    /// What it is for, in Vietnamese.
    pub name: String,
    /// To be paid.
    pub amount: Vnd,
}

/// Body of `DossierFeeCancelled`: the bill is no longer wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierFeeCancelled {
    /// As in the request.
    pub bill_ref: String,
}
