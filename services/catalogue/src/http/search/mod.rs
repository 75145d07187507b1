//! Search and place names: the routes.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use city_auth::Anyone;
use city_contracts::catalogue::search::{PlaceSuggestRequest, SearchRequest};
use city_http::{Json, Problem};
use http::HeaderMap;

use crate::app::{self, App};
use crate::http::caching::for_reader;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/search", post(search))
        .route("/internal/v1/place-suggest", post(place_suggest))
}

/// `POST /internal/v1/search`
async fn search(
    State(app): State<App>,
    reader: Anyone,
    headers: HeaderMap,
    Json(request): Json<SearchRequest>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    for_reader(&reader, &headers, &app::search::search(&snapshot, &request)?)
}

/// `POST /internal/v1/place-suggest`
async fn place_suggest(
    State(app): State<App>,
    reader: Anyone,
    headers: HeaderMap,
    Json(request): Json<PlaceSuggestRequest>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    for_reader(&reader, &headers, &app::search::place_suggest(&snapshot, &request)?)
}
