//! A dossier, as its applicant sees it.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{DossierId, FormVersionId, ProcedureEditionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ApplicantType, BillPurpose, ClockState, ComponentState, CopyType, DossierBillState,
    DossierContact, DossierFileView, DossierOutcome, DossierStatus, DueDayView,
};
use crate::catalogue::procedure::FeeQuote;
use crate::common::{Localised, Page};

/// A dossier, as its applicant sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierView {
    /// The dossier.
    pub id: DossierId,
    /// What people quote; none for a draft.
    pub code: Option<String>,
    /// Grows with each change.
    pub version: i32,
    /// The procedure.
    pub procedure: DossierProcedure,
    /// Where it is.
    pub status: DossierStatus,
    /// Where it is, in words.
    pub status_text: Localised,
    /// Who files.
    pub applicant_type: ApplicantType,
    /// Whether the deadline runs.
    pub clock: ClockState,
    /// When the draft was begun.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was sent.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was taken in.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The deadline; none while stopped.
    pub due_at: Option<DateTime<Utc>>,
    /// The first deadline that was promised.
    pub first_due_at: Option<DateTime<Utc>>,
    /// The day promised with an apology.
    pub promised_on: Option<NaiveDate>,
    /// Working days left; minus the days it is late.
    pub days_left: Option<i32>,
    /// Whether the deadline lies where the calendar is not yet fixed.
    pub provisional: bool,
    /// While stopped: the deadline if it went on now.
    pub due_if_resumed_now: Option<DateTime<Utc>>,
    /// Day by day, how the deadline comes about; only for a single dossier.
    #[serde(default)]
    pub due_explanation: Vec<DueDayView>,
    /// Until when an untouched draft is kept.
    pub expires_at: Option<DateTime<Utc>>,
    /// What was written; an empty object once its key is dropped.
    pub answers: Value,
    /// How to reach the applicant.
    pub contact: DossierContact,
    /// What was quoted: for a draft as it is now, frozen when it is sent.
    pub fee: Option<FeeQuote>,
    /// Its bills.
    pub bills: Vec<DossierBillView>,
    /// Its components, in the order of the procedure.
    pub components: Vec<DossierComponentView>,
    /// What was asked for, round by round.
    pub requests: Vec<SupplementRequestView>,
    /// Its results.
    pub results: Vec<ResultDocumentView>,
    /// How it ended.
    pub outcome: Option<DossierOutcome>,
    /// Who takes it in.
    pub receiving: Option<DossierAgency>,
    /// Who decides.
    pub competent: Option<DossierAgency>,
    /// Whether it can be rated now.
    pub can_rate: bool,
    /// What a helper or an officer opened; only for a single dossier.
    #[serde(default)]
    pub access_log: Vec<AccessView>,
    /// Its way so far, oldest first; only for a single dossier.
    #[serde(default = "no_events")]
    pub events: Page<DossierEventView>,
    /// What the reader should know, such as that the form could not be prefilled.
    #[serde(default)]
    pub notice: Option<Localised>,
}

impl std::fmt::Debug for DossierView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DossierView").field("id", &self.id).finish_non_exhaustive()
    }
}

const fn no_events() -> Page<DossierEventView> {
    Page { edges: Vec::new(), has_next_page: false }
}

/// The procedure of a dossier, as it was when the draft was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierProcedure {
    /// The code.
    pub national_code: String,
    /// The name.
    pub name: Localised,
    /// The edition the dossier stays on.
    pub edition: ProcedureEditionId,
    /// The form the dossier stays on; none for a procedure without a form.
    pub form: Option<FormVersionId>,
}

/// An agency, as a dossier names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierAgency {
    /// The code.
    pub code: String,
    /// The name.
    pub name: Localised,
}

/// A component of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierComponentView {
    /// Its code in the procedure.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// Whether the procedure always asks for it.
    pub required: bool,
    /// The attached file.
    pub file: Option<DossierFileView>,
    /// Where the original is kept by a register.
    pub register_ref: Option<String>,
    /// In which form it is handed in.
    pub copy_type: CopyType,
    /// Originals handed in.
    pub originals: i16,
    /// Copies handed in.
    pub copies: i16,
    /// What an officer found.
    pub state: ComponentState,
    /// When it last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// One round of asking for more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplementRequestView {
    /// Counts up from 1.
    pub round: i16,
    /// Until when the items are awaited; a passed deadline ends nothing.
    pub deadline: Option<NaiveDate>,
    /// When the round ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// What is asked for.
    pub items: Vec<RequestItemView>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestItemView {
    /// A component's code, or a JSON Pointer into the answers.
    pub target: String,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub reason_text: Localised,
    /// What the officer wrote to it.
    pub text: Option<String>,
    /// When it was answered.
    pub done_at: Option<DateTime<Utc>>,
}

/// A bill of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierBillView {
    /// What ties it to payments.
    pub bill_ref: String,
    /// The bill's number, once payments opened it.
    pub bill_no: Option<String>,
    /// What for.
    pub purpose: BillPurpose,
    /// Dong.
    pub amount: i64,
    /// Where it is.
    pub state: DossierBillState,
}

/// A result of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultDocumentView {
    /// The file; fetched by `download-dossier-file`.
    pub file: DossierFileView,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// What the check of its signature said.
    pub signature_check: Option<String>,
    /// Until when it holds.
    pub valid_to: Option<NaiveDate>,
}

/// Somebody opened the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessView {
    /// When.
    pub at: DateTime<Utc>,
    /// `OFFICER`, `HELPER` or `SYSTEM`.
    pub actor: String,
    /// Why, as they gave it.
    pub purpose: String,
}

/// One step of a dossier's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierEventView {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, such as `SUBMIT`, `ACCEPT`, `ASK`.
    pub kind: String,
    /// `RESIDENT`, `OFFICER` or `SYSTEM`.
    pub actor: String,
    /// The status before.
    pub from: Option<DossierStatus>,
    /// The status after.
    pub to: Option<DossierStatus>,
    /// What the officer wrote for the applicant.
    pub note: Option<String>,
}
