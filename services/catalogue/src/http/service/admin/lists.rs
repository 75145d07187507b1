//! Lists over all services of a scope.

use axum::extract::State;
use city_auth::{Staff, permission};
use city_http::{Json, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::app::service::{self, ReviewPage, StalePage};

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// `GET /admin/v1/reviews`
#[utoipa::path(
    get, path = "/admin/v1/reviews", tag = "services", operation_id = "listReviews",
    summary = "Editions that wait for a second person",
    params(PageQuery),
    responses((status = 200, description = "One page, the oldest first", body = ReviewPage),
              (status = 403, description = "SCOPE"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn reviews(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<ReviewPage>, Problem> {
    staff.require_somewhere(permission::SERVICE_PUBLISH, app.clock.now())?;
    Ok(Json(service::list_reviews(&app, &staff, query.after.as_deref()).await?))
}

/// `GET /admin/v1/services/stale`
#[utoipa::path(
    get, path = "/admin/v1/services/stale", tag = "services", operation_id = "listStaleServices",
    summary = "Live entries that nobody has checked for 180 days, or past their review date",
    params(PageQuery),
    responses((status = 200, description = "One page, by code", body = StalePage), (status = 403, description = "SCOPE")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.operate")))
)]
pub async fn stale(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<StalePage>, Problem> {
    staff.require_somewhere(permission::SERVICE_OPERATE, app.clock.now())?;
    Ok(Json(service::list_stale(&app, &staff, query.after.as_deref()).await?))
}
