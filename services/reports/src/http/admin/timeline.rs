//! What happened to a report, for staff.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, Query};
use city_ids::ReportId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::{self, App, StaffTimelineEntry};

/// Where the timeline goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// The last `seq` seen; 100 rows follow.
    #[serde(default)]
    after: i32,
}

/// `GET /admin/v1/reports/{id}/timeline`
#[utoipa::path(
    get, path = "/admin/v1/reports/{id}/timeline", tag = "reports", operation_id = "getReportTimeline",
    summary = "What happened to a report",
    description = "Oldest first, 100 rows a page. Of a listed report of others, only what everybody sees.",
    params(("id" = String, Path, description = "The report, such as rpt_…"), TimelineQuery),
    responses((status = 200, description = "The rows", body = Vec<StaffTimelineEntry>),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("reports")), ("x-city-permission" = json!("reports.report.read")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ReportId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<Vec<StaffTimelineEntry>>, Problem> {
    Ok(Json(app::staff_timeline(&app, &staff, id, query.after).await?))
}
