//! `POST /internal/v1/people/{id}/contact`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_contracts::accounts::ContactView;
use city_http::{Json, Path, Problem};
use city_ids::AccountId;

use super::Writers;
use crate::app::App;
use crate::app::find_contact::find_contact;

pub async fn post(
    State(app): State<Arc<App>>,
    _caller: Peer<Writers>,
    Path(id): Path<AccountId>,
) -> Result<Json<ContactView>, Problem> {
    Ok(Json(find_contact(&app, id).await?))
}
