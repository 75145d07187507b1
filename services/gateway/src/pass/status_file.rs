//! `GET /.well-known/catalogue-status.json`: how each public service works, kept for half a minute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::Principal;
use city_clients::Call;
use city_contracts::catalogue::service::StatusFile;
use city_contracts::common::Locale;
use city_http::{Json, Problem};
use http::{HeaderValue, header};

use super::Pass;

const FRESH: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(2);

/// The file as last fetched.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(Instant, StatusFile)>>);

pub async fn get(
    State(pass): State<Arc<Pass>>,
    Extension(kept): Extension<Arc<Kept>>,
) -> Result<Response, Problem> {
    let known = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let file = match known {
        Some((at, file)) if at.elapsed() < FRESH => file,
        older => {
            let call = Call::new(Principal::anonymous(), Locale::Vi, PATIENCE);
            match (pass.app.clients.catalogue.status_file(&call).await, older) {
                (Ok(file), _) => {
                    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some((Instant::now(), file.clone()));
                    file
                }
                // It says itself when it was true.
                (Err(_), Some((_, file))) => file,
                (Err(error), None) => return Err(error.into()),
            }
        }
    };
    let mut response = Json(file).into_response();
    let policy = HeaderValue::from_static("public, max-age=30");
    response.headers_mut().insert(header::CACHE_CONTROL, policy);
    Ok(response)
}
