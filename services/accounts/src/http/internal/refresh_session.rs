//! `POST /internal/v1/refresh-session` and `POST /auth/v1/refresh`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Anyone;
use city_contracts::accounts::{RefreshSession, Tokens};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::refresh_session::refresh_session;
use crate::domain::session::SessionKind;

/// Anyone: the refresh token is the proof, and comes when the access token has expired.
pub async fn post(
    State(app): State<Arc<App>>,
    _who: Anyone,
    Json(request): Json<RefreshSession>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(
        refresh_session(
            &app,
            &request.refresh_token,
            &[SessionKind::Resident, SessionKind::Assisted],
        )
        .await?,
    ))
}
