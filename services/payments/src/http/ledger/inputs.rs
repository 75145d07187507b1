//! `POST /internal/v1/ledger/inputs`: what an instance that does not lead forwards to the one that does.

use axum::extract::State;
use city_auth::{Callers, Peer};
use city_contracts::problem::Finding;
use city_http::{Json, Problem};
use city_ids::ServiceName;

use crate::app::App;
use crate::domain::ledger::{Input, Verdict};
use crate::error::Error;

/// Only instances of this service write the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Instances;

impl Callers for Instances {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Payments];
}

/// Takes an input into this instance's queue. Idempotent by the input's id. It is never forwarded again.
pub async fn post(
    State(app): State<App>,
    _instance: Peer<Instances>,
    Json(input): Json<Input>,
) -> Result<Json<Verdict>, Problem> {
    if let Input::Posting(posting) = &input {
        posting.check().map_err(|misshapen| {
            Error::Input(vec![Finding::new("/Posting", "INPUT", misshapen.to_string())])
        })?;
    }
    Ok(Json(app.ledger.take(input).await.map_err(Error::from)?))
}
