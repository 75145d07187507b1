//! `POST /internal/v1/sign-out` and `POST /auth/v1/sign-out`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Resident;
use city_contracts::accounts::{SignOut, SignedOut};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::sign_out::sign_out;

pub async fn post(
    State(app): State<Arc<App>>,
    who: Resident,
    Json(request): Json<SignOut>,
) -> Result<Json<SignedOut>, Problem> {
    Ok(Json(sign_out(&app, &who.principal, &request).await?))
}
