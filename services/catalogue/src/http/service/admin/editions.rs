//! Reading editions.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::app::service::{self, Difference, EditionPage};

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EditionQuery {
    /// Editions before this number; left out for the newest.
    pub before: Option<i32>,
}

/// `GET /admin/v1/services/{code}/editions`
#[utoipa::path(
    get, path = "/admin/v1/services/{code}/editions", tag = "services", operation_id = "listServiceEditions",
    summary = "All editions of a service, the newest first",
    params(("code" = String, Path, description = "The service"), EditionQuery),
    responses((status = 200, description = "One page", body = EditionPage),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    Query(query): Query<EditionQuery>,
) -> Result<Json<EditionPage>, Problem> {
    Ok(Json(service::list_editions(&app, &staff, &code, query.before).await?))
}

/// Which two.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The number of the first edition.
    pub from: i32,
    /// The number of the second.
    pub to: i32,
}

/// `GET /admin/v1/services/{code}/diff`
#[utoipa::path(
    get, path = "/admin/v1/services/{code}/diff", tag = "services", operation_id = "diffServiceEditions",
    summary = "What differs between two editions",
    params(("code" = String, Path, description = "The service"), DiffQuery),
    responses((status = 200, description = "What differs, by member", body = Vec<Difference>),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn diff(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Vec<Difference>>, Problem> {
    Ok(Json(service::diff_editions(&app, &staff, &code, (query.from, query.to)).await?))
}
