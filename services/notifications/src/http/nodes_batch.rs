//! `POST /internal/v1/nodes:batch`.

use axum::extract::State;
use axum::response::IntoResponse;
use city_contracts::notifications::FindMessages;
use city_http::{Json, Problem};

use super::PRIVATE;
use super::reader::Reader;
use crate::app::{self, App};

/// The caller's messages by id, in the order asked for, null for those they may not know of.
pub async fn post(
    State(app): State<App>,
    reader: Reader,
    Json(input): Json<FindMessages>,
) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::find_messages(&app, reader.account, &input).await?)))
}
