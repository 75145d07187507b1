//! What HTTP says about a GraphQL request: answer type, body, parameters, status.

pub mod graphql;
mod json;
pub mod negotiation;
pub mod parameters;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

use crate::App;
use crate::live::{self, Live};

/// The route of GraphQL; what asks for a WebSocket goes to the live engine.
pub fn routes(app: App, live: Arc<Live>) -> Router {
    let route = any(graphql::graphql).layer(from_fn_with_state(live, live::intercept));
    Router::new().route("/graphql", route).with_state(app)
}
