//! One log line and one measurement a request, with its outcome; the trace context is set here.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use city_ids::{Ids, ServiceName};
use tracing::Instrument as _;

use crate::outcome::Refusal;
use crate::trace::{self, TraceContext};

/// What the line needs to know about the service it speaks for.
#[derive(Debug, Clone)]
pub struct Canonical {
    /// The service that answers.
    pub service: ServiceName,
    /// Where new trace and span ids come from.
    pub ids: std::sync::Arc<Ids>,
}

/// The request id, as the caller may quote it to support; in the extensions of every request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Middleware: sets the trace context, runs the request, writes the canonical line.
///
/// Privacy: only the route pattern is logged, never a path, query, header or body.
pub async fn canonical(
    State(canonical): State<Canonical>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let incoming = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let context = match incoming.and_then(TraceContext::parse) {
        Some(caller) => caller.hop(canonical.ids.bytes()),
        None => TraceContext::start(canonical.ids.bytes()),
    };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(context.trace_id()));

    let span = tracing::info_span!("request", service = %canonical.service, trace.id = %context.trace_id());
    let response = trace::within(context, next.run(request)).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let refusal = response.extensions().get::<Refusal>();
    let code = refusal.map_or("", |refusal| refusal.code.as_str());
    let chain = refusal.and_then(|refusal| refusal.chain.as_deref()).unwrap_or("");
    let _entered = span.enter();
    if route == "/healthz" || route == "/readyz" || route == "/metrics" {
        tracing::debug!(http.method = %method, http.route = route, http.status = status, duration_ms, "Answered {method} {route} with {status}");
    } else if status == 500 {
        tracing::error!(http.method = %method, http.route = route, http.status = status, error.code = code, error.chain = chain, duration_ms, "Failed {method} {route}");
    } else {
        tracing::info!(http.method = %method, http.route = route, http.status = status, error.code = code, error.chain = chain, duration_ms, "Answered {method} {route} with {status}");
    }
    let labels = [
        ("service", canonical.service.as_str().to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
    response
}
