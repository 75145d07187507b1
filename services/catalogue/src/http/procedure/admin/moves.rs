//! The moves of an edition, and the end of a procedure.

use axum::extract::State;
use city_auth::Staff;
use city_contracts::catalogue::procedure::{MoveEdition, RevertEdition, WithdrawProcedure};
use city_http::{Json, Path, Problem, RequestKey};

use crate::app::App;
use crate::app::procedure::{self, Ask, ProcedureMoved};
use crate::http::described::{EditRefused, JudgementRefused, OnceKey};

/// `POST /admin/v1/procedures/{code}/submit`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/submit", tag = "procedures", operation_id = "submitProcedure",
    summary = "Hand a draft in",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version}`"),
    responses((status = 200, description = "It waits for a second person", body = ProcedureMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveEdition>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::submit(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/approve`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/approve", tag = "procedures", operation_id = "approveProcedure",
    summary = "Approve an edition",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version, note}`: by a person who had no hand in it"),
    responses((status = 200, description = "It is approved, or live", body = ProcedureMoved), JudgementRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn approve(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveEdition>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::approve(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/send-back`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/send-back", tag = "procedures", operation_id = "sendBackProcedure",
    summary = "Send an edition back",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version, note}`"),
    responses((status = 200, description = "It is a draft again", body = ProcedureMoved), JudgementRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn send_back(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveEdition>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::send_back(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/assure`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/assure", tag = "procedures", operation_id = "assureProcedure",
    summary = "Say that the live edition still holds",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version}`"),
    responses((status = 200, description = "Residents see when", body = ProcedureMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn assure(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<MoveEdition>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::assure(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/revert`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/revert", tag = "procedures", operation_id = "revertProcedure",
    summary = "Hand in what an earlier edition said",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version, no, note}`"),
    responses((status = 200, description = "It waits for a second person", body = ProcedureMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn revert(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<RevertEdition>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::revert(&app, &staff, ask).await?))
}

/// `POST /admin/v1/procedures/{code}/withdraw`
#[utoipa::path(
    post, path = "/admin/v1/procedures/{code}/withdraw", tag = "procedures", operation_id = "withdrawProcedure",
    summary = "Take a procedure away from residents",
    params(("code" = String, Path, description = "The national code, such as 1.001193"), OnceKey),
    request_body(content = serde_json::Value, description = "`{version, as: WITHDRAWN|REDIRECT|GONE, note, replacement}`"),
    responses((status = 200, description = "Residents find the note, the replacement or nothing", body = ProcedureMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn withdraw(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<WithdrawProcedure>,
) -> Result<Json<ProcedureMoved>, Problem> {
    let ask = Ask { key: &key, code: &code, request: &request };
    Ok(Json(procedure::withdraw(&app, &staff, ask).await?))
}
