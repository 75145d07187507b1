//! `POST /internal/v1/unread-count`.

use axum::extract::State;
use axum::response::IntoResponse;
use city_http::{Json, Problem};

use super::PRIVATE;
use super::reader::Reader;
use crate::app::{self, App};

/// How many messages the caller has not read.
pub async fn post(State(app): State<App>, reader: Reader) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::count_unread(&app, reader.account).await?)))
}
