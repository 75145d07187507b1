//! The route table.

mod dev_outbox;
mod mark_messages_read;
mod messages;
mod messages_now;
mod nodes_batch;
mod reader;
mod unread_count;

use axum::Router;
use axum::routing::post;
use city_boot::Profile;
use http::{HeaderName, HeaderValue, header};

use crate::app::App;

/// No answer of these routes is anybody else's.
const PRIVATE: [(HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"))];

/// All routes. What the development channel kept is readable in the development profile only.
pub fn routes(app: App, profile: Profile) -> Router {
    let routes = Router::new()
        .route("/internal/v1/messages", post(messages::post))
        .route("/internal/v1/unread-count", post(unread_count::post))
        .route("/internal/v1/mark-messages-read", post(mark_messages_read::post))
        .route("/internal/v1/nodes:batch", post(nodes_batch::post))
        .route("/internal/v1/messages/now", post(messages_now::post));
    let routes = if profile.is_development() {
        routes.route("/internal/v1/dev/outbox", post(dev_outbox::post))
    } else {
        routes
    };
    routes.with_state(app)
}
