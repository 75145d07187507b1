//! Procedures, their editions and forms, fees, checks: the routes.

use axum::Router;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
}
