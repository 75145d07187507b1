//! The front door of the admin API. The OpenAPI document is the route table; the gateway proves who is staff, and the
//! services decide what that person may do.

mod browser;
mod merge;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use city_auth::{Principal, PrincipalKind};
use city_boot::BootError;
use city_contracts::key::IdempotencyKey;
use city_http::{Kind, Problem};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use http_body::Body as _;

pub use merge::{MergeError, merge};
pub use table::{Match, Operation, Table, TableError};

use crate::App;
use crate::limit::{address, table as limits};
use crate::pass::{Handover, Upstreams, check_path, not_allowed, too_large};

/// The merged document, written by `cargo xtask schema`.
pub const DOCUMENT: &str = include_str!("../../../../graphql/admin-v1.openapi.json");
const DOCUMENT_PATH: &str = "/admin/v1/openapi.json";

#[derive(Debug)]
struct Door {
    app: App,
    upstreams: Upstreams,
    document: String,
    table: Table,
}

/// The routes under `/admin/v1`, as `document` lists them.
///
/// # Errors
/// When the document is no route table.
pub fn routes(app: App, upstreams: Upstreams, document: &str) -> Result<Router, BootError> {
    let table = Table::parse(document)
        .map_err(|error| BootError::failed("reading the admin document", error))?;
    let door = Arc::new(Door { app, upstreams, document: document.to_owned(), table });
    Ok(Router::new().route("/admin/v1/{*rest}", any(answer)).with_state(door))
}

async fn answer(State(door): State<Arc<Door>>, request: Request) -> Response {
    let admitted = check_path(request.uri().path())
        .and_then(|()| browser::admit(request.headers(), &door.app.config.web_origins));
    match admitted {
        Err(problem) => browser::open_to(problem.into_response(), None),
        Ok(origin)
            if origin.is_some() && browser::is_preflight(request.method(), request.headers()) =>
        {
            browser::open_to(browser::preflight(), origin)
        }
        Ok(origin) => browser::open_to(door.answer(request).await, origin),
    }
}

impl Door {
    async fn answer(&self, request: Request) -> Response {
        let path = request.uri().path();
        if path == DOCUMENT_PATH {
            let (parts, _) = request.into_parts();
            return self.show_document(&parts).await.unwrap_or_else(Problem::into_response);
        }
        let operation = match self.table.find(request.method(), path) {
            Match::Found(operation) => operation,
            Match::NoPath => return nothing_here().into_response(),
            Match::NoMethod(methods) => return not_allowed(&methods),
        };
        let (parts, body) = request.into_parts();
        let has_body = !body.is_end_stream();
        match self.admitted(operation, &parts, has_body).await {
            Err(problem) => problem.into_response(),
            Ok(principal) => {
                let handover = Handover {
                    to: operation.service,
                    principal: &principal,
                    max_body_bytes: operation.max_body_bytes,
                    timeout: operation.timeout,
                    headers: &[],
                    address: None,
                };
                self.upstreams.forward(&handover, Request::from_parts(parts, body)).await
            }
        }
    }

    /// The document: to everybody in development, else to staff.
    async fn show_document(&self, parts: &Parts) -> Result<Response, Problem> {
        if parts.method != Method::GET {
            return Ok(not_allowed(&["GET"]));
        }
        self.count_request(parts).await?;
        if !self.app.profile.is_development() {
            self.staff(&parts.headers).await?;
        }
        Ok((
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
            self.document.clone(),
        )
            .into_response())
    }

    /// Everything that can be said about a request before its service sees it; the principal to vouch for.
    async fn admitted(
        &self,
        operation: &Operation,
        parts: &Parts,
        has_body: bool,
    ) -> Result<Principal, Problem> {
        let headers = &parts.headers;
        self.count_request(parts).await?;
        let principal = if operation.is_open {
            let address = self.address_key(parts);
            self.app.limits.check(&limits::STAFF_SIGN_IN_ADDRESS, &address, 1).await?;
            Principal::anonymous()
        } else {
            let (principal, account) = self.staff(headers).await?;
            self.app.limits.check(&limits::ADMIN_API, &account, 1).await?;
            principal
        };
        if operation.needs_recent_auth && !principal.is_recent(self.app.clock.now()) {
            return Err(Problem::new(
                Kind::Forbidden,
                "REAUTH_REQUIRED",
                "prove again who you are, then repeat this",
            ));
        }
        if operation.needs_idempotency_key {
            let key = headers
                .get("idempotency-key")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            IdempotencyKey::parse(key)
                .map_err(|error| bad_request("IDEMPOTENCY_KEY", &error.to_string()))?;
        }
        if has_body {
            check_body(operation, headers)?;
        }
        Ok(principal)
    }

    async fn count_request(&self, parts: &Parts) -> Result<(), Problem> {
        Ok(self.app.limits.check(&limits::ANY_REQUEST, &self.address_key(parts), 1).await?)
    }

    fn address_key(&self, parts: &Parts) -> String {
        address::host_key(self.app.addresses.of_parts(parts))
    }

    /// A member of staff with a living session, and their account for limits.
    async fn staff(&self, headers: &HeaderMap) -> Result<(Principal, String), Problem> {
        let principal = self.app.who.of_headers(headers).await?;
        match (principal.kind, principal.account) {
            (PrincipalKind::Staff, Some(account)) => Ok((principal, account.to_string())),
            (PrincipalKind::Anonymous, _) => {
                Err(Problem::new(Kind::Unauthenticated, "SIGN_IN_REQUIRED", "sign in first"))
            }
            _ => Err(Problem::new(Kind::Forbidden, "FORBIDDEN", "only staff may do this")),
        }
    }
}

/// A body of a type the document names, and not longer than it says. What declares no length is measured on its way.
fn check_body(operation: &Operation, headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > operation.max_body_bytes) {
        return Err(too_large());
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if operation.media_types.contains(&essence) {
        return Ok(());
    }
    let detail = "the document names another type for this body, or none";
    Err(Problem::at(StatusCode::UNSUPPORTED_MEDIA_TYPE, Kind::Invalid, "CONTENT_TYPE", detail))
}

fn bad_request(code: &str, detail: &str) -> Problem {
    Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, code, detail)
}

fn nothing_here() -> Problem {
    Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here")
}
