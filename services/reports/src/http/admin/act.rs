//! Staff decide.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, RequestKey};
use city_ids::ReportId;

use crate::app::{self, ActionDone, App, StaffCommand};

use super::wire::{StaffActionRequest, parse};

/// `POST /admin/v1/reports/{id}/actions/{action}`
#[utoipa::path(
    post, path = "/admin/v1/reports/{id}/actions/{action}", tag = "reports", operation_id = "actOnReport",
    summary = "Move a report on",
    description = "Each action needs the version of the report that was looked at, and the members named with it: \
                   accept (agency, unless one is proposed), reject (reason, text; whose for NOT_IN_REMIT), start, \
                   schedule (day), hold (thirdParty, until), resume, return (reason, suggestedAgency, text optional), \
                   reassign (agency, text optional), resolve (result; farReason where the after-photo was taken \
                   elsewhere), approve, send-back (text), grant (agency, text), refuse (text). Triage accepts and rejects, \
                   the agency's officers work and resolve, coordinators review and decide contests.",
    params(("id" = String, Path, description = "The report, such as rpt_…"),
           ("action" = String, Path, description = "One of the actions above"),
           ("Idempotency-Key" = String, Header, description = "Makes the action happen once")),
    request_body = StaffActionRequest,
    responses((status = 200, description = "The report as it now is", body = ActionDone),
              (status = 403, description = "SCOPE, TWO_PERSONS"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, STALE, KEY_REUSED, AFTER_PHOTO_MISSING, AFTER_PHOTO_NOT_READY, …"),
              (status = 422, description = "INPUT, REASON_UNKNOWN, REMIT_UNNAMED, DATE_OUT_OF_RANGE, SAME_AGENCY")),
    extensions(("x-city-service" = json!("reports")), ("x-city-permission" = json!("reports.report.handle")))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    Path((id, action)): Path<(ReportId, String)>,
    RequestKey(key): RequestKey,
    Json(request): Json<StaffActionRequest>,
) -> Result<Json<ActionDone>, Problem> {
    let action = parse(&action, &request)?;
    let command =
        StaffCommand { key: &key, id, version: request.version, action, request: &request };
    Ok(Json(app::act(&app, &staff, command).await?))
}
