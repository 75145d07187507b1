//! How the public services work, for everybody and their machines.

use axum::extract::State;
use axum::response::Response;
use city_http::{Json, Problem};

use crate::app::{App, service};
use crate::http::caching::with;

/// `GET /.well-known/catalogue-status.json`; nobody has to prove who they are.
pub async fn get(State(app): State<App>) -> Result<Response, Problem> {
    Ok(with("public, max-age=30", Json(service::status_file(&app)?)))
}
