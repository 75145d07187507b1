//! `POST /internal/v1/confirm-phone-code`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::accounts::{ConfirmPhoneCode, SignedIn};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::confirm_phone_code::confirm_phone_code;

pub async fn post(
    State(app): State<Arc<App>>,
    who: Anyone,
    Json(request): Json<ConfirmPhoneCode>,
) -> Result<Json<SignedIn>, Problem> {
    Ok(Json(confirm_phone_code(&app, &who.0, request).await?))
}
