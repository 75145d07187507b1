//! The work list.

use axum::extract::State;
use city_auth::{Staff, permission};
use city_http::{Json, Problem, Query};

use crate::app::{self, App, WorkPage, WorkQuery};

/// `GET /admin/v1/reports`
#[utoipa::path(
    get, path = "/admin/v1/reports", tag = "reports", operation_id = "listReports",
    summary = "The work list",
    description = "Reports of the caller's agencies and wards, the most urgent first. Paging under change repeats none and \
                   skips none whose place in the order stayed.",
    params(WorkQuery),
    responses((status = 200, description = "One page", body = WorkPage), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("reports")), ("x-city-permission" = json!("reports.report.read")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<WorkQuery>,
) -> Result<Json<WorkPage>, Problem> {
    staff.require_somewhere(permission::REPORT_READ, app.clock.now())?;
    Ok(Json(app::list_work(&app, &staff, &query).await?))
}
