//! What residents send about drafts, until they are sent.

use async_graphql::{ID, InputObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::catalogue::service::ClientApp;
use city_contracts::common::Locale;
use serde_json::Value;

use super::only_named;
use crate::schema::dossier_enums::ApplicantType;
use crate::schema::user_error::{Checks, UserError};

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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::SaveDossier {
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
        only_named(locale, &self.idempotency_key, &self.id, self.version)
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
        only_named(locale, &self.idempotency_key, &self.id, self.version)
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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::SubmitDossier {
            idempotency_key,
            id,
            version: self.version,
            client,
        });
        checks.done(wire)
    }
}
