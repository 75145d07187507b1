//! `POST /internal/v1/request-phone-code`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::accounts::{PhoneCodeSent, RequestPhoneCode};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::request_phone_code::request_phone_code;

pub async fn post(
    State(app): State<Arc<App>>,
    who: Anyone,
    Json(request): Json<RequestPhoneCode>,
) -> Result<Json<PhoneCodeSent>, Problem> {
    Ok(Json(request_phone_code(&app, &who.0, request).await?))
}
