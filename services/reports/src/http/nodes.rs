//! Many reports by their ids, for lists of other services.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::reports::NodesBatch;
use city_http::{Json, Problem};

use crate::app::{self, App};

use super::caching::{for_viewer, viewer};

/// `POST /internal/v1/nodes:batch`
pub async fn post(
    State(app): State<App>,
    reader: Anyone,
    Json(request): Json<NodesBatch>,
) -> Result<Response, Problem> {
    let viewer = viewer(&reader);
    Ok(for_viewer(viewer, Json(app::nodes(&app, viewer, &request.ids).await?)))
}
