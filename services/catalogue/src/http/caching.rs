//! What may be kept of an answer, and by whom.

use axum::response::{IntoResponse, Response};
use city_contracts::common::Locale;
use city_http::Json;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::snapshot::Snapshot;

/// Headers that decide what an anonymous reader may use.
const APP_HEADERS: [&str; 3] = ["x-app-platform", "x-app-version", "x-os-version"];

/// An answer that everybody gets who asks the same, for a minute. Its tag is made before the answer, so that who has it
/// already costs nothing.
#[derive(Debug)]
pub struct Public {
    etag: String,
    is_known: bool,
}

impl Public {
    /// The tag of a read: over the picture, the language, the app's headers, and whatever else the answer depends on (the
    /// ward, the day, arguments).
    pub fn of(snapshot: &Snapshot, headers: &HeaderMap, also: &[&str]) -> Self {
        let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
        let locale = std::str::from_utf8(header("accept-language")).unwrap_or_default();
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        let mut part = |bytes: &[u8]| {
            // The length first, so that no two lists of parts look alike.
            digest.update(&bytes.len().to_be_bytes());
            digest.update(bytes);
        };
        part(&snapshot.number.to_be_bytes());
        part(Locale::from_accept_language(locale).as_str().as_bytes());
        APP_HEADERS.iter().for_each(|name| part(header(name)));
        also.iter().for_each(|text| part(text.as_bytes()));
        let hash = digest.finish();
        let hex: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let etag = format!("\"{hex}\"");
        let is_known = header("if-none-match")
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .any(|known| {
                known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == etag.as_bytes()
            });
        Self { etag, is_known }
    }

    /// The answer, made only for who does not have it.
    pub fn answer<T: Serialize>(&self, make: impl FnOnce() -> T) -> Response {
        let mut response = if self.is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Json(make()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// Nobody keeps it: it is the caller's own, or holds for this moment.
pub fn never(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
