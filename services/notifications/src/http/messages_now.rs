//! `POST /internal/v1/messages/now`.

use axum::extract::State;
use axum::response::IntoResponse;
use city_auth::{Callers, Peer};
use city_contracts::notifications::SendNow;
use city_http::{Json, Problem};
use city_ids::ServiceName;

use super::PRIVATE;
use crate::app::{self, App};

/// Who sends codes.
#[derive(Debug)]
pub enum Senders {}

impl Callers for Senders {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Accounts];
}

/// Hands over a security message at once.
pub async fn post(
    State(app): State<App>,
    _sender: Peer<Senders>,
    Json(command): Json<SendNow>,
) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::send_now(&app, &command).await?)))
}
