//! Drafts and form versions.

use axum::extract::State;
use city_auth::Staff;
use city_contracts::catalogue::procedure::{FormVersionDone, NewFormVersion, WriteProcedureDraft};
use city_http::{Json, Path, Problem, RequestKey};

use crate::app::App;
use crate::app::procedure::{self, Ask, ProcedureMoved};
use crate::http::described::{EditRefused, OnceKey};

/// `PUT /admin/v1/procedures/{code}/draft`
#[utoipa::path(
    put, path = "/admin/v1/procedures/{code}/draft", tag = "procedures", operation_id = "saveProcedureDraft",
    summary = "Write the draft of a procedure",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version, draft}`; without `version` the procedure is new"),
    responses((status = 200, description = "The draft", body = ProcedureMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn put(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<WriteProcedureDraft>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::save_draft(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/forms`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/forms", tag = "procedures", operation_id = "addFormVersion",
    summary = "Add a form version",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{schema, ui, prefill}`: JSON Schema 2020-12, linted"),
    responses((status = 200, description = "The form version", body = serde_json::Value), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn form(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<NewFormVersion>,
) -> Result<Json<FormVersionDone>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::new_form(&app, &staff, ask).await?))
}
