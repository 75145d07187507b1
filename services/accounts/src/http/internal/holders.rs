//! `POST /internal/v1/staff/holders`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_contracts::accounts::FindHolders;
use city_http::{Json, Problem};
use city_ids::AccountId;

use super::HolderAskers;
use crate::app::App;
use crate::app::find_holders::find_holders;

pub async fn post(
    State(app): State<Arc<App>>,
    _caller: Peer<HolderAskers>,
    Json(request): Json<FindHolders>,
) -> Result<Json<Vec<AccountId>>, Problem> {
    Ok(Json(find_holders(&app, &request).await?))
}
