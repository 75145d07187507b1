//! What residents send about dossiers.

use async_graphql::{ID, InputObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::catalogue::service::ClientApp;
use city_contracts::common::Locale;
use serde_json::Value;

use super::dossier_enums::{ApplicantType, CopyType, DossierStatus};
use super::user_error::{Checks, UserError};

/// Which dossiers. Fields narrow down together; an empty list is as none.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DossierFilter")]
pub struct DossierFilter {
    /// In one of these statuses.
    #[graphql(name = "statuses")]
    statuses: Option<Vec<DossierStatus>>,
    /// Of this procedure.
    #[graphql(name = "nationalCode")]
    national_code: Option<ID>,
    /// True: only those still going on, drafts included; false: only those that ended.
    #[graphql(name = "open")]
    open: Option<bool>,
}

impl From<DossierFilter> for wire::DossierFilter {
    fn from(of: DossierFilter) -> Self {
        Self {
            statuses: of.statuses.unwrap_or_default().into_iter().map(Into::into).collect(),
            national_code: of.national_code.map(String::from),
            open: of.open,
        }
    }
}

/// Begins a draft.
#[derive(Clone, InputObject)]
#[graphql(name = "CreateDossierInput")]
pub struct CreateDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The procedure.
    #[graphql(name = "nationalCode")]
    national_code: ID,
    /// The code of the ward where the person lives, for services of some wards only.
    #[graphql(name = "wardCode")]
    ward_code: Option<ID>,
    /// Who files.
    #[graphql(name = "applicantType", default_with = "ApplicantType::Citizen")]
    applicant_type: ApplicantType,
    /// First answers; without them the form is filled in from the account.
    #[graphql(name = "answers")]
    answers: Option<Value>,
}

impl CreateDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(
        self,
        client: ClientApp,
        locale: Locale,
    ) -> Result<wire::CreateDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire = checks.key(&self.idempotency_key).map(|idempotency_key| wire::CreateDossier {
            idempotency_key,
            national_code: self.national_code.into(),
            ward_code: self.ward_code.map(String::from),
            client,
            applicant_type: self.applicant_type.into(),
            answers: self.answers,
        });
        checks.done(wire)
    }
}

/// How to reach the applicant.
#[derive(Clone, InputObject)]
#[graphql(name = "DossierContactInput")]
pub struct DossierContactInput {
    /// Their name, 2 to 100 characters.
    #[graphql(name = "fullName")]
    full_name: Option<String>,
    /// Their phone number; its last four digits open the tracking page.
    #[graphql(name = "phone")]
    phone: Option<String>,
    /// Their address for mail, at most 254 characters.
    #[graphql(name = "email")]
    email: Option<String>,
}

impl From<DossierContactInput> for wire::DossierContact {
    fn from(of: DossierContactInput) -> Self {
        Self { full_name: of.full_name, phone: of.phone, email: of.email }
    }
}

/// Saves a draft: replaces what is written so far.
#[derive(Clone, InputObject)]
#[graphql(name = "SaveDossierInput")]
pub struct SaveDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// All answers; they need not be complete.
    #[graphql(name = "answers")]
    answers: Value,
    /// How to reach the applicant; unchanged when absent.
    #[graphql(name = "contact")]
    contact: Option<DossierContactInput>,
    /// Who files; unchanged when absent.
    #[graphql(name = "applicantType")]
    applicant_type: Option<ApplicantType>,
}

impl SaveDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SaveDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::SaveDossier {
            idempotency_key,
            id,
            version: self.version,
            answers: self.answers,
            contact: self.contact.map(Into::into),
            applicant_type: self.applicant_type.map(Into::into),
        });
        checks.done(wire)
    }
}

/// Moves a draft to the present form of its procedure.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MoveDraftToCurrentFormInput")]
pub struct MoveDraftToCurrentFormInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
}

impl MoveDraftToCurrentFormInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DossierInput, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::DossierInput {
            idempotency_key,
            id,
            version: self.version,
        });
        checks.done(wire)
    }
}

/// Throws a draft away.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DiscardDossierInput")]
pub struct DiscardDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
}

impl DiscardDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DossierInput, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::DossierInput {
            idempotency_key,
            id,
            version: self.version,
        });
        checks.done(wire)
    }
}

/// Takes a dossier back.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawDossierInput")]
pub struct WithdrawDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
}

impl WithdrawDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DossierInput, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::DossierInput {
            idempotency_key,
            id,
            version: self.version,
        });
        checks.done(wire)
    }
}

/// Sends a draft.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SubmitDossierInput")]
pub struct SubmitDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
}

impl SubmitDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(
        self,
        client: ClientApp,
        locale: Locale,
    ) -> Result<wire::SubmitDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::SubmitDossier {
            idempotency_key,
            id,
            version: self.version,
            client,
        });
        checks.done(wire)
    }
}

