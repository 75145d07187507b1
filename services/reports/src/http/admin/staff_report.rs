//! One report for staff.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem};
use city_ids::ReportId;

use crate::app::{self, App, StaffReport};

/// `GET /admin/v1/reports/{id}`
#[utoipa::path(
    get, path = "/admin/v1/reports/{id}", tag = "reports", operation_id = "getReport",
    summary = "One report",
    description = "Whole for those in whose scope it lies; of a listed report of others, what everybody sees. It never says \
                   who filed it.",
    params(("id" = String, Path, description = "The report, such as rpt_…")),
    responses((status = 200, description = "The report", body = StaffReport), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("reports")), ("x-city-permission" = json!("reports.report.read")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ReportId>,
) -> Result<Json<StaffReport>, Problem> {
    Ok(Json(app::staff_report(&app, &staff, id).await?))
}
