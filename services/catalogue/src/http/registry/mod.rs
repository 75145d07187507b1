//! Places, agencies, categories, life events, calendars: the routes.

use axum::Router;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
}
