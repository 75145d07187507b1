//! `POST /internal/v1/dev/identity`, in the development profile only.

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_contracts::accounts::{DeclareIdentity, IdentityLevelChanged};
use city_http::{Json, Problem};

use super::Gateway;
use crate::app::App;
use crate::app::declare_identity::declare_identity;

pub async fn post(
    State(app): State<Arc<App>>,
    _caller: Peer<Gateway>,
    Json(request): Json<DeclareIdentity>,
) -> Result<Json<IdentityLevelChanged>, Problem> {
    Ok(Json(declare_identity(&app, &request).await?))
}
