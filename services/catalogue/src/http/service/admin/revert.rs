//! Back to an earlier edition.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;
use crate::app::App;
use crate::app::service::{self, Ask, Revert, ServiceMoved};
use crate::error::Error;
use crate::http::described::{EditRefused, OnceKey};

const NOTE_MAX: usize = 500;

/// Back to which edition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevertRequest {
    /// The version that was looked at.
    pub version: i32,
    /// The number of an edition that was live once.
    pub no: i32,
    /// Why, 1 to 500 characters.
    pub change_note: Option<String>,
}

/// `POST /admin/v1/services/{code}/revert`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/revert", tag = "services", operation_id = "revertService",
    summary = "Hand in what an earlier edition said",
    description = "As a new edition, which a second person approves; history is never rewritten.",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = RevertRequest,
    responses((status = 200, description = "It waits for a second person", body = ServiceMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<RevertRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let mut found = Vec::new();
    let note = text::note("/changeNote", request.change_note.as_deref(), NOTE_MAX, &mut found);
    let Some(change_note) = note.filter(|_| found.is_empty()) else {
        return Err(Error::Input(found).into());
    };
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    let wanted = Revert { no: request.no, change_note };
    Ok(Json(service::revert(&app, &staff, ask, wanted).await?))
}
