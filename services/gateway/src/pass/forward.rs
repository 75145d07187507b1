//! Handing a request to a service as it is: path and query arrive byte by byte, bodies stream both ways, only listed headers
//! pass, and who is asking is said by our own token alone.

use std::error::Error as StdError;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use city_auth::Principal;
use city_auth::internal::Identity;
use city_boot::{BootError, GatewayInfra};
use city_http::{Kind, Problem, trace};
use city_ids::ServiceName;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyDataStream, LengthLimitError, Limited};

use super::client::{Client, ExchangeError};
use crate::config::Config;

/// What a client may tell a service. `Authorization`, `Cookie`, `Forwarded` and everything that names a person stay here.
const INWARD: [HeaderName; 9] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::RANGE,
    HeaderName::from_static("idempotency-key"),
];
/// What a service may tell a client.
const OUTWARD: [HeaderName; 16] = [
    header::ACCEPT_RANGES,
    header::AGE,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_SECURITY_POLICY,
    header::CONTENT_TYPE,
    header::ETAG,
    header::LAST_MODIFIED,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    header::X_CONTENT_TYPE_OPTIONS,
];

/// The services as plain HTTP.
#[derive(Debug, Clone)]
pub struct Upstreams {
    client: Client,
    identity: Identity,
    accounts: String,
    reports: String,
    notifications: String,
    catalogue: String,
    payments: String,
}

/// How one request is handed over.
#[derive(Debug)]
pub struct Handover<'a> {
    pub to: ServiceName,
    pub principal: &'a Principal,
    pub max_body_bytes: usize,
    pub timeout: Duration,
    /// What passes inward beside the headers of every route.
    pub headers: &'a [HeaderName],
    /// What limits by address count whoever asks by, for a service that counts too. Never what the client says about itself.
    pub address: Option<&'a str>,
}

impl Upstreams {
    /// # Errors
    /// When no client can be made.
    pub fn new(config: &Config, infra: &GatewayInfra) -> Result<Self, BootError> {
        let base = |url: &str| url.trim_end_matches('/').to_owned();
        Ok(Self {
            client: Client::new()?,
            identity: infra.identity.clone(),
            accounts: base(&config.accounts_url),
            reports: base(&config.reports_url),
            notifications: base(&config.notifications_url),
            catalogue: base(&config.catalogue_url),
            payments: base(&config.payments_url),
        })
    }

    /// Hands a request over and gives the answer back.
    pub async fn forward(&self, handover: &Handover<'_>, request: Request) -> Response {
        match self.exchange(handover, request).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        }
    }

    async fn exchange(
        &self,
        handover: &Handover<'_>,
        request: Request,
    ) -> Result<Response, Problem> {
        let nowhere = || Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here");
        let base = self.base(handover.to).ok_or_else(nowhere)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let (parts, body) = (request.uri().path(), request.headers());
        check_path(parts)?;
        if declared_length(body).is_some_and(|bytes| bytes > handover.max_body_bytes) {
            return Err(too_large());
        }
        let mut sent = http::Request::builder()
            .method(request.method())
            .uri(format!("{base}{path}"))
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", self.identity.mint(handover.principal, handover.to)),
            )
            .header("x-deadline-ms", handover.timeout.as_millis().to_string());
        if let Some(context) = trace::current() {
            sent = sent.header("traceparent", context.header());
        }
        if let Some(address) = handover.address {
            sent = sent.header("x-city-address", address);
        }
        let headers = picked(request.headers(), INWARD.iter().chain(handover.headers));
        let body = if request.body().is_end_stream() {
            Body::empty()
        } else {
            let body = Limited::new(request.into_body(), handover.max_body_bytes);
            Body::from_stream(BodyDataStream::new(body))
        };
        let away = |error: ExchangeError| refusal(handover.to, &error);
        let mut sent = sent.body(body).map_err(|error| away(error.into()))?;
        sent.headers_mut().extend(headers);
        let answer = self.client.send(sent, handover.timeout).await.map_err(away)?;
        Ok(given_back(handover.to, answer))
    }

    fn base(&self, service: ServiceName) -> Option<&str> {
        match service {
            ServiceName::Accounts => Some(&self.accounts),
            ServiceName::Reports => Some(&self.reports),
            ServiceName::Notifications => Some(&self.notifications),
            ServiceName::Catalogue => Some(&self.catalogue),
            ServiceName::Payments => Some(&self.payments),
            ServiceName::Gateway => None,
        }
    }
}

