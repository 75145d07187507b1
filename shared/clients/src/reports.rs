//! Calls to reports.

use city_contracts::common::Page;
use city_contracts::reports::{
    CategoryView, FileReport, ListReports, NodesBatch, RateReport, ReportById, ReportView,
    RequestPhotoUpload, UploadTicket, WithdrawReport,
};
use city_ids::ReportId;

use crate::call::{Call, CallError};
use crate::service::{Answered, ServiceClient};

/// The reports service, a method a route.
#[derive(Debug, Clone)]
pub struct Reports(pub ServiceClient);

impl Reports {
    /// Leave to upload a photo.
    ///
    /// # Errors
    /// `INPUT`, `DAILY_LIMIT`, and those of any call.
    pub async fn request_photo_upload(
        &self,
        call: &Call,
        input: &RequestPhotoUpload,
    ) -> Result<UploadTicket, CallError> {
        self.0.write(call, "asking for an upload", "/internal/v1/request-photo-upload", input).await
    }

    /// Files a report.
    ///
    /// # Errors
    /// Those of "What is refused" in the service's README, and those of any call.
    pub async fn file_report(
        &self,
        call: &Call,
        input: &FileReport,
    ) -> Result<ReportView, CallError> {
        self.0.write(call, "filing a report", "/internal/v1/file-report", input).await
    }

    /// One report, as the caller may see it.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn report(
        &self,
        call: &Call,
        id: ReportId,
    ) -> Result<Answered<ReportView>, CallError> {
        self.0.read(call, "reading a report", "/internal/v1/report", &ReportById { id }).await
    }

    /// Several reports, each as the caller may see it, in the order of the ids; none for those that they may not.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn nodes(
        &self,
        call: &Call,
        ids: &[ReportId],
    ) -> Result<Vec<Option<ReportView>>, CallError> {
        let body = NodesBatch { ids: ids.iter().map(ReportId::to_string).collect() };
        self.0
            .read(call, "reading reports", "/internal/v1/nodes:batch", &body)
            .await
            .map(|answered| answered.value)
    }

    /// A page of the public feed.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn reports(
        &self,
        call: &Call,
        input: &ListReports,
    ) -> Result<Answered<Page<ReportView>>, CallError> {
        self.0.read(call, "reading the feed", "/internal/v1/reports", input).await
    }

    /// A page of the caller's own reports.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn my_reports(
        &self,
        call: &Call,
        input: &ListReports,
    ) -> Result<Page<ReportView>, CallError> {
        self.0
            .read(call, "reading own reports", "/internal/v1/my-reports", input)
            .await
            .map(|answered| answered.value)
    }

    /// The categories a resident can choose.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn report_categories(
        &self,
        call: &Call,
    ) -> Result<Answered<Vec<CategoryView>>, CallError> {
        self.0.read(call, "reading the categories", "/internal/v1/report-categories", &()).await
    }

    /// Rates a result.
    ///
    /// # Errors
    /// `STATE`, `NOT_FOUND`, `INPUT`, and those of any call.
    pub async fn rate_report(
        &self,
        call: &Call,
        input: &RateReport,
    ) -> Result<ReportView, CallError> {
        self.0.write(call, "rating a report", "/internal/v1/rate-report", input).await
    }

    /// Takes a report back.
    ///
    /// # Errors
    /// `STATE`, `NOT_FOUND`, and those of any call.
    pub async fn withdraw_report(
        &self,
        call: &Call,
        input: &WithdrawReport,
    ) -> Result<ReportView, CallError> {
        self.0.write(call, "withdrawing a report", "/internal/v1/withdraw-report", input).await
    }
}
