//! What residents send about reports, and what their mutations answer.

use async_graphql::{ID, InputObject, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::reports as wire;

use super::photo::PhotoPurpose;
use super::report::{Report, ReportState};
use super::scalars::DateTime;
use super::shared::{GeoPointInput, UploadTicket};
use super::user_error::{Checks, UserError};

/// Which reports. Fields narrow down together; an empty list is as none.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReportFilter")]
pub struct ReportFilter {
    /// Of these categories, or of the categories of these topics.
    #[graphql(name = "categoryCodes")]
    category_codes: Option<Vec<ID>>,
    /// In these wards.
    #[graphql(name = "wardCodes")]
    ward_codes: Option<Vec<ID>>,
    /// In these states.
    #[graphql(name = "states")]
    states: Option<Vec<ReportState>>,
    /// True: only those still going on; false: only those that ended.
    #[graphql(name = "open")]
    open: Option<bool>,
}

impl From<ReportFilter> for wire::ReportFilter {
    fn from(of: ReportFilter) -> Self {
        let codes = |codes: Option<Vec<ID>>| {
            codes.unwrap_or_default().into_iter().map(String::from).collect()
        };
        Self {
            category_codes: codes(of.category_codes),
            ward_codes: codes(of.ward_codes),
            states: of
                .states
                .unwrap_or_default()
                .into_iter()
                .map(wire::ReportState::from)
                .collect(),
            open: of.open,
        }
    }
}

/// Asks for leave to upload a photo.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RequestPhotoUploadInput")]
pub struct RequestPhotoUploadInput {
    /// Made by the app, one for each photo; the same key again gets the same ticket.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// What the photo shows.
    #[graphql(name = "purpose", default_with = "PhotoPurpose::Report")]
    purpose: PhotoPurpose,
    /// `image/jpeg`, `image/png` or `image/webp`.
    #[graphql(name = "contentType")]
    content_type: String,
    /// The exact length, 1 to 10,485,760 bytes.
    #[graphql(name = "byteLength")]
    byte_length: i32,
    /// Where the device was, for photos of a solution.
    #[graphql(name = "takenAt")]
    taken_at: Option<GeoPointInput>,
}

impl RequestPhotoUploadInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::RequestPhotoUpload, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire =
            checks.key(&self.idempotency_key).map(|idempotency_key| wire::RequestPhotoUpload {
                idempotency_key,
                purpose: self.purpose.into(),
                content_type: self.content_type,
                byte_length: i64::from(self.byte_length),
                taken_at: self.taken_at.map(Into::into),
            });
        checks.done(wire)
    }
}

/// Files a report.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "FileReportInput")]
pub struct FileReportInput {
    /// Made by the app when the person begins to write; the same key again gets the first answer, so a lost answer is
    /// asked for again with it.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The code of a category that is nobody's topic.
    #[graphql(name = "categoryCode")]
    category_code: ID,
    /// What the person saw, 10 to 4,000 characters.
    #[graphql(name = "description")]
    description: String,
    /// Where it is; required unless both `wardCode` and `address` are given.
    #[graphql(name = "at")]
    at: Option<GeoPointInput>,
    /// The street address, at most 300 characters.
    #[graphql(name = "address")]
    address: Option<String>,
    /// The ward, when there is no position.
    #[graphql(name = "wardCode")]
    ward_code: Option<ID>,
    /// Photos with a ticket of `requestPhotoUpload`, at most 5; their bytes may arrive later.
    #[graphql(name = "photoIds")]
    photo_ids: Option<Vec<ID>>,
    /// Whether the report may be published, without the person's name.
    #[graphql(name = "wantsPublic", default = true)]
    wants_public: bool,
    /// Whether the agency in charge may see how to reach the person.
    #[graphql(name = "shareContact", default = false)]
    share_contact: bool,
    /// When the first photo was taken, at most 30 days ago.
    #[graphql(name = "capturedAt")]
    captured_at: Option<DateTime>,
}

impl FileReportInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::FileReport, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let photos = self.photo_ids.unwrap_or_default();
        let photo_ids: Vec<_> = photos
            .iter()
            .enumerate()
            .filter_map(|(at, id)| checks.id(&format!("/photoIds/{at}"), id))
            .collect();
        let wire = key.map(|idempotency_key| wire::FileReport {
            idempotency_key,
            category_code: self.category_code.0,
            description: self.description,
            at: self.at.map(Into::into),
            address: self.address,
            ward_code: self.ward_code.map(String::from),
            photo_ids,
            wants_public: self.wants_public,
            share_contact: self.share_contact,
            captured_at: self.captured_at.map(|at| at.0),
        });
        checks.done(wire)
    }
}

/// Rates the outcome of one's own report.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RateReportInput")]
pub struct RateReportInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The report.
    #[graphql(name = "id")]
    id: ID,
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

impl RateReportInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::RateReport, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let reasons = self.reasons.unwrap_or_default().into_iter().map(String::from).collect();
        let wire = named.map(|(idempotency_key, id)| wire::RateReport {
            idempotency_key,
            id,
            score: self.score,
            reasons,
            text: self.text,
        });
        checks.done(wire)
    }
}

/// Takes back one's own report.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawReportInput")]
pub struct WithdrawReportInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The report.
    #[graphql(name = "id")]
    id: ID,
}

impl WithdrawReportInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::WithdrawReport, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::WithdrawReport { idempotency_key, id });
        checks.done(wire)
    }
}

/// The answer to a mutation of one report.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ReportPayload")]
pub struct ReportPayload {
    /// The report as it now is; null when the city refused.
    #[graphql(name = "report")]
    pub report: Option<Report>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to a request for an upload.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RequestPhotoUploadPayload")]
pub struct RequestPhotoUploadPayload {
    /// Leave to upload; null when the city refused.
    #[graphql(name = "ticket")]
    pub ticket: Option<UploadTicket>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
