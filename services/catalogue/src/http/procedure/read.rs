//! What residents read and ask about procedures.

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::catalogue::procedure::{
    CheckFileRequest, CheckReport, DueDatePreviewRequest, DuePreview, FeeQuote, FeeQuoteRequest,
    ProcedureRequest, ProcedureView,
};
use city_http::{Json, Problem};

use crate::app::{App, procedure};

/// `POST /internal/v1/procedure`
pub async fn procedure(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<ProcedureRequest>,
) -> Result<Json<ProcedureView>, Problem> {
    Ok(Json(procedure::find_procedure(&app, &request)?))
}

/// `POST /internal/v1/fee-quote`
pub async fn fee_quote(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<FeeQuoteRequest>,
) -> Result<Json<FeeQuote>, Problem> {
    Ok(Json(procedure::fee_quote(&app, &request)?))
}

/// `POST /internal/v1/check-file`
pub async fn check_file(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<CheckFileRequest>,
) -> Result<Json<CheckReport>, Problem> {
    Ok(Json(procedure::check_file(&app, &request)?))
}

/// `POST /internal/v1/due-date-preview`
pub async fn due_date_preview(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<DueDatePreviewRequest>,
) -> Result<Json<DuePreview>, Problem> {
    Ok(Json(procedure::due_date_preview(&app, &request)?))
}
