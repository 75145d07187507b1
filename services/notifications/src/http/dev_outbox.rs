//! `POST /internal/v1/dev/outbox`, development profile only.

use axum::extract::State;
use axum::response::IntoResponse;
use city_auth::{Callers, Peer};
use city_contracts::notifications::ReadDevOutbox;
use city_http::{Json, Problem};
use city_ids::ServiceName;

use super::PRIVATE;
use crate::app::{self, App};

/// Who shows it to people, and to loopback only.
#[derive(Debug)]
pub enum Windows {}

impl Callers for Windows {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Gateway];
}

/// What the development channel kept for a number or address.
pub async fn post(
    State(app): State<App>,
    _gateway: Peer<Windows>,
    Json(input): Json<ReadDevOutbox>,
) -> Result<impl IntoResponse, Problem> {
    Ok((PRIVATE, Json(app::read_dev_outbox(&app, &input).await?)))
}
