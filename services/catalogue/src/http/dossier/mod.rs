//! Dossiers: the routes.

mod admin;

use axum::Router;
use axum::routing::post;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new().route("/admin/v1/dossiers/{id}/{action}", post(admin::act::post))
}
