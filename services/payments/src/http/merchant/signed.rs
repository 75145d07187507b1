//! A request that a merchant's key signed: whoever takes [`Signed`] cannot be reached by anybody else.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use city_http::{Kind, Problem, parse_json};
use city_ids::MerchantId;
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::app::merchant::{SignedRequest, verify_call};

/// Which merchant asks, and what.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Whose key signed.
    pub merchant: MerchantId,
    body: Bytes,
}

impl Signed {
    /// The body.
    ///
    /// # Errors
    /// 400 `JSON`, 422 `INPUT`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        parse_json(&self.body)
    }
}

impl FromRequest<App> for Signed {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let (method, uri, headers) =
            (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await;
        let body = body.map_err(|refused| {
            let (code, message) = if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ("BODY_TOO_LARGE", "the body is larger than this route takes")
            } else {
                ("BODY_CUT", "the body ended too early")
            };
            Problem::at(refused.status(), Kind::Invalid, code, message)
        })?;
        // A header that comes twice is no header.
        let header = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let value = values.next().and_then(|value| value.to_str().ok());
            value.filter(|_| values.next().is_none()).unwrap_or_default()
        };
        let call = SignedRequest {
            key: header("city-key"),
            signature: header("city-signature"),
            method: method.as_str(),
            path_and_query: uri.path_and_query().map_or("", |path| path.as_str()),
            body: &body,
        };
        let merchant = verify_call(app, call).await?;
        Ok(Self { merchant, body })
    }
}
