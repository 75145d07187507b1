//! `GET /internal/v1/sessions/{sid}` and `POST /internal/v1/sessions/seen`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Peer;
use city_auth::session::SessionRecord;
use city_contracts::accounts::SessionSeen;
use city_http::{Json, Path, Problem};
use city_ids::SessionId;
use http::StatusCode;

use super::Gateway;
use crate::app::App;
use crate::app::mark_seen::mark_seen;
use crate::app::read_session::read_session;

pub async fn get(
    State(app): State<Arc<App>>,
    _caller: Peer<Gateway>,
    Path(sid): Path<SessionId>,
) -> Result<Json<SessionRecord>, Problem> {
    Ok(Json(read_session(&app, sid).await?))
}

pub async fn post_seen(
    State(app): State<Arc<App>>,
    _caller: Peer<Gateway>,
    Json(seen): Json<Vec<SessionSeen>>,
) -> Result<StatusCode, Problem> {
    mark_seen(&app, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
