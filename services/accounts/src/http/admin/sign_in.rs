//! `POST /admin/v1/auth/sessions`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::accounts::{StaffSignIn, Tokens};
use city_http::{Json, Problem};

use super::wire::{StaffSignInSchema, TokensSchema};
use crate::app::App;
use crate::app::sign_in_staff::sign_in_staff;

/// Signs a member of staff in with e-mail address, password and authenticator code.
#[utoipa::path(
    post, path = "/admin/v1/auth/sessions", operation_id = "signInStaff", tag = "accounts",
    request_body = StaffSignInSchema,
    responses(
        (status = 200, description = "Signed in for twelve hours, thirty minutes of them idle", body = TokensSchema),
        (status = 401, description = "`CREDENTIALS_INVALID`, whatever is wrong"),
        (status = 503, description = "`BUSY`: too many sign-ins at the moment"),
    ),
    security(),
    extensions(("x-city-service" = json!("accounts")), ("x-city-idempotency" = json!("none")))
)]
pub async fn post(
    State(app): State<Arc<App>>,
    _who: Anyone,
    Json(request): Json<StaffSignIn>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(sign_in_staff(&app, &request).await?))
}
