//! What a browser may do with the admin API: pages of the city's own origins only, and never with cookies.

use axum::body::Body;
use axum::response::Response;
use city_http::{Kind, Problem};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str =
    "authorization, content-type, idempotency-key, accept-language, if-match, if-none-match";
const EXPOSED: &str = "etag, retry-after, content-disposition, location";

/// The page's origin, if a page sent the request and may.
///
/// # Errors
/// 403 for a foreign origin or a cross-site request.
pub fn admit(headers: &HeaderMap, allowed: &[String]) -> Result<Option<HeaderValue>, Problem> {
    let refused = |detail: &str| Problem::new(Kind::Forbidden, "ORIGIN", detail);
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(refused("requests from other sites are not taken"));
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => Ok(None),
        (Some(origin), None) if allowed.iter().any(|ours| ours.as_bytes() == origin.as_bytes()) => {
            Ok(Some(origin.clone()))
        }
        (Some(_), _) => Err(refused("this origin may not call the admin API")),
    }
}

/// Whether a request only asks what it might ask.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that question.
pub fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Lets the page read the answer, refusals included.
pub fn open_to(mut response: Response, origin: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}
