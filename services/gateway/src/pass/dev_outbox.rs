//! `GET /dev/outbox?to=`: what the development channel holds for a phone or e-mail address, newest first. The route exists
//! in the development profile only, and answers nobody but the machine itself.
//!
//! Privacy: the query is an address of a person. The canonical line logs route patterns only, and nothing here logs it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::Principal;
use city_clients::Call;
use city_contracts::common::Locale;
use city_contracts::notifications::ReadDevOutbox;
use city_http::{Json, Problem, Query};
use city_ids::ServiceName;
use http::{HeaderValue, header};

use super::Pass;
use super::own_machine::OwnMachine;

const PATIENCE: Duration = Duration::from_secs(2);

pub async fn get(
    State(pass): State<Arc<Pass>>,
    _: OwnMachine,
    Query(input): Query<ReadDevOutbox>,
) -> Result<Response, Problem> {
    let call = Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, PATIENCE);
    let messages = pass.app.clients.notifications.dev_outbox(&call, &input).await?;
    let mut response = Json(messages).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
