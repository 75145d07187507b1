//! Who asks in a test, and what they are answered.

use axum::Router;
use axum::body::Body;
use city_auth::internal::Identity;
use city_auth::{Grant, Principal, PrincipalKind, Scope, permission};
use city_ids::{AccountId, ServiceName};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Somebody with a proven identity, who calls the service under test.
#[derive(Debug, Clone)]
pub struct Character {
    pub(crate) router: Router,
    pub(crate) identity: Identity,
    pub(crate) audience: ServiceName,
    /// What they can prove.
    pub principal: Principal,
}

impl Character {
    /// Their account.
    ///
    /// # Panics
    /// For the anonymous and for services.
    pub fn account(&self) -> AccountId {
        self.principal.account.expect("this character has an account")
    }

    /// The same person with another role over another scope.
    ///
    /// # Panics
    /// When the registry has no such role.
    #[must_use]
    pub fn with_role(mut self, role: &str, scope: Scope) -> Self {
        let role = permission::role(role).expect("the role is in the registry");
        self.principal.kind = PrincipalKind::Staff;
        self.principal.grants.push(Grant {
            scope,
            permissions: role.permissions.to_vec(),
            until: None,
        });
        self
    }

    /// The same person, when their session cannot be confirmed.
    #[must_use]
    pub fn degraded(mut self) -> Self {
        self.principal.degraded = true;
        self.principal.grants.clear();
        self
    }

    /// The same person at another instance of the service, such as one whose workers run.
    #[must_use]
    pub fn through(mut self, router: Router) -> Self {
        self.router = router;
        self
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Posts JSON under an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    /// Gets.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When the request cannot be built or its answer cannot be read: a broken test.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        match body {
            Some(body) => {
                let mut headers = headers.to_vec();
                headers.push((header::CONTENT_TYPE.as_str(), "application/json"));
                self.send_bytes(method, path, Body::from(body.to_string()), &headers).await
            }
            None => self.send_bytes(method, path, Body::empty(), headers).await,
        }
    }

    /// Sends a request with any body; its type is among the headers.
    ///
    /// # Panics
    /// When the request cannot be built or its answer cannot be read: a broken test.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        body: Body,
        headers: &[(&str, &str)],
    ) -> Answer {
        let token = self.identity.mint(&self.principal, self.audience);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("the test's request is well-formed");
        Answer::read(self.router.clone().oneshot(request).await.expect("a router is infallible"))
            .await
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Reads a response to its end.
    ///
    /// # Panics
    /// When the body breaks off.
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the answer is complete").to_bytes().to_vec();
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// The status with its words, such as `409 Conflict`.
    pub fn status(&self) -> String {
        self.status.to_string()
    }

    /// A header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The stable code of a refusal; empty for a success.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }

    /// The fields a refusal found wrong.
    pub fn fields(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|finding| finding["field"].as_str().map(str::to_owned)).collect()
    }

    /// The answer, which must be a success.
    ///
    /// # Panics
    /// When it is a refusal.
    #[expect(clippy::must_use_candidate, reason = "often only that it went well matters")]
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(
            self.status.is_success(),
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }
}
