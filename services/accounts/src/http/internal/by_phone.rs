//! `POST /internal/v1/people/by-phone`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_contracts::accounts::{FindByPhone, FoundByPhone};
use city_http::{Json, Problem};

use super::Payments;
use crate::app::App;
use crate::app::find_by_phone::find_by_phone;

pub async fn post(
    State(app): State<Arc<App>>,
    _caller: Peer<Payments>,
    Json(request): Json<FindByPhone>,
) -> Result<Json<FoundByPhone>, Problem> {
    Ok(Json(find_by_phone(&app, &request).await?))
}
