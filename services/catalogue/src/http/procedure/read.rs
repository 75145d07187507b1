//! What residents read and ask about procedures.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::catalogue::procedure::{
    CheckFileRequest, DueDatePreviewRequest, FeeQuoteRequest, ProcedureRequest,
};
use city_http::{Json, Problem};
use http::HeaderMap;

use crate::app::{App, procedure};
use crate::http::caching::{for_reader, never};

/// `POST /internal/v1/procedure`
pub async fn procedure(
    State(app): State<App>,
    who: Anyone,
    headers: HeaderMap,
    Json(request): Json<ProcedureRequest>,
) -> Result<Response, Problem> {
    for_reader(&who, &headers, &procedure::find_procedure(&app, &request)?)
}

/// `POST /internal/v1/fee-quote`
pub async fn fee_quote(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<FeeQuoteRequest>,
) -> Result<Response, Problem> {
    Ok(never(Json(procedure::fee_quote(&app, &request)?)))
}

/// `POST /internal/v1/check-file`
pub async fn check_file(
    State(app): State<App>,
    _who: Anyone,
    Json(request): Json<CheckFileRequest>,
) -> Result<Response, Problem> {
    Ok(never(Json(procedure::check_file(&app, &request)?)))
}

/// `POST /internal/v1/due-date-preview`
pub async fn due_date_preview(
    State(app): State<App>,
    who: Anyone,
    headers: HeaderMap,
    Json(request): Json<DueDatePreviewRequest>,
) -> Result<Response, Problem> {
    for_reader(&who, &headers, &procedure::due_date_preview(&app, &request)?)
}
