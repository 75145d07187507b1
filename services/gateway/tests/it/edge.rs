//! The gateway under test, and people who ask it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use chrono::{TimeDelta, TimeZone as _, Utc};
use city_auth::access::AccessClaims;
use city_auth::internal::{Identity, Verifier};
use city_auth::session::{SessionRecord, SessionStatus};
use city_auth::{PrincipalKind, SigningKey};
use city_boot::{GatewayInfra, Profile, RedisStore, Worker};
use city_clock::{Clock as _, ManualClock};
use city_gateway::{Config, Mode};
use city_ids::{Ids, ServiceName, SessionId};
use city_testkit::Answer;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::spy::Spy;

pub const ISSUER: &str = "https://hue.example";
/// A port on which nothing ever answers.
pub const NOWHERE: &str = "redis://127.0.0.1:9";

/// A gateway, its services as a spy, and the means to sign people in.
pub struct Edge {
    pub spy: Spy,
    pub clock: Arc<ManualClock>,
    pub redis: RedisStore,
    pub workers: Vec<Arc<dyn Worker>>,
    router: Router,
    ids: Arc<Ids>,
    signing: SigningKey,
}

/// Runs a test against a gateway of its own.
pub fn run(test: impl AsyncFnOnce(&Edge)) {
    run_with(Profile::Development, &city_testkit::redis_url(), test);
}

/// The same, in another profile or with another Redis.
pub fn run_with(profile: Profile, redis_url: &str, test: impl AsyncFnOnce(&Edge)) {
    let redis_url = redis_url.to_owned();
    run_in(Setting { profile, redis_url, ..Setting::default() }, test);
}

/// What differs between tests.
pub struct Setting {
    pub profile: Profile,
    pub redis_url: String,
    pub documents: Option<Mode>,
    pub manifests: Option<PathBuf>,
    pub response_cache: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            profile: Profile::Development,
            redis_url: city_testkit::redis_url(),
            documents: Some(Mode::Open),
            manifests: None,
            response_cache: true,
        }
    }
}

/// Runs a test against a gateway that is set in its own way.
pub fn run_in(setting: Setting, test: impl AsyncFnOnce(&Edge)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        test(&Edge::start(setting).await).await;
    });
}

impl Edge {
    async fn start(setting: Setting) -> Self {
        let start =
            Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).single().expect("a Wednesday, 09:00 in Hue");
        let clock = Arc::new(ManualClock::new(start));
        let identity =
            Identity::new(ServiceName::Gateway, SigningKey::from_seed(&[1; 32]), clock.clone());
        let published = [identity.published()];
        let services = [
            ServiceName::Accounts,
            ServiceName::Reports,
            ServiceName::Notifications,
            ServiceName::Catalogue,
            ServiceName::Payments,
        ];
        let verifiers = services.map(|service| Verifier::new(service, &published, clock.clone()));
        let signing = SigningKey::from_seed(&[7; 32]);
        let spy = Spy::start(verifiers.to_vec(), &signing.verifying_key().jwk()).await;
        let prefix = format!("t{}:", u64::from_be_bytes(Ids::random().bytes()));
        let redis = RedisStore::open(&setting.redis_url, &prefix).expect("the URL is one");
        let ids = Arc::new(Ids::seeded(42));
        let infra = GatewayInfra {
            profile: setting.profile,
            redis: redis.clone(),
            clock: clock.clone(),
            ids: Arc::clone(&ids),
            identity,
            http: city_http::client(),
        };
        let config = Config {
            accounts_url: spy.url.clone(),
            reports_url: spy.url.clone(),
            notifications_url: spy.url.clone(),
            catalogue_url: spy.url.clone(),
            payments_url: spy.url.clone(),
            issuer: ISSUER.to_owned(),
            trusted_proxies: Vec::new(),
            forwarded_header: "x-forwarded-for".to_owned(),
            web_origins: Vec::new(),
            documents: setting.documents,
            manifests: setting.manifests,
            response_cache: setting.response_cache,
        };
        let service = city_gateway::build(config, infra).expect("the gateway can be built");
        let router = service.router(Arc::clone(&ids), None);
        Self { spy, clock, redis, workers: service.workers, router, ids, signing }
    }

    /// A session that accounts confirms, and its access token.
    pub fn sign_in(&self, kind: PrincipalKind) -> Session {
        let session = self.unconfirmed(kind);
        self.spy.answer(
            &session.path(),
            serde_json::to_value(&session.record).expect("a record is JSON"),
        );
        session
    }

    /// A session with a good token that accounts says nothing about.
    pub fn unconfirmed(&self, kind: PrincipalKind) -> Session {
        let now = self.clock.now();
        let record = SessionRecord {
            sid: self.ids.next(now),
            status: SessionStatus::Active,
            sub: self.ids.next(now),
            act: None,
            kind,
            ial: 1,
            ial_until: None,
            auth_at: now,
            hold_until: None,
            exp: now + TimeDelta::days(30),
            grants: Vec::new(),
            rev: 1,
        };
        let token =
            AccessClaims::new(ISSUER, record.sub, record.sid, kind, 1, now).sign(&self.signing);
        Session { record, token }
    }

    /// Posts a document.
    pub async fn post(&self, query: &str) -> Answer {
        self.ask(&json!({ "query": query }), None).await
    }

    /// Posts a document with variables.
    pub async fn post_with(&self, query: &str, variables: Value) -> Answer {
        self.ask(&json!({ "query": query, "variables": variables }), None).await
    }

    /// Posts a document as somebody.
    pub async fn post_as(&self, token: &str, query: &str) -> Answer {
        self.ask(&json!({ "query": query }), Some(token)).await
    }

    async fn ask(&self, body: &Value, token: Option<&str>) -> Answer {
        let mut request =
            Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(body.to_string())).expect("the request is well-formed"))
            .await
    }

    /// Sends any request.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("the request is well-formed"))
            .await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        // Every test is a customer of its own, or their limits would meet.
        self.send_from([203, 0, 113, 9], request).await
    }

    /// Sends any request from an address.
    pub async fn send_from(&self, address: [u8; 4], mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 4711))));
        Answer::read(self.router.clone().oneshot(request).await.expect("a router is infallible"))
            .await
    }

    /// Steps a worker by name.
    pub async fn step(&self, name: &str) {
        let worker = self.workers.iter().find(|worker| worker.name() == name);
        worker.expect("there is such a worker").step().await.expect("it can work");
    }
}

/// Somebody's session.
pub struct Session {
    pub record: SessionRecord,
    pub token: String,
}

impl Session {
    /// Where accounts is asked for it.
    pub fn path(&self) -> String {
        let sid: SessionId = self.record.sid;
        format!("/internal/v1/sessions/{sid}")
    }
}

/// The code of the first error of an answer.
pub fn code(answer: &Answer) -> String {
    text(answer, "/errors/0/extensions/code")
}

/// The service's own code of the first error.
pub fn reason(answer: &Answer) -> String {
    text(answer, "/errors/0/extensions/reason")
}

fn text(answer: &Answer, pointer: &str) -> String {
    answer.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
