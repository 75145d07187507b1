//! The route table, a folder a part of the catalogue.

pub mod caching;
mod described;
mod dossier;
mod nodes;
mod procedure;
mod registry;
mod search;
mod service;

use axum::Router;
use axum::routing::post;
pub use procedure::MAX_IMPORT_BYTES;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::OpenApi as _;

use crate::app::App;

/// The longest body of a route that names no other bound.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/internal/v1/nodes:batch", post(nodes::post))
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
    all.merge(registry::admin::Document::openapi());
    all.info = utoipa::openapi::OpenApi::default().info;
    all
}
