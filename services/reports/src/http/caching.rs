//! What may be kept of an answer, and by whom.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::app::Viewer;

/// What everybody sees may be kept for everybody for a moment; all else by nobody.
pub fn for_viewer(viewer: Viewer, answer: impl IntoResponse) -> Response {
    let policy = match viewer {
        Viewer::Anybody => "public, max-age=10",
        Viewer::Resident(_) => "private, no-store",
    };
    with(policy, answer)
}

/// Nobody keeps it.
pub fn never(answer: impl IntoResponse) -> Response {
    with("private, no-store", answer)
}

fn with(policy: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    response
}

/// Who reads: a resident sees more of their own reports than everybody.
pub fn viewer(reader: &city_auth::Anyone) -> Viewer {
    reader.resident().map_or(Viewer::Anybody, Viewer::Resident)
}
