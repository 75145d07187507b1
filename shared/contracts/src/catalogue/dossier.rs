//! Dossiers, as residents meet them: what the routes under `/internal/v1` take and give.
//!
//! Every mutation names the dossier's `version`; a stale one is a conflict. Answers never carry ids of files: files are
//! attached to components.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{AccountId, DossierFileId, DossierId, FormVersionId, ProcedureEditionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::procedure::{CheckFinding, FeeQuote};
use super::service::ClientApp;
use crate::common::{Localised, Page, PageArgs};
use crate::key::IdempotencyKey;
pub use crate::reports::{ClockState, DueDayView, UploadHeader};

/// Where a dossier is on its way; the number is the national code, 0 a draft that is not yet sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierStatus {
    /// 0: being written.
    Draft,
    /// 1: sent, waits to be taken in.
    Registered,
    /// 2: taken in; the clock runs.
    Accepted,
    /// 3: refused at intake.
    RejectedAtIntake,
    /// 4: an officer works on it.
    Processing,
    /// 5: waits for what the applicant must add.
    SupplementRequired,
    /// 6: waits for a payment.
    PaymentRequired,
    /// 7: taken back.
    Withdrawn,
    /// 8: stopped for a reason.
    Suspended,
    /// 9: the result is there.
    Processed,
    /// 10: the result was handed over.
    Returned,
}

impl DossierStatus {
    /// All, by code.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Registered,
        Self::Accepted,
        Self::RejectedAtIntake,
        Self::Processing,
        Self::SupplementRequired,
        Self::PaymentRequired,
        Self::Withdrawn,
        Self::Suspended,
        Self::Processed,
        Self::Returned,
    ];

    /// The national code.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The status of a national code.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// How a decided dossier ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierOutcome {
    /// What was asked for is given.
    Granted,
    /// It is not, for a reason.
    Refused,
}

/// Who files: 0 a citizen, 1 a business, 2 a household business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApplicantType {
    /// 0
    #[default]
    Citizen,
    /// 1
    Business,
    /// 2
    HouseholdBusiness,
}

/// In which form a component is handed in: 0 an original, 1 a copy, 2 an electronic document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CopyType {
    /// 0
    Original,
    /// 1
    Copy,
    /// 2
    #[default]
    Electronic,
}

/// What an officer found about a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComponentState {
    /// Nobody looked yet.
    Pending,
    /// In order.
    Ok,
    /// Something is wrong with it.
    Defect,
}

/// What a bill of a dossier is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillPurpose {
    /// At intake (`collect` 1).
    Intake,
    /// With a request for more (`collect` 2).
    Round,
    /// A financial duty.
    Duty,
    /// With the result (`collect` 4).
    Result,
}

/// Where a bill of a dossier is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierBillState {
    /// Payments was asked for it.
    Requested,
    /// It can be paid.
    Open,
    /// It is paid.
    Paid,
    /// It is no longer asked for.
    Cancelled,
}

/// How to reach the applicant; sealed like the answers.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DossierContact {
    /// 2 to 100 characters.
    pub full_name: Option<String>,
    /// A Vietnamese number, such as `0901234567`; its last four digits open the tracking page.
    pub phone: Option<String>,
    /// At most 254 characters.
    pub email: Option<String>,
}

impl std::fmt::Debug for DossierContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DossierContact([redacted])")
    }
}

/// `POST /internal/v1/create-dossier`: a new draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDossier {
    /// Makes the draft once.
    pub idempotency_key: IdempotencyKey,
    /// The procedure.
    pub national_code: String,
    /// The resident's ward, for services that exist in some wards only.
    #[serde(default)]
    pub ward_code: Option<String>,
    /// The app that asks.
    #[serde(default)]
    pub client: ClientApp,
    /// Who files.
    #[serde(default)]
    pub applicant_type: ApplicantType,
    /// First answers; without them the form is prefilled from the account.
    #[serde(default)]
    pub answers: Option<Value>,
}

/// `POST /internal/v1/save-dossier`: replaces what is written so far.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaveDossier {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The draft.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// All answers, at most 48 KiB; need not be complete.
    pub answers: Value,
    /// How to reach the applicant; unchanged when absent.
    #[serde(default)]
    pub contact: Option<DossierContact>,
    /// Who files; unchanged when absent.
    #[serde(default)]
    pub applicant_type: Option<ApplicantType>,
}

impl std::fmt::Debug for SaveDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaveDossier").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `POST /internal/v1/move-draft-to-current-form`, `discard-dossier` and `withdraw-dossier`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierInput {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
}

/// `POST /internal/v1/submit-dossier`: the draft is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmitDossier {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The draft.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// The app that asks.
    #[serde(default)]
    pub client: ClientApp,
}

/// The answer to `submit-dossier`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubmittedDossier {
    /// The dossier, with its code.
    pub dossier: DossierView,
    /// What the check found and what did not keep it from being sent.
    pub warnings: Vec<CheckFinding>,
}

/// `POST /internal/v1/request-component-upload`: leave to send one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestComponentUpload {
    /// The same key gives the same ticket, with a fresh URL while the bytes are missing.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// The component it is for.
    pub component_code: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Exact length, 1 to 10,485,760 bytes; all files of a dossier 52,428,800.
    pub byte_length: i64,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// What the file is called on the device, at most 120 characters; sealed like the answers.
    #[serde(default)]
    pub file_name: Option<String>,
}

