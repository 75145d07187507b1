//! Public photos, checked at each request: what a moderator hides is gone when the browser's copy is 5 minutes old.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_http::{Kind, Path, Problem};
use http::{HeaderName, HeaderValue, header};

use crate::app::{App, PublicFile, read_media};
use crate::photo::Size;

/// `GET /media/reports/{media_key}/{size}.jpg`
///
/// Takes no principal: it shows only what everybody may see, and browsers load it without a token.
pub async fn get(
    State(app): State<App>,
    Path((media_key, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let size = Size::parse(&file)
        .ok_or_else(|| Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here"))?;
    let PublicFile(bytes) = read_media(&app, &media_key, size).await?;
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox")),
    ];
    Ok((headers, bytes).into_response())
}
