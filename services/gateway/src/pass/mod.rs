//! Paths that reach a service without GraphQL, and the development profile's window on sent messages.

mod client;
mod dev_identity;
mod dev_outbox;
mod forward;
#[cfg(feature = "graphiql")]
mod graphiql;
mod jwks;
mod own_machine;
mod status_file;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use city_auth::{Principal, PrincipalKind};
use city_http::{Kind, Problem};
use http::{HeaderMap, HeaderValue, StatusCode, header};

pub use forward::{Handover, Upstreams, check_path, too_large};

use crate::App;
use crate::limit::{address, table as limits};
use table::{Caller, Counted, ROUTES, Route};

/// What the routes stand on.
#[derive(Debug)]
struct Pass {
    app: App,
    upstreams: Upstreams,
}

/// The routes.
pub fn routes(app: App, upstreams: Upstreams) -> Router {
    let profile = app.profile;
    let mut router = Router::new();
    for route in &ROUTES {
        let hand_over = move |State(pass): State<Arc<Pass>>, request: Request| async move {
            pass.hand_over(route, request).await
        };
        router = router.route(route.path, any(hand_over));
    }
    router = router
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/.well-known/catalogue-status.json", get(status_file::get));
    if profile.is_development() {
        router = router
            .route("/dev/outbox", get(dev_outbox::get))
            .route("/dev/identity", post(dev_identity::post));
        #[cfg(feature = "graphiql")]
        {
            router = router.merge(graphiql::routes());
        }
    }
    let (keys, status) = (jwks::Kept::default(), status_file::Kept::default());
    router
        .layer(axum::Extension(Arc::new(keys)))
        .layer(axum::Extension(Arc::new(status)))
        .with_state(Arc::new(Pass { app, upstreams }))
}

impl Pass {
    async fn hand_over(&self, route: &'static Route, request: Request) -> Response {
        if !route.methods.contains(request.method()) {
            return not_allowed(
                &route.methods.iter().map(http::Method::as_str).collect::<Vec<_>>(),
            );
        }
        let address = address::host_key(self.app.addresses.of(&request));
        let principal = match self.admit(route, &address, request.headers()).await {
            Ok(principal) => principal,
            Err(refused) => return refused.into_response(),
        };
        let handover = Handover {
            to: route.to,
            principal: &principal,
            max_body_bytes: route.max_body_bytes,
            timeout: route.timeout,
            headers: route.headers,
            address: Some(&address),
        };
        self.upstreams.forward(&handover, request).await
    }

    /// As whom the service gets the request, once every limit let it through.
    async fn admit(
        &self,
        route: &Route,
        address: &str,
        headers: &HeaderMap,
    ) -> Result<Principal, Problem> {
        if let Counted::PathAlone(limit) = route.counted {
            self.app.limits.check(limit, route.path, 1).await?;
            return self.caller(route.caller, headers).await;
        }
        self.app.limits.check(&limits::ANY_REQUEST, address, 1).await?;
        let named = match &route.counted {
            Counted::Address(limit) => Some((*limit, address.to_owned())),
            // A request that names no key has nothing but its address, and what one names may be another's.
            Counted::Header(name, limit) => {
                let value = headers.get(name).and_then(|value| value.to_str().ok());
                Some((*limit, format!("{address} {}", value.unwrap_or_default())))
            }
            Counted::AnyRequest | Counted::Account(_) | Counted::PathAlone(_) => None,
        };
        if let Some((limit, key)) = named {
            self.app.limits.check(limit, &key, 1).await?;
        }
        let principal = self.caller(route.caller, headers).await?;
        if let (Counted::Account(limit), Some(account)) = (&route.counted, principal.account) {
            self.app.limits.check(limit, &account.to_string(), 1).await?;
        }
        Ok(principal)
    }

    async fn caller(&self, caller: Caller, headers: &HeaderMap) -> Result<Principal, Problem> {
        if caller == Caller::Anonymous {
            return Ok(Principal::anonymous());
        }
        let principal = self.app.who.of_headers(headers).await?;
        match principal.kind {
            PrincipalKind::Anonymous => {
                Err(Problem::new(Kind::Unauthenticated, "SIGN_IN_REQUIRED", "sign in first"))
            }
            PrincipalKind::Staff => {
                Err(Problem::new(Kind::Forbidden, "FORBIDDEN", "only residents may do this"))
            }
            _ => Ok(principal),
        }
    }
}

/// 405 with the methods that would do.
pub fn not_allowed(methods: &[&str]) -> Response {
    let detail = "this path takes other methods";
    let problem =
        Problem::at(StatusCode::METHOD_NOT_ALLOWED, Kind::Invalid, "METHOD_NOT_ALLOWED", detail);
    let mut response = problem.into_response();
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
