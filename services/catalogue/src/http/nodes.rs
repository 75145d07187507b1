//! Things by global id.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::catalogue::node::NodesBatch;
use city_http::{Json, Problem};

use super::caching;
use crate::app::{self, App};

/// `POST /internal/v1/nodes:batch`: in the order of the ids; null for what is absent or not for the caller.
pub async fn post(
    State(app): State<App>,
    anyone: Anyone,
    Json(input): Json<NodesBatch>,
) -> Result<Response, Problem> {
    Ok(caching::never(Json(app::nodes(&app, &anyone, &input).await?)))
}
