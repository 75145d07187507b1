//! Many wallets, payments and bills by their ids.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::payments::{NodeView, NodesBatch};
use city_http::{Json, Problem};

use crate::app::{self, App};

/// `POST /internal/v1/nodes:batch`
pub async fn post(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<NodesBatch>,
) -> Result<Json<Vec<Option<NodeView>>>, Problem> {
    Ok(Json(app::nodes(&app, &who, &request).await?))
}
