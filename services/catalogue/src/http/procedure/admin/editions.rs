//! What editors and publishers read.

use axum::extract::State;
use city_auth::Staff;
use city_contracts::catalogue::procedure::{EditionDiff, EditionList};
use city_http::{Json, Path, Problem, Query};
use serde::Deserialize;

use crate::app::{App, procedure};

/// `GET /admin/v1/procedures/{code}/editions`
#[utoipa::path(
    get, path = "/admin/v1/procedures/{code}/editions", tag = "procedures", operation_id = "listProcedureEditions",
    summary = "All editions of a procedure",
    params(("code" = String, Path, description = "The national code, such as 1.001193")),
    responses((status = 200, description = "Newest first", body = serde_json::Value),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<EditionList>, Problem> {
    Ok(Json(procedure::list_editions(&app, &staff, &code).await?))
}

/// Which two editions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    from: Option<i32>,
    to: i32,
}

/// `GET /admin/v1/procedures/{code}/diff?from&to`
#[utoipa::path(
    get, path = "/admin/v1/procedures/{code}/diff", tag = "procedures", operation_id = "diffProcedureEditions",
    summary = "What differs between two editions",
    params(("code" = String, Path, description = "The national code, such as 1.001193"),
           ("from" = Option<i32>, Query, description = "The older edition; the one before when left out"),
           ("to" = i32, Query, description = "The newer edition")),
    responses((status = 200, description = "Each place that differs", body = serde_json::Value),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn diff(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    Query(pair): Query<Pair>,
) -> Result<Json<EditionDiff>, Problem> {
    Ok(Json(procedure::diff_editions(&app, &staff, &code, pair.from, pair.to).await?))
}
