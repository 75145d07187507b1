//! Search and place names: the routes.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use city_auth::Anyone;
use city_contracts::catalogue::search::{PlaceSuggestRequest, SearchRequest};
use city_http::{Json, Problem};
use http::{HeaderValue, header};

use crate::app::{self, App};

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/search", post(search))
        .route("/internal/v1/place-suggest", post(place_suggest))
}

/// `POST /internal/v1/search`
async fn search(
    State(app): State<App>,
    _reader: Anyone,
    Json(request): Json<SearchRequest>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(for_everybody(Json(app::search::search(&snapshot, &request)?)))
}

/// `POST /internal/v1/place-suggest`
async fn place_suggest(
    State(app): State<App>,
    _reader: Anyone,
    Json(request): Json<PlaceSuggestRequest>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(for_everybody(Json(app::search::place_suggest(&snapshot, &request)?)))
}

/// The same for all readers, so anybody may keep it for a moment.
fn for_everybody(answer: Json<impl serde::Serialize>) -> Response {
    let mut response = answer.into_response();
    let policy = HeaderValue::from_static("public, max-age=60");
    response.headers_mut().insert(header::CACHE_CONTROL, policy);
    response
}