/// Asks for leave to upload a file of a component.
#[derive(Clone, InputObject)]
#[graphql(name = "RequestComponentUploadInput")]
pub struct RequestComponentUploadInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The component it is for.
    #[graphql(name = "componentCode")]
    component_code: ID,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    #[graphql(name = "contentType")]
    content_type: String,
    /// The exact length, 1 to 10,485,760 bytes.
    #[graphql(name = "byteLength")]
    byte_length: i32,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    #[graphql(name = "sha256")]
    sha256: String,
    /// What the file is called on the device, at most 120 characters.
    #[graphql(name = "fileName")]
    file_name: Option<String>,
}

impl RequestComponentUploadInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::RequestComponentUpload, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::RequestComponentUpload {
            idempotency_key,
            id,

            component_code: self.component_code.into(),
            content_type: self.content_type,
            byte_length: self.byte_length.into(),
            sha256: self.sha256,
            file_name: self.file_name,
        });
        checks.done(wire)
    }
}

/// Makes an uploaded file a component.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AttachComponentInput")]
pub struct AttachComponentInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// The component.
    #[graphql(name = "componentCode")]
    component_code: ID,
    /// The `fileId` of the upload's ticket.
    #[graphql(name = "fileId")]
    file_id: ID,
    /// In which form it is handed in.
    #[graphql(name = "copyType", default_with = "CopyType::Electronic")]
    copy_type: CopyType,
    /// Originals handed in, 0 to 99.
    #[graphql(name = "originals")]
    originals: Option<i32>,
    /// Copies handed in, 0 to 99.
    #[graphql(name = "copies")]
    copies: Option<i32>,
}

impl AttachComponentInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::AttachComponent, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let file = checks.id("/fileId", &self.file_id);
        let wire =
            key.zip(id).zip(file).map(|((idempotency_key, id), file_id)| wire::AttachComponent {
                idempotency_key,
                id,
                version: self.version,
                component_code: self.component_code.into(),
                file_id,
                copy_type: self.copy_type.into(),
                originals: self.originals.map(count),
                copies: self.copies.map(count),
            });
        checks.done(wire)
    }
}

/// What is out of range is as good as too many: the service names the field.
fn count(count: i32) -> i16 {
    i16::try_from(count).unwrap_or(i16::MAX)
}

/// Takes the file of a component out.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DetachComponentInput")]
pub struct DetachComponentInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// The component.
    #[graphql(name = "componentCode")]
    component_code: ID,
}

impl DetachComponentInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DetachComponent, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::DetachComponent {
            idempotency_key,
            id,
            version: self.version,
            component_code: self.component_code.into(),
        });
        checks.done(wire)
    }
}

/// Asks for leave to fetch a file of a dossier.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DownloadDossierFileInput")]
pub struct DownloadDossierFileInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The `fileId` of a component's file or of a result.
    #[graphql(name = "fileId")]
    file_id: ID,
}

impl DownloadDossierFileInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DownloadDossierFile, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let file = checks.id("/fileId", &self.file_id);
        let wire = key.zip(id).zip(file).map(|((idempotency_key, id), file_id)| {
            wire::DownloadDossierFile { idempotency_key, id, file_id }
        });
        checks.done(wire)
    }
}

/// Adds what was asked for, and the clock goes on.
#[derive(Clone, InputObject)]
#[graphql(name = "SupplementDossierInput")]
pub struct SupplementDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// All answers, when some were asked for; unchanged when absent.
    #[graphql(name = "answers")]
    answers: Option<Value>,
    /// A word to the officer, at most 1,000 characters.
    #[graphql(name = "note")]
    note: Option<String>,
}

impl SupplementDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SupplementDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::SupplementDossier {
            idempotency_key,
            id,
            version: self.version,
            answers: self.answers,
            note: self.note,
        });
        checks.done(wire)
    }
}

/// Rates how a dossier was handled.
#[derive(Clone, InputObject)]
#[graphql(name = "RateDossierInput")]
pub struct RateDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// 1 (bad) to 5 (good).
    #[graphql(name = "score")]
    score: i32,
    /// Codes of reasons, at most 5.
    #[graphql(name = "reasons")]
    reasons: Option<Vec<ID>>,
    /// In the person's own words, at most 1,000 characters.
    #[graphql(name = "text")]
    text: Option<String>,
}

impl RateDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::RateDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let id = checks.id("/id", &self.id);
        let wire = key.zip(id).map(|(idempotency_key, id)| wire::RateDossier {
            idempotency_key,
            id,
            version: self.version,
            score: self.score,
            reasons: self.reasons.unwrap_or_default().into_iter().map(String::from).collect(),
            text: self.text,
        });
        checks.done(wire)
    }
}