/// Refuses paths that a service could read as another one than we did.
///
/// # Errors
/// 400 for dot segments, empty segments, encoded slashes and NUL.
pub fn check_path(path: &str) -> Result<(), Problem> {
    let lower = path.to_ascii_lowercase();
    let is_crooked = ["..", "//", "/./", "\\", "%2e", "%2f", "%5c", "%00"]
        .iter()
        .any(|part| lower.contains(part));
    if is_crooked || lower.ends_with("/.") {
        let detail = "the path has dot segments, empty segments or encoded separators";
        return Err(Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "BAD_PATH", detail));
    }
    Ok(())
}

/// The refusal of a body over its route's limit.
pub fn too_large() -> Problem {
    Problem::at(
        StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Invalid,
        "BODY_TOO_LARGE",
        "the body is larger than this route takes",
    )
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn picked<'a>(headers: &HeaderMap, names: impl IntoIterator<Item = &'a HeaderName>) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in names {
        for value in headers.get_all(name) {
            kept.append(name, value.clone());
        }
    }
    kept
}

/// Why nothing came back: the client's own body was too long, or the service is away.
fn refusal(service: ServiceName, error: &ExchangeError) -> Problem {
    let mut cause = Some(error as &dyn StdError);
    while let Some(inner) = cause {
        if inner.is::<LengthLimitError>() {
            return too_large();
        }
        cause = inner.source();
    }
    tracing::warn!(service = %service, error.chain = city_http::chain(error), "No answer from {service}");
    Problem::new(Kind::Unavailable, "UNAVAILABLE", format!("the service {service} is away"))
}

fn given_back(service: ServiceName, answer: Response) -> Response {
    let status = answer.status();
    let content_type = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if status.is_server_error() && !content_type.starts_with("application/problem+json") {
        tracing::warn!(service = %service, http.status = status.as_u16(), "{service} failed without a problem document");
        return match status {
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Problem::new(
                Kind::Unavailable,
                "UNAVAILABLE",
                format!("the service {service} is away"),
            )
            .into_response(),
            _ => Problem::new(Kind::Internal, "INTERNAL", "something went wrong on our side")
                .into_response(),
        };
    }
    let mut headers = picked(answer.headers(), &OUTWARD);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let mut response = Response::new(answer.into_body());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b10_crooked_paths_are_refused() {
        let crooked = [
            "/admin/v1/../internal/v1/x",
            "/admin/v1//reports",
            "/admin/v1/a%2Fb",
            "/admin/v1/a%5cb",
            "/admin/v1/a%00",
            "/admin/v1/%2e%2E/x",
            "/admin/v1/./x",
            "/admin/v1/.",
            "/admin/v1/a\\b",
        ];
        for path in crooked {
            assert_eq!(check_path(path).unwrap_err().document().status, 400, "{path}");
        }
        for path in [
            "/admin/v1/reports/rpt_1",
            "/media/reports/k/full.jpg",
            "/admin/v1/reports/2026-03-04.csv",
            "/a%20b",
        ] {
            assert!(check_path(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn only_listed_headers_pass() {
        let mut headers = HeaderMap::new();
        for name in [
            "accept",
            "authorization",
            "cookie",
            "forwarded",
            "x-city-sub",
            "x-user-id",
            "x-forwarded-for",
            "host",
        ] {
            headers.insert(name, HeaderValue::from_static("x"));
        }

        let kept = picked(&headers, &INWARD);

        assert_eq!(kept.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }
}
