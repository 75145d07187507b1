//! One service as seen by its callers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use city_auth::internal::Identity;
use city_http::trace;
use city_ids::ServiceName;
use http::{Method, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::breaker::Breaker;
use crate::call::{Call, CallError};

/// Calls in flight to one service.
const IN_FLIGHT: usize = 256;
/// How long a call waits for a place among them.
const QUEUE: Duration = Duration::from_millis(100);
/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Kept from the caller's time for writing its own answer.
const MARGIN: Duration = Duration::from_millis(50);
/// A read may take this long, a write as long as the caller waits.
const LONGEST_READ: Duration = Duration::from_secs(2);
const LONGEST_WRITE: Duration = Duration::from_secs(8);

/// The way to one service.
#[derive(Debug, Clone)]
pub struct ServiceClient {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    service: ServiceName,
    base: String,
    http: reqwest::Client,
    identity: Identity,
    breaker: Breaker,
    in_flight: Semaphore,
}

/// An answer, and whether others may be given the same.
#[derive(Debug)]
pub struct Answered<T> {
    /// The answer.
    pub value: T,
    /// Seconds it may be kept for everybody; none if it is the caller's own.
    pub public_max_age: Option<u32>,
}

impl ServiceClient {
    /// The way to `service` at `base`, such as `http://127.0.0.1:8082`.
    pub fn new(
        service: ServiceName,
        base: &str,
        http: reqwest::Client,
        identity: Identity,
    ) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let (breaker, in_flight) = (Breaker::default(), Semaphore::new(IN_FLIGHT));
        Self { inner: Arc::new(Inner { service, base, http, identity, breaker, in_flight }) }
    }

    /// Asks: a POST whose body holds the arguments and which changes nothing.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read<T: DeserializeOwned>(
        &self,
        call: &Call,
        doing: &'static str,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Answered<T>, CallError> {
        self.send(call, doing, Method::POST, path, Some(body), LONGEST_READ).await
    }

    /// Asks with a GET.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        call: &Call,
        doing: &'static str,
        path: &str,
    ) -> Result<T, CallError> {
        self.send(call, doing, Method::GET, path, None::<&()>, LONGEST_READ)
            .await
            .map(|answered| answered.value)
    }

    /// Changes something; the body carries an idempotency key.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn write<T: DeserializeOwned>(
        &self,
        call: &Call,
        doing: &'static str,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, CallError> {
        self.send(call, doing, Method::POST, path, Some(body), LONGEST_WRITE)
            .await
            .map(|answered| answered.value)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        doing: &'static str,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
        longest: Duration,
    ) -> Result<Answered<T>, CallError> {
        let inner = &*self.inner;
        let away = || CallError::Away { service: inner.service, doing };
        let rest = call
            .deadline
            .saturating_duration_since(Instant::now())
            .saturating_sub(MARGIN)
            .min(longest);
        if rest.is_zero() || !inner.breaker.lets_pass(Instant::now()) {
            return Err(away());
        }
        let place = tokio::time::timeout(QUEUE, inner.in_flight.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(away()) };

        let mut request = inner
            .http
            .request(method, format!("{}{path}", inner.base))
            .bearer_auth(inner.identity.mint(&call.principal, inner.service))
            .header(header::ACCEPT_LANGUAGE, call.locale.as_str())
            .header("x-deadline-ms", rest.as_millis().to_string())
            .timeout(rest);
        if let Some(context) = trace::current() {
            request = request.header("traceparent", context.header());
        }
        for (name, line) in call.app.lines() {
            request = request.header(name, line);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.exchange(request).await;
        // A refusal is an answer; only silence and 5xx say that the service is unwell.
        let failed = answer.as_ref().map_or(true, |(status, ..)| status.is_server_error());
        inner.breaker.learn(failed, Instant::now());
        let (status, public_max_age, bytes) = answer.map_err(|error| {
            tracing::debug!(service = %inner.service, error = %error.without_url(), "No answer while {doing}");
            away()
        })?;

        let garbage = |_| CallError::Garbage { service: inner.service, doing };
        if status.is_success() {
            let bytes = if bytes.is_empty() { b"null" } else { &*bytes };
            let value = serde_json::from_slice(bytes).map_err(garbage)?;
            call.heard.note(public_max_age);
            return Ok(Answered { value, public_max_age });
        }
        match serde_json::from_slice(&bytes) {
            Ok(problem) => Err(CallError::Refused(problem)),
            // Whoever stands in front of a service that is away words it in their own way.
            Err(_) if matches!(status.as_u16(), 502..=504) => Err(away()),
            Err(error) => Err(garbage(error)),
        }
    }

    /// Sends, once more if the connection broke before anything was answered: every call is a read or carries a key.
    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Option<u32>, Vec<u8>), reqwest::Error> {
        let again = request.try_clone();
        let mut sent = request.send().await;
        if let (Err(error), Some(again)) = (&sent, again)
            && error.is_request()
            && !error.is_timeout()
            && !error.is_connect()
        {
            sent = again.send().await;
        }
        let mut response = sent?;
        let status = response.status();
        let public_max_age = response
            .headers()
            .get(header::CACHE_CONTROL)
            .and_then(|value| public_max_age(value.to_str().ok()?));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                bytes.clear(); // too long for any contract: read as garbage
                break;
            }
        }
        Ok((status, public_max_age, bytes))
    }
}

/// The seconds of `public, max-age=n`.
fn public_max_age(cache_control: &str) -> Option<u32> {
    let mut directives = cache_control.split(',').map(str::trim);
    directives.clone().any(|directive| directive == "public").then_some(())?;
    directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_answers_may_be_kept() {
        assert_eq!(public_max_age("public, max-age=10"), Some(10));
        assert_eq!(public_max_age("private, max-age=10"), None);
        assert_eq!(public_max_age("no-store"), None);
    }
}
