//! `GET /.well-known/jwks.json`: the keys of access tokens, kept for five minutes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::Principal;
use city_auth::access::Jwks;
use city_clients::Call;
use city_contracts::common::Locale;
use city_http::{Json, Problem};
use city_ids::ServiceName;
use http::{HeaderValue, header};

use super::Pass;

const FRESH: Duration = Duration::from_mins(5);
const PATIENCE: Duration = Duration::from_secs(2);

/// The keys as last fetched.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(Instant, Jwks)>>);

pub async fn get(
    State(pass): State<Arc<Pass>>,
    Extension(kept): Extension<Arc<Kept>>,
) -> Result<Response, Problem> {
    let known = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let keys = match known {
        Some((at, keys)) if at.elapsed() < FRESH => keys,
        older => {
            let call = Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, PATIENCE);
            match (pass.app.clients.accounts.jwks(&call).await, older) {
                (Ok(keys), _) => {
                    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some((Instant::now(), keys.clone()));
                    keys
                }
                // Keys are rolled by publishing the next one long before it signs: old ones are better than none.
                (Err(_), Some((_, keys))) => keys,
                (Err(error), None) => return Err(error.into()),
            }
        }
    };
    let mut response = Json(keys).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}
