//! `POST /internal/v1/messages`.

use axum::extract::State;
use axum::response::IntoResponse;
use city_contracts::notifications::ListMessages;
use city_http::{Json, Problem};

use super::PRIVATE;
use super::reader::Reader;
use crate::app::{self, App};

/// A page of the caller's inbox.
pub async fn post(
    State(app): State<App>,
    reader: Reader,
    Json(input): Json<ListMessages>,
) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::list_messages(&app, reader.account, &input).await?)))
}
