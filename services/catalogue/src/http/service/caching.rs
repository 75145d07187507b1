//! What may be kept of an answer, and by whom.

use axum::response::{IntoResponse, Response};
use city_auth::Anyone;
use http::{HeaderValue, header};

/// What everybody sees may be kept for everybody for a minute; what depends on a person by nobody.
pub fn for_reader(who: &Anyone, answer: impl IntoResponse) -> Response {
    if who.0.account.is_none() { with("public, max-age=60", answer) } else { never(answer) }
}

/// Nobody keeps it.
pub fn never(answer: impl IntoResponse) -> Response {
    with("private, no-store", answer)
}

/// Kept as said.
pub fn with(policy: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    response
}
