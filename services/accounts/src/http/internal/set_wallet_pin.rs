//! `POST /internal/v1/set-wallet-pin`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Resident;
use city_contracts::accounts::{SetWalletPin, ViewerView};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::set_wallet_pin::set_wallet_pin;

pub async fn post(
    State(app): State<Arc<App>>,
    who: Resident,
    Json(request): Json<SetWalletPin>,
) -> Result<Json<ViewerView>, Problem> {
    Ok(Json(set_wallet_pin(&app, &who, &request).await?))
}
