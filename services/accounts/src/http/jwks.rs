//! The public keys with which anybody verifies access tokens.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use city_http::{Json, Problem};
use http::header;

use crate::app::App;

/// Without a principal: what it answers is public.
pub async fn get(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Problem> {
    let jwks = app.signing_keys.jwks().await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(jwks)))
}
