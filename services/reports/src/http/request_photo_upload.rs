//! Tickets for uploads: a resident's for a report to come, an officer's for a report at hand.

use axum::extract::State;
use city_auth::{Filer, Staff};
use city_contracts::common::GeoPoint;
use city_contracts::reports::{PhotoPurpose, RequestPhotoUpload, UploadTicket};
use city_http::{Json, Path, Problem, RequestKey};
use city_ids::ReportId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::{self, App};

/// `POST /internal/v1/request-photo-upload`
pub async fn post(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<RequestPhotoUpload>,
) -> Result<Json<UploadTicket>, Problem> {
    Ok(Json(app::request_photo_upload(&app, &filer, &request).await?))
}

/// A photo of the solved problem that an officer wants to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AfterPhotoRequest {
    /// `image/jpeg`, `image/png` or `image/webp`.
    pub content_type: String,
    /// Exact length, 1 to 10,485,760 bytes.
    pub byte_length: i64,
    /// Where the device was, as `lat` and `lon` in WGS 84 degrees.
    #[schema(value_type = Option<Object>)]
    pub taken_at: Option<GeoPoint>,
}

/// `POST /admin/v1/reports/{id}/photos`
#[utoipa::path(
    post, path = "/admin/v1/reports/{id}/photos", tag = "reports", operation_id = "requestAfterPhotoUpload",
    summary = "Ask to upload a photo of the solved problem",
    description = "Answers with a signed PUT, good for five minutes. The photo belongs to the report from the start and is \
                   waited for a day. The same Idempotency-Key gives the same ticket, with a fresh URL while the bytes are \
                   missing.",
    params(("id" = String, Path, description = "The report, such as rpt_…"),
           ("Idempotency-Key" = String, Header, description = "Makes the ticket once")),
    request_body = AfterPhotoRequest,
    responses((status = 200, description = "The ticket"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE"),
              (status = 422, description = "INPUT"), (status = 429, description = "DAILY_LIMIT")),
    extensions(("x-city-service" = json!("reports")), ("x-city-permission" = json!("reports.report.handle"))),
)]
pub async fn post_after(
    State(app): State<App>,
    staff: Staff,
    Path(report): Path<ReportId>,
    RequestKey(idempotency_key): RequestKey,
    Json(request): Json<AfterPhotoRequest>,
) -> Result<Json<UploadTicket>, Problem> {
    let AfterPhotoRequest { content_type, byte_length, taken_at } = request;
    let purpose = PhotoPurpose::After;
    let request =
        RequestPhotoUpload { idempotency_key, purpose, content_type, byte_length, taken_at };
    Ok(Json(app::request_after_photo(&app, &staff, report, &request).await?))
}
