//! Extractors that refuse with a problem document which names the field.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::{Finding, Kind};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::outcome::Problem;

/// A JSON body, in or out. Bodies are bounded by the router's `RequestBodyLimitLayer`.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let body =
            request.into_body().collect().await.map_err(|error| body_refusal(&error))?.to_bytes();
        parse_json(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => Problem::new(Kind::Internal, "INTERNAL", "the answer could not be written")
                .into_response(),
        }
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    match essence {
        Some(essence) if essence.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(Problem::at(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::Invalid,
            "CONTENT_TYPE",
            "send the body as application/json",
        )),
    }
}

fn body_refusal(error: &axum::Error) -> Problem {
    let too_large = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source())
        .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large {
        Problem::at(
            StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Invalid,
            "BODY_TOO_LARGE",
            "the body is larger than this route takes",
        )
    } else {
        Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "BODY_CUT", "the body ended too early")
    }
}

/// Reads JSON and names the field that does not fit.
///
/// # Errors
/// 400 `JSON` when it does not parse, 422 `INPUT` with a JSON Pointer when a member does not fit.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            let at =
                format!("the body is not JSON: line {}, column {}", inner.line(), inner.column());
            return Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "JSON", at);
        }
        let finding = Finding::new(pointer, "SHAPE", inner.to_string());
        Problem::new(Kind::Invalid, "INPUT", "a member of the body does not fit")
            .with_findings(vec![finding])
    })?;
    reader.end().map_err(|_| {
        Problem::at(
            StatusCode::BAD_REQUEST,
            Kind::Invalid,
            "JSON",
            "the body goes on after the JSON value",
        )
    })?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// Path parameters.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    #[expect(
        clippy::disallowed_types,
        reason = "wrapped here so that no handler meets axum's plain-text refusal"
    )]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parsed: Result<axum::extract::Path<T>, PathRejection> =
            axum::extract::Path::from_request_parts(parts, state).await;
        // An id of the wrong shape names nothing that exists.
        parsed
            .map(|path| Self(path.0))
            .map_err(|_| Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here"))
    }
}

/// Query parameters.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    #[expect(
        clippy::disallowed_types,
        reason = "wrapped here so that no handler meets axum's plain-text refusal"
    )]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parsed: Result<axum::extract::Query<T>, QueryRejection> =
            axum::extract::Query::from_request_parts(parts, state).await;
        parsed.map(|query| Self(query.0)).map_err(|refused| {
            Problem::new(Kind::Invalid, "INPUT", "a query parameter does not fit")
                .with_findings(vec![Finding::new("", "SHAPE", refused.body_text())])
        })
    }
}

/// The `Idempotency-Key` header of a staff or service route.
#[derive(Debug, Clone)]
pub struct RequestKey(pub IdempotencyKey);

impl<S: Send + Sync> FromRequestParts<S> for RequestKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let raw = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        IdempotencyKey::parse(raw).map(Self).map_err(|error| {
            Problem::at(
                StatusCode::BAD_REQUEST,
                Kind::Invalid,
                "IDEMPOTENCY_KEY",
                error.to_string(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[serde(rename = "n")]
        _n: u8,
    }

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(rename = "items")]
        _items: Vec<Inner>,
    }

    #[test]
    fn a_member_that_does_not_fit_is_named_by_its_pointer() {
        let problem = parse_json::<Outer>(br#"{"items":[{"n":1},{"n":"x"}]}"#).unwrap_err();

        assert_eq!(problem.document().status, 422);
        assert_eq!(problem.document().errors[0].field, "/items/1/n");
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        for raw in [&b"{"[..], b"", b"{\"items\":[]} x", b"\xff"] {
            assert_eq!(parse_json::<Outer>(raw).unwrap_err().document().status, 400);
        }
    }
}
