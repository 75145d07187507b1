//! What moves a dossier, and what the moves answer besides the dossier.

use city_ids::DossierId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ApplicantType, DossierView};
use crate::catalogue::procedure::CheckFinding;
use crate::catalogue::service::ClientApp;
use crate::key::IdempotencyKey;

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
