//! `POST /internal/v1/mark-messages-read`.

use axum::extract::State;
use axum::response::IntoResponse;
use city_contracts::notifications::MarkMessagesRead;
use city_http::{Json, Problem};

use super::PRIVATE;
use super::reader::Owner;
use crate::app::{self, App};

/// Marks the caller's messages as read; how many are unread afterwards.
pub async fn post(
    State(app): State<App>,
    owner: Owner,
    Json(command): Json<MarkMessagesRead>,
) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::mark_messages_read(&app, owner.account, &command).await?)))
}
