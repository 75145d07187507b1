//! A real HTTP server that answers for all services as it was told, and notes who was asked what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::internal::Verifier;
use city_auth::{Principal, PublicJwk};
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the services were asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub body: Value,
    pub locale: String,
    /// What the app says it is, as the gateway passed it on.
    pub platform: String,
    /// Whom the gateway vouched for; none if its token does not verify at that service.
    pub principal: Option<Principal>,
}

/// The spy, and the address it listens at.
#[derive(Debug, Clone)]
pub struct Spy {
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    verifiers: Vec<Verifier>,
    answers: Mutex<HashMap<String, Script>>,
    asked: Mutex<Vec<Asked>>,
    gate: watch::Sender<bool>,
}

/// What a path answers.
#[derive(Debug, Clone)]
struct Script {
    status: StatusCode,
    body: String,
    cache_control: &'static str,
}

impl Spy {
    /// Begins to listen. Verifiers are those of the services it stands for.
    pub async fn start(verifiers: Vec<Verifier>, key: &PublicJwk) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (answers, asked) = (Mutex::default(), Mutex::default());
        let inner = Arc::new(Inner { verifiers, answers, asked, gate: watch::Sender::new(true) });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        #[expect(clippy::disallowed_methods, reason = "the test's runtime ends it")]
        tokio::spawn(async move { axum::serve(listener, router).await.expect("the spy listens") });
        let spy = Self { url, inner };
        spy.answer("/.well-known/jwks.json", json!({ "keys": [key] }));
        spy
    }

    /// What a path answers from now on.
    pub fn answer(&self, path: &str, body: impl Into<Value>) {
        self.answer_raw(path, StatusCode::OK, body.into().to_string());
    }

    /// A refusal as services word it.
    pub fn refuse(&self, path: &str, kind: &str, code: &str) {
        let status = match kind {
            "INVALID" => StatusCode::UNPROCESSABLE_ENTITY,
            "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
            "FORBIDDEN" => StatusCode::FORBIDDEN,
            "NOT_FOUND" => StatusCode::NOT_FOUND,
            "CONFLICT" => StatusCode::CONFLICT,
            "TOO_MANY" => StatusCode::TOO_MANY_REQUESTS,
            "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = format!("detail of {code}");
        let body = json!({
            "type": format!("/errors/{code}"), "title": "x", "status": status.as_u16(),
            "detail": detail, "kind": kind, "code": code,
        });
        self.answer_raw(path, status, body.to_string());
    }

    /// Any answer at all.
    pub fn answer_raw(&self, path: &str, status: StatusCode, body: String) {
        self.play(path, Script { status, body, cache_control: "" });
    }

    /// What a path answers from now on, with what it says about keeping it.
    pub fn answer_keeping(&self, path: &str, cache_control: &'static str, body: impl Into<Value>) {
        let body = body.into().to_string();
        self.play(path, Script { status: StatusCode::OK, body, cache_control });
    }

    fn play(&self, path: &str, script: Script) {
        let mut answers = self.inner.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(path.to_owned(), script);
    }

    /// From now on questions are noted and wait.
    pub fn hold(&self) {
        self.inner.gate.send_replace(false);
    }

    /// Those who wait are answered.
    pub fn release(&self) {
        self.inner.gate.send_replace(true);
    }

    /// Returns once a path was asked this often.
    pub async fn wait_for(&self, path: &str, times: usize) {
        let asked = async {
            while self.asked(path).len() < times {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the path is asked");
    }

    /// What was asked so far on a path.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// What was asked so far beyond keys and sessions.
    pub fn asked_for_people(&self) -> usize {
        let asked = self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = |path: &str| {
            path.starts_with("/internal/v1/sessions/") || path.starts_with("/.well-known/")
        };
        asked.iter().filter(|asked| !is_own(&asked.path)).count()
    }
}

async fn answer(
    State(spy): State<Arc<Inner>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = text(header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    let asked = Asked {
        path: uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        locale: text(header::ACCEPT_LANGUAGE).to_owned(),
        platform: headers
            .get("x-app-platform")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        principal: spy.verifiers.iter().find_map(|verifier| verifier.verify(token).ok()),
    };
    let known =
        spy.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&asked.path).cloned();
    spy.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    if spy.gate.subscribe().wait_for(|is_open| *is_open).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let away =
        Script { status: StatusCode::SERVICE_UNAVAILABLE, body: String::new(), cache_control: "" };
    let Script { status, body, cache_control } = known.unwrap_or(away);
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, cache_control)];
    (status, headers, body).into_response()
}
