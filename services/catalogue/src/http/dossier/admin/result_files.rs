//! Results, uploaded before the decision names them.

use axum::extract::State;
use city_auth::Staff;
use city_contracts::catalogue::dossier::UploadTicket;
use city_http::{Json, Path, Problem, RequestKey};
use city_ids::{DossierFileId, DossierId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::dossier as app_dossier;

/// A result that an officer wants to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultUploadRequest {
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Exact length, 1 to 10,485,760 bytes.
    pub byte_length: i64,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// What the file is called, at most 120 characters.
    pub file_name: Option<String>,
}

/// A kept result.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultKept {
    /// The file, to be named by `finish`.
    #[schema(value_type = String)]
    pub file_id: DossierFileId,
}

/// `POST /admin/v1/dossiers/{id}/result-files`
#[utoipa::path(
    post, path = "/admin/v1/dossiers/{id}/result-files", tag = "dossiers", operation_id = "requestResultUpload",
    summary = "Ask to upload a result",
    description = "Answers with a signed PUT, good for five minutes; then keep it with \
                   `POST …/result-files/{file}/keep`, and name it in `finish`.",
    params(("id" = String, Path, description = "The dossier, such as dos_…"),
           ("Idempotency-Key" = String, Header, description = "Makes the ticket once")),
    request_body = ResultUploadRequest,
    responses((status = 200, description = "The ticket"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "DOSSIER_STATE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn request(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<DossierId>,
    RequestKey(key): RequestKey,
    Json(request): Json<ResultUploadRequest>,
) -> Result<Json<UploadTicket>, Problem> {
    let ResultUploadRequest { content_type, byte_length, sha256, file_name } = &request;
    let announced = (content_type.as_str(), *byte_length, sha256.as_str(), file_name.as_deref());
    Ok(Json(app_dossier::request_result_upload(&app, &staff, id, &key, announced).await?))
}

/// `POST /admin/v1/dossiers/{id}/result-files/{file}/keep`
#[utoipa::path(
    post, path = "/admin/v1/dossiers/{id}/result-files/{file}/keep", tag = "dossiers", operation_id = "keepResult",
    summary = "Keep an uploaded result",
    description = "Compares the bytes with what was announced and keeps them. Done twice, it is done once.",
    params(("id" = String, Path, description = "The dossier, such as dos_…"),
           ("file" = String, Path, description = "The file, such as fil_…"),
           ("Idempotency-Key" = String, Header, description = "Not needed to be kept: the file is kept once")),
    responses((status = 200, description = "It is kept", body = ResultKept), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "DOSSIER_STATE"),
              (status = 422, description = "FILE_TYPE, UPLOAD_MISSING, UPLOAD_UNKNOWN"),
              (status = 503, description = "the store is away")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn keep(
    State(app): State<App>,
    staff: Staff,
    Path((id, file_id)): Path<(DossierId, DossierFileId)>,
) -> Result<Json<ResultKept>, Problem> {
    app_dossier::keep_result(&app, &staff, id, file_id).await?;
    Ok(Json(ResultKept { file_id }))
}
