//! The route table, a folder a part of the catalogue.

mod dossier;
mod procedure;
mod registry;
mod search;
mod service;

use axum::Router;
pub use procedure::MAX_IMPORT_BYTES;
use tower_http::limit::RequestBodyLimitLayer;

use crate::app::App;

/// The longest body of a route that names no other bound.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .merge(registry::routes())
        .merge(service::routes())
        .merge(procedure::routes())
        .merge(search::routes())
        .merge(dossier::routes())
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .merge(procedure::import_routes())
        .with_state(app)
}

/// The OpenAPI document of the staff routes, a part each.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut all = dossier::openapi();
    all.merge(service::openapi());
    all.merge(procedure::openapi());
    all.info = utoipa::openapi::OpenApi::default().info;
    all
}
