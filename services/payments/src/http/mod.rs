//! The route table.

use axum::Router;

use crate::app::App;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new().with_state(app)
}
