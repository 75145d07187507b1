//! `POST /internal/v1/people/{id}/prefill`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_contracts::accounts::PrefillView;
use city_http::{Json, Path, Problem};
use city_ids::AccountId;

use super::Catalogue;
use crate::app::App;
use crate::app::find_prefill::find_prefill;

pub async fn post(
    State(app): State<Arc<App>>,
    _caller: Peer<Catalogue>,
    Path(id): Path<AccountId>,
) -> Result<Json<PrefillView>, Problem> {
    Ok(Json(find_prefill(&app, id).await?))
}
