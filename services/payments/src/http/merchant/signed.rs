//! A request that somebody's key signed: whoever takes one of these cannot be reached by anybody else.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use city_http::{Kind, Problem, parse_json};
use city_ids::{BillerId, MerchantId};
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::app::payee::{CallHead, admit_call, verify_call};
use crate::domain::owner::Owner;
use crate::error::Error;
use crate::http::address::{self, only};

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
        match verified(request, app).await? {
            (Owner::Merchant(merchant), body) => Ok(Self { merchant, body }),
            (Owner::Biller(_), _) => Err(Error::KeyKind.into()),
        }
    }
}

/// Which biller asks, and what.
#[derive(Debug, Clone)]
pub struct SignedByBiller {
    /// Whose key signed.
    pub biller: BillerId,
    body: Bytes,
}

impl SignedByBiller {
    /// The body.
    ///
    /// # Errors
    /// 400 `JSON`, 422 `INPUT`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        parse_json(&self.body)
    }
}

impl FromRequest<App> for SignedByBiller {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        match verified(request, app).await? {
            (Owner::Biller(biller), body) => Ok(Self { biller, body }),
            (Owner::Merchant(_), _) => Err(Error::KeyKind.into()),
        }
    }
}

/// Which merchant or biller asks, and what.
#[derive(Debug, Clone)]
pub struct SignedByPayee {
    /// Whose key signed.
    pub owner: Owner,
    body: Bytes,
}

impl SignedByPayee {
    /// The body.
    ///
    /// # Errors
    /// 400 `JSON`, 422 `INPUT`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        parse_json(&self.body)
    }
}

impl FromRequest<App> for SignedByPayee {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        verified(request, app).await.map(|(owner, body)| Self { owner, body })
    }
}

async fn verified(request: Request, app: &App) -> Result<(Owner, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let seen = parts.clone();
    let head = head_of(&seen);
    admit_call(app, head).await?;
    let body = Bytes::from_request(Request::from_parts(parts, body), app).await;
    let body = body.map_err(|refused| broken_off(refused.status()))?;
    let caller = verify_call(app, head, &body).await?;
    Ok((caller.owner, body))
}

/// What a request says about itself.
pub fn head_of(parts: &Parts) -> CallHead<'_> {
    CallHead {
        key: only(&parts.headers, "city-key").unwrap_or_default(),
        signature: only(&parts.headers, "city-signature").unwrap_or_default(),
        address: address::said(&parts.extensions, &parts.headers).unwrap_or_default(),
        method: parts.method.as_str(),
        path_and_query: parts.uri.path_and_query().map_or("", |path| path.as_str()),
    }
}

fn broken_off(status: StatusCode) -> Problem {
    let (code, message) = if status == StatusCode::PAYLOAD_TOO_LARGE {
        ("BODY_TOO_LARGE", "the body is larger than this route takes")
    } else {
        ("BODY_CUT", "the body ended too early")
    };
    Problem::at(status, Kind::Invalid, code, message)
}
