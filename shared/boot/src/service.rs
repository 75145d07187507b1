//! A service as boot runs it, with the routes every service has.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, response};
use city_auth::internal::Verifier;
use city_http::{Canonical, Json, Kind, Problem};
use city_ids::{Ids, ServiceName};
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use sqlx::PgPool;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::redis_store::RedisStore;
use crate::worker::Worker;

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;

/// A dependency that must answer before the service is ready.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({})", self.name)
    }
}

impl Check {
    /// A check by an own question.
    pub fn new<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self { name, ask: Arc::new(move || Box::pin(ask())) }
    }

    /// Whether what it asks answers well, and within a second.
    pub async fn passes(&self) -> bool {
        tokio::time::timeout(Duration::from_secs(1), (self.ask)()).await.unwrap_or(false)
    }

    /// PostgreSQL answers.
    pub fn postgres(db: &PgPool) -> Self {
        let db = db.clone();
        Self::new("postgres", move || {
            let db = db.clone();
            async move { db.acquire().await.is_ok() }
        })
    }

    /// Redis answers.
    pub fn redis(redis: &RedisStore) -> Self {
        let redis = redis.clone();
        Self::new("redis", move || {
            let redis = redis.clone();
            async move { redis.ping().await }
        })
    }
}

/// A service: its routes, its background work, and what it needs.
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Its routes, with state.
    pub routes: Router,
    /// Its background work.
    pub workers: Vec<Arc<dyn Worker>>,
    /// What must answer before it is ready.
    pub readiness: Vec<Check>,
    /// Verifies the tokens of its callers; none for the gateway, which proves people itself.
    pub verifier: Option<Verifier>,
    /// Bytes a request body may have.
    pub max_body_bytes: usize,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Service {
    /// The whole router: the service's own routes under identity, bounds and the canonical line, and the common ones.
    pub fn router(&self, ids: Arc<Ids>, metrics: Option<PrometheusHandle>) -> Router {
        let mut routes = self.routes.clone();
        if let Some(verifier) = &self.verifier {
            routes = routes
                .layer(middleware::from_fn_with_state(verifier.clone(), city_auth::authenticate));
        }
        let routes = routes
            .layer(middleware::from_fn(within_deadline))
            .layer(RequestBodyLimitLayer::new(self.max_body_bytes))
            .layer(CatchPanicLayer::custom(|_| {
                Problem::new(Kind::Internal, "INTERNAL", "something went wrong on our side")
                    .into_response()
            }));
        let common = Router::new()
            .route("/healthz", get(async || "alive\n"))
            .route("/readyz", get(readyz))
            .with_state(self.readiness.clone())
            .route(
                "/metrics",
                get(async move || metrics.map(|handle| handle.render()).unwrap_or_default()),
            );
        let canonical = Canonical { service: self.name, ids };
        common.merge(routes).layer(middleware::from_fn_with_state(canonical, city_http::canonical))
    }
}

/// Alive is not ready: which dependency does not answer is said by name.
async fn readyz(State(checks): State<Vec<Check>>) -> response::Result<Response> {
    let answers =
        join_all(checks.iter().map(async |check| (check.name, check.passes().await))).await;
    let away: Vec<_> =
        answers.iter().filter(|(_, answered)| !answered).map(|(name, _)| *name).collect();
    if away.is_empty() {
        return Ok(Json(json!({ "ready": true })).into_response());
    }
    Ok(Problem::new(Kind::Unavailable, "NOT_READY", format!("no answer from {}", away.join(", ")))
        .into_response())
}

/// A caller says how long it will wait (`x-deadline-ms`, remaining time): work beyond that is dropped, and with it any
/// transaction that has not committed.
async fn within_deadline(request: Request, next: Next) -> Response {
    let remaining =
        request.headers().get("x-deadline-ms").and_then(|value| value.to_str().ok()?.parse().ok());
    let Some(remaining) = remaining.map(Duration::from_millis) else {
        return next.run(request).await;
    };
    match tokio::time::timeout(remaining, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Problem::new(Kind::Unavailable, "DEADLINE", "the caller's time is over").into_response()
        }
    }
}
