//! What residents send about the files of a dossier.

use async_graphql::{ID, InputObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::common::Locale;

use crate::schema::dossier_enums::CopyType;
use crate::schema::user_error::{Checks, UserError};

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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::RequestComponentUpload {
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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let file = checks.id("/fileId", &self.file_id);
        let wire = named.zip(file).map(|((idempotency_key, id), file_id)| wire::AttachComponent {
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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::DetachComponent {
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
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let file = checks.id("/fileId", &self.file_id);
        let wire = named.zip(file).map(|((idempotency_key, id), file_id)| {
            wire::DownloadDossierFile { idempotency_key, id, file_id }
        });
        checks.done(wire)
    }
}
