//! `POST /admin/v1/auth/refresh`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::accounts::{RefreshSession, Tokens};
use city_http::{Json, Problem};

use super::wire::{RefreshSessionSchema, TokensSchema};
use crate::app::App;
use crate::app::refresh_session::refresh_session;
use crate::domain::session::SessionKind;

/// Gives the tokens that follow a refresh token of a staff session.
#[utoipa::path(
    post, path = "/admin/v1/auth/refresh", operation_id = "refreshStaffSession", tag = "accounts",
    request_body = RefreshSessionSchema,
    responses(
        (status = 200, description = "The next pair; the same token gets the same successor", body = TokensSchema),
        (status = 401, description = "`TOKEN_INVALID`, `SESSION_ENDED`"),
    ),
    security(),
    extensions(("x-city-service" = json!("accounts")), ("x-city-idempotency" = json!("none")))
)]
pub async fn post(
    State(app): State<Arc<App>>,
    _who: Anyone,
    Json(request): Json<RefreshSession>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(refresh_session(&app, &request.refresh_token, &[SessionKind::Staff]).await?))
}
