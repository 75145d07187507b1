//! What is asked of the service.

use chrono::{DateTime, Utc};
use city_ids::{PhotoId, ReportId};
use serde::{Deserialize, Serialize};

use super::{PhotoPurpose, ReportState};
use crate::common::{GeoPoint, PageArgs};
use crate::key::IdempotencyKey;

/// `POST /internal/v1/request-photo-upload`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestPhotoUpload {
    /// The same key gives the same ticket, with a fresh URL while the bytes are missing.
    pub idempotency_key: IdempotencyKey,
    /// What the photo shows.
    pub purpose: PhotoPurpose,
    /// `image/jpeg`, `image/png` or `image/webp`.
    pub content_type: String,
    /// Exact length, 1 to 10,485,760 bytes.
    pub byte_length: i64,
    /// Where the device was, for after-photos.
    #[serde(default)]
    pub taken_at: Option<GeoPoint>,
}

/// `POST /internal/v1/file-report`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// Makes the report happen once.
    pub idempotency_key: IdempotencyKey,
    /// An active leaf category.
    pub category_code: String,
    /// What the resident saw, 10 to 4,000 characters.
    pub description: String,
    /// Where; required unless ward and address are given.
    #[serde(default)]
    pub at: Option<GeoPoint>,
    /// Street address, at most 300 characters.
    #[serde(default)]
    pub address: Option<String>,
    /// The ward, when there is no position.
    #[serde(default)]
    pub ward_code: Option<String>,
    /// Uploaded photos, at most 5.
    #[serde(default)]
    pub photo_ids: Vec<PhotoId>,
    /// Whether the report may be published, without the reporter's name.
    pub wants_public: bool,
    /// Whether the agency may see how to reach the reporter.
    pub share_contact: bool,
    /// When the photo was taken, at most 30 days ago.
    #[serde(default)]
    pub captured_at: Option<DateTime<Utc>>,
}

/// Filters of the public feed and of one's own reports.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReportFilter {
    /// These categories or topics.
    pub category_codes: Vec<String>,
    /// These wards.
    pub ward_codes: Vec<String>,
    /// These states.
    pub states: Vec<ReportState>,
    /// Only open or only ended ones.
    pub open: Option<bool>,
}

/// `POST /internal/v1/reports` and `/internal/v1/my-reports`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListReports {
    /// Which.
    #[serde(default)]
    pub filter: ReportFilter,
    /// Which part, newest first.
    pub page: PageArgs,
}

/// `POST /internal/v1/report` and other routes about one report.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ReportById {
    /// The report.
    pub id: ReportId,
}

/// `POST /internal/v1/rate-report`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateReport {
    /// Makes the rating happen once.
    pub idempotency_key: IdempotencyKey,
    /// The report.
    pub id: ReportId,
    /// 1 (bad) to 5 (good).
    pub score: i32,
    /// Codes of reasons, at most 5.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// At most 1,000 characters.
    #[serde(default)]
    pub text: Option<String>,
}

/// `POST /internal/v1/withdraw-report`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawReport {
    /// Makes the withdrawal happen once.
    pub idempotency_key: IdempotencyKey,
    /// The report.
    pub id: ReportId,
}

/// `POST /internal/v1/contest-report`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContestReport {
    /// Makes the contest happen once.
    pub idempotency_key: IdempotencyKey,
    /// The report.
    pub id: ReportId,
    /// What is wrong with the outcome, 1 to 1,000 characters.
    pub text: String,
}

/// `POST /internal/v1/nodes:batch`; the answer has an entry for each id, in order, null for what is absent or invisible.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NodesBatch {
    /// Ids on the wire, at most 100.
    pub ids: Vec<String>,
}
