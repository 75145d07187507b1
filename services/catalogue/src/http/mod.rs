//! The route table, a folder a part of the catalogue.

mod dossier;
mod procedure;
mod registry;
mod search;
mod service;

use axum::Router;

use crate::app::App;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .merge(registry::routes())
        .merge(service::routes())
        .merge(procedure::routes())
        .merge(search::routes())
        .merge(dossier::routes())
        .with_state(app)
}

/// The OpenAPI document of the staff routes, a part each.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut all = dossier::openapi();
    all.merge(service::openapi());
    all.info = utoipa::openapi::OpenApi::default().info;
    all
}
