//! The files of a dossier: sent, attached to components, and fetched.

use chrono::{DateTime, Utc};
use city_ids::{DossierFileId, DossierId};
use serde::{Deserialize, Serialize};

use super::{CopyType, UploadHeader};
use crate::key::IdempotencyKey;

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
