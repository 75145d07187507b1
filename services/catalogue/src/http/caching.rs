//! What may be kept of an answer, and by whom.

use axum::response::{IntoResponse, Response};
use city_auth::Anyone;
use city_contracts::common::Locale;
use city_http::{Json, Problem};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::broken;
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
        for name in APP_HEADERS {
            part(header(name));
        }
        for text in also {
            part(text.as_bytes());
        }
        Self::tagged(digest.finish().as_ref(), headers)
    }

    fn tagged(hash: &[u8], headers: &HeaderMap) -> Self {
        let etag = format!("\"{}\"", &hex::encode(hash)[..32]);
        let known = headers.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes);
        let is_known =
            known.unwrap_or_default().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(
                |known| {
                    known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == etag.as_bytes()
                },
            );
        Self { etag, is_known }
    }

    /// The answer, made only for who does not have it.
    pub fn answer<T: Serialize>(&self, make: impl FnOnce() -> T) -> Response {
        self.respond(|| Json(make()).into_response())
    }

    fn respond(&self, make: impl FnOnce() -> Response) -> Response {
        let answer = if self.is_known { StatusCode::NOT_MODIFIED.into_response() } else { make() };
        let mut response = with("public, max-age=60", answer);
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// What everybody sees may be kept for everybody for a minute; what depends on a person by nobody. The tag is made of the
/// answer itself: what may be used changes with the time of day, too.
///
/// # Errors
/// A fault when the answer is no JSON.
pub fn for_reader(
    who: &Anyone,
    headers: &HeaderMap,
    answer: &impl Serialize,
) -> Result<Response, Problem> {
    if who.0.account.is_some() {
        return Ok(never(Json(answer)));
    }
    let body = serde_json::to_vec(answer).map_err(|error| broken("writing an answer", error))?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok(Public::tagged(hash.as_ref(), headers).respond(|| (json, body).into_response()))
}

/// Nobody keeps it: it is the caller's own, or holds for this moment.
pub fn never(answer: impl IntoResponse) -> Response {
    with("private, no-store", answer)
}

/// Kept as said.
pub fn with(policy: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    response
}
