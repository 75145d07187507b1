//! Lists for residents: what everybody may see, and one's own.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Anyone, Filer};
use city_contracts::reports::ListReports;
use city_http::{Json, Problem};

use crate::app::{self, App};

use super::caching::{for_viewer, never, viewer};

/// `POST /internal/v1/reports`
pub async fn feed(
    State(app): State<App>,
    reader: Anyone,
    Json(request): Json<ListReports>,
) -> Result<Response, Problem> {
    let viewer = viewer(&reader);
    Ok(for_viewer(viewer, Json(app::feed(&app, viewer, &request).await?)))
}

/// `POST /internal/v1/my-reports`; also for a session that cannot be confirmed just now: the token proves whose they are.
pub async fn mine(
    State(app): State<App>,
    resident: Filer,
    Json(request): Json<ListReports>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::mine(&app, resident.account, &request).await?)))
}
