//! One report, with its timeline.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::reports::ReportById;
use city_http::{Json, Problem};

use crate::app::{self, App};

use super::caching::{for_viewer, viewer};

/// `POST /internal/v1/report`
pub async fn post(
    State(app): State<App>,
    reader: Anyone,
    Json(request): Json<ReportById>,
) -> Result<Response, Problem> {
    let viewer = viewer(&reader);
    Ok(for_viewer(viewer, Json(app::report(&app, viewer, request.id).await?)))
}
