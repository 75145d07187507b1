//! Staff decide.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, RequestKey};
use city_ids::DossierId;

use crate::app::App;
use crate::app::dossier::{self, DossierActionDone, PaperDossier, StaffCommand};

use super::wire::{DossierActionRequest, parse};

/// `POST /admin/v1/dossiers/{id}/{action}`
#[utoipa::path(
    post, path = "/admin/v1/dossiers/{id}/{action}", tag = "dossiers", operation_id = "actOnDossier",
    summary = "Move a dossier on",
    description = "Each action needs the version of the dossier that was looked at, and the members named with it. \
                   Intake at the receiving agency: accept, refuse (reasons), supplement (targets), hand-over, \
                   withdraw (note optional). Officers of the competent agency: start, assign (assignee), \
                   ask (items, deadline), drop-round (note optional), ask-payment (amount, note: the basis), \
                   paid (note: why it goes on without), stop (reason, resumable), resume (note optional), \
                   finish (outcome, results; reason for REFUSED), apologise (promisedOn, note), \
                   transfer (agency, note optional); receive and return (note) are the other agency's. \
                   Its lead: assign to others, close (reason), clear-refund (note).",
    params(("id" = String, Path, description = "The dossier, such as dos_…"),
           ("action" = String, Path, description = "One of the actions above"),
           ("Idempotency-Key" = String, Header, description = "Makes the action happen once")),
    request_body = DossierActionRequest,
    responses((status = 200, description = "The dossier as it now is", body = DossierActionDone),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "DOSSIER_STATE, STALE, KEY_REUSED, FEE_UNPAID, LEAD_NEEDED, NOT_RESUMABLE, …"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    Path((id, action)): Path<(DossierId, String)>,
    RequestKey(key): RequestKey,
    Json(request): Json<DossierActionRequest>,
) -> Result<Json<DossierActionDone>, Problem> {
    let action = parse(&action, &request, city_clock::hue_day(app.clock.now()))?;
    let command =
        StaffCommand { key: &key, id, version: request.version, action, request: &request };
    Ok(Json(dossier::act(&app, &staff, command).await?))
}

/// `POST /admin/v1/dossiers`
#[utoipa::path(
    post, path = "/admin/v1/dossiers", tag = "dossiers", operation_id = "fileDossierOnPaper",
    summary = "File a dossier at the counter",
    description = "For somebody who came with paper or wrote by post; checked as when it is sent online.",
    params(("Idempotency-Key" = String, Header, description = "Makes the dossier once")),
    request_body = PaperDossier,
    responses((status = 200, description = "The dossier, waiting to be accepted", body = DossierActionDone),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "FORM_CLOSED, KEY_REUSED"),
              (status = 422, description = "INPUT, INCOMPLETE, PLACE_FORMER, PLACE_UNKNOWN")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.intake")))
)]
pub async fn file(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<PaperDossier>,
) -> Result<Json<DossierActionDone>, Problem> {
    staff.require_somewhere(city_auth::permission::DOSSIER_INTAKE, app.clock.now())?;
    Ok(Json(dossier::file_on_paper(&app, &staff, &key, &request).await?))
}
