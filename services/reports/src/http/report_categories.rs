//! What residents choose from.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_http::{Json, Problem};

use crate::app::{self, App, Viewer};

use super::caching::for_viewer;

/// `POST /internal/v1/report-categories`; the same for everybody.
pub async fn post(State(app): State<App>, _reader: Anyone) -> Result<Response, Problem> {
    Ok(for_viewer(Viewer::Anybody, Json(app::categories(&app)?)))
}
