//! The moves of an edition that need little more than a version.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;
use crate::app::App;
use crate::app::service::{self, Ask, Judgement, ServiceMoved};
use crate::error::Error;
use crate::http::described::{JudgementRefused, OnceKey};

const NOTE_MAX: usize = 1_000;

/// A move.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoveRequest {
    /// The version that was looked at.
    pub version: i32,
}

/// A judgement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgementRequest {
    /// The version that was looked at.
    pub version: i32,
    /// For the editors, 1 to 1,000 characters.
    pub note: Option<String>,
}

impl JudgementRequest {
    fn judgement(&self) -> Result<Judgement, Error> {
        let mut found = Vec::new();
        let note = text::note("/note", self.note.as_deref(), NOTE_MAX, &mut found);
        match note {
            Some(note) if found.is_empty() => Ok(Judgement { note }),
            _ => Err(Error::Input(found)),
        }
    }
}

/// `POST /admin/v1/services/{code}/submit`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/submit", tag = "services", operation_id = "submitService",
    summary = "Hand a draft in",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = MoveRequest,
    responses((status = 200, description = "It waits for a second person", body = ServiceMoved),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, STALE, KEY_REUSED"),
              (status = 422, description = "INPUT, with everything that is wrong")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::submit(&app, &staff, ask).await?))
}

/// `POST /admin/v1/services/{code}/approve`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/approve", tag = "services", operation_id = "approveService",
    summary = "Approve an edition",
    description = "By a person who had no hand in it. It is live at once, or on its day.",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = JudgementRequest,
    responses((status = 200, description = "It is approved or live", body = ServiceMoved), JudgementRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn approve(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<JudgementRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let judgement = request.judgement()?;
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::approve(&app, &staff, ask, judgement).await?))
}

/// `POST /admin/v1/services/{code}/send-back`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/send-back", tag = "services", operation_id = "sendBackService",
    summary = "Send an edition back to its editors",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = JudgementRequest,
    responses((status = 200, description = "It is a draft again", body = ServiceMoved), JudgementRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn send_back(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<JudgementRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let judgement = request.judgement()?;
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::send_back(&app, &staff, ask, judgement).await?))
}

/// `POST /admin/v1/services/{code}/assure`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/assure", tag = "services", operation_id = "assureService",
    summary = "Say that the live entry was checked and still holds",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = MoveRequest,
    responses((status = 200, description = "Residents see when it was checked", body = ServiceMoved),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, STALE, KEY_REUSED")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn assure(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::assure(&app, &staff, ask).await?))
}