/// Leave to upload one file: a signed PUT.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadTicket {
    /// The file, to be named when attaching.
    pub file_id: DossierFileId,
    /// Where to PUT the bytes. Whoever has it can upload, so `Debug` leaves it out.
    pub url: String,
    /// The headers the PUT must carry.
    pub headers: Vec<UploadHeader>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for UploadTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadTicket").field("file_id", &self.file_id).finish_non_exhaustive()
    }
}

/// `POST /internal/v1/attach-component`: the uploaded file becomes the component.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachComponent {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// The component.
    pub component_code: String,
    /// The uploaded file.
    pub file_id: DossierFileId,
    /// In which form it is handed in.
    #[serde(default)]
    pub copy_type: CopyType,
    /// Originals handed in, 0 to 99.
    #[serde(default)]
    pub originals: Option<i16>,
    /// Copies handed in, 0 to 99.
    #[serde(default)]
    pub copies: Option<i16>,
}

/// `POST /internal/v1/detach-component`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DetachComponent {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// The component.
    pub component_code: String,
}

/// `POST /internal/v1/supplement-dossier`: everything that was asked for is there, and the clock goes on.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplementDossier {
    /// Makes the change once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// All answers, when fields were asked for; unchanged when absent.
    #[serde(default)]
    pub answers: Option<Value>,
    /// A word to the officer, at most 1,000 characters; sealed like the answers.
    #[serde(default)]
    pub note: Option<String>,
}

impl std::fmt::Debug for SupplementDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SupplementDossier").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `POST /internal/v1/rate-dossier`: within 30 days of the hand-over, once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateDossier {
    /// Makes the rating once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// As last read.
    pub version: i32,
    /// 1 (bad) to 5 (good).
    pub score: i32,
    /// Codes of reasons, at most 5.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// At most 1,000 characters.
    #[serde(default)]
    pub text: Option<String>,
}

impl std::fmt::Debug for RateDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateDossier").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `POST /internal/v1/download-dossier-file`: a file of one's own. The first download of a result hands it over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DownloadDossierFile {
    /// Makes the hand-over once.
    pub idempotency_key: IdempotencyKey,
    /// The dossier.
    pub id: DossierId,
    /// A file of a component, or a result.
    pub file_id: DossierFileId,
}

/// Leave to fetch one file: a signed GET, answered as an attachment.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DownloadTicket {
    /// Where to GET the bytes. Whoever has it can read, so `Debug` leaves it out.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for DownloadTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DownloadTicket")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// `POST /internal/v1/dossier`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DossierById {
    /// The dossier.
    pub id: DossierId,
    /// Which part of its events; the first 20 when absent.
    #[serde(default)]
    pub events: Option<PageArgs>,
}

/// Which of one's own dossiers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DossierFilter {
    /// In one of these; all when empty.
    pub statuses: Vec<DossierStatus>,
    /// Only of this procedure.
    pub national_code: Option<String>,
    /// Only open (drafts included) or only ended ones.
    pub open: Option<bool>,
}

/// `POST /internal/v1/my-dossiers`; the answer is a [`Page`] of [`DossierView`], newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDossiers {
    /// Which.
    #[serde(default)]
    pub filter: DossierFilter,
    /// Which part.
    pub page: PageArgs,
}

/// `POST /internal/v1/track-dossier`
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackDossier {
    /// The dossier's code.
    pub code: String,
    /// The last four digits of the applicant's phone.
    pub phone_last4: String,
}

impl std::fmt::Debug for TrackDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrackDossier([redacted])")
    }
}

/// An agency, as a dossier names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierAgency {
    /// The code.
    pub code: String,
    /// The name.
    pub name: Localised,
}

/// What anybody learns who knows a code and the applicant's last four digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierTrack {
    /// The code.
    pub code: String,
    /// Where it is, in words.
    pub status_text: Localised,
    /// The deadline; none while it does not run.
    pub due_at: Option<DateTime<Utc>>,
    /// Who takes it in.
    pub receiving: DossierAgency,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
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

/// A file that belongs to a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierFileView {
    /// The file.
    pub id: DossierFileId,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Bytes.
    pub byte_length: i64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// What it was called on the device.
    pub file_name: Option<String>,
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

/// The answer to `move-draft-to-current-form`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MovedDraft {
    /// The draft on the present form.
    pub dossier: DossierView,
    /// JSON Pointers of the answers that no longer fit and were left behind.
    pub dropped: Vec<String>,
}

/// The answer to `discard-dossier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscardedDossier {
    /// The draft that is gone.
    pub id: DossierId,
}

/// `POST /internal/v1/privacy/{request}/{precheck,export,erase}`: accounts asks about a person.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PrivacySubject {
    /// The person.
    pub account: AccountId,
}

/// Something that keeps a person from being forgotten for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// `DOSSIER_OPEN`.
    pub code: String,
    /// The dossier.
    pub subject: String,
    /// What people quote.
    pub label: Option<String>,
}

/// The answer to `precheck`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyPrecheck {
    /// Empty: nothing stands in the way.
    pub blockers: Vec<Blocker>,
}

/// The answer to `export`: the file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyExport {
    /// Where it is in the object store.
    pub key: String,
    /// How many dossiers it holds.
    pub dossiers: u64,
}

/// The answer to `erase`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    /// Rows that are gone.
    pub deleted: u64,
    /// Rows that no longer say whose they were.
    pub pseudonymised: u64,
    /// What stays, and why.
    pub retained: Vec<Retained>,
}

/// Something that stays after an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// What.
    pub what: String,
    /// Why.
    pub basis: String,
    /// Until when, where that is fixed.
    pub until: Option<NaiveDate>,
}
