//! A gateway behind its real accept loop, before a spy that plays the services over real HTTP.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::{TimeZone as _, Utc};
use city_auth::access::{AccessClaims, Jwks};
use city_auth::internal::Identity;
use city_auth::session::{SessionRecord, SessionStatus};
use city_auth::{PrincipalKind, SigningKey};
use city_boot::{GatewayInfra, Profile, RedisStore, Tasks};
use city_clock::{Clock as _, ManualClock};
use city_gateway::Config;
use city_http::Limits;
use city_ids::{AccountId, Ids, ServiceName, SessionId};
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub const ISSUER: &str = "http://city.test";

/// A request as a service saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// With the service's name in front: `/reports/internal/v1/report`.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Debug, Clone)]
struct Script {
    status: StatusCode,
    content_type: &'static str,
    body: String,
}

/// Plays all services: what it is told to, else 404.
#[derive(Debug, Clone, Default)]
pub struct Spy {
    scripts: Arc<Mutex<HashMap<String, Script>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    asked: Arc<Notify>,
}

impl Spy {
    /// From now on this path answers this.
    pub fn answers(&self, path: &str, body: &Value) {
        self.plays(path, StatusCode::OK, "application/json", &body.to_string());
    }

    /// From now on this path answers with this status, type and text.
    pub fn plays(&self, path: &str, status: StatusCode, content_type: &'static str, body: &str) {
        let script = Script { status, content_type, body: body.to_owned() };
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), script);
    }

    /// From now on this path knows nothing.
    pub fn forgets(&self, path: &str) {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// From now on this path does not answer.
    pub fn hangs(&self, path: &str) {
        self.plays(path, StatusCode::PROCESSING, "", "");
    }

    /// Returns once a path was asked this often.
    pub async fn waits_for(&self, path: &str, times: usize) {
        let asked = async {
            while self.seen(path).len() < times {
                self.asked.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the path is asked");
    }

    /// The requests to a path so far.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|seen| seen.path.split('?').next() == Some(path)).cloned().collect()
    }
}

async fn play(State(spy): State<Spy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let whole =
        parts.uri.path_and_query().map_or_else(|| path.clone(), |whole| whole.as_str().to_owned());
    let Ok(body) = body.collect().await else {
        return Response::new(Body::empty()); // the gateway cut it
    };
    let seen = Seen { path: whole, headers: parts.headers, body: body.to_bytes() };
    spy.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    spy.asked.notify_one();
    let script = spy.scripts.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
    if script.as_ref().is_some_and(|script| script.status == StatusCode::PROCESSING) {
        std::future::pending::<()>().await;
    }
    let (status, content_type, body) = match script {
        Some(script) => (script.status, script.content_type, script.body),
        None => (StatusCode::NOT_FOUND, "application/problem+json", not_found().to_string()),
    };
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, content_type);
    response
        .header("set-cookie", "leak=1")
        .body(Body::from(body))
        .expect("the spy's answer is well-formed")
}

fn not_found() -> Value {
    json!({ "type": "/errors/NOT_FOUND", "title": "Not Found", "status": 404, "detail": "x", "kind": "NOT_FOUND", "code": "NOT_FOUND" })
}

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Person {
    pub account: AccountId,
    pub session: SessionId,
    pub token: String,
}

/// The gateway under test.
pub struct Door {
    pub url: String,
    pub address: SocketAddr,
    pub spy: Spy,
    pub clock: Arc<ManualClock>,
    pub redis: RedisStore,
    pub http: reqwest::Client,
    pub tasks: Tasks,
    key: SigningKey,
    ids: Arc<Ids>,
}

/// What differs between tests.
pub struct Setting {
    pub profile: Profile,
    pub admin_document: String,
    pub web_origins: Vec<String>,
}

impl Default for Setting {
    fn default() -> Self {
        let admin_document = json!({ "paths": {} }).to_string();
        Self {
            profile: Profile::Development,
            admin_document,
            web_origins: vec!["https://console.test".to_owned()],
        }
    }
}

/// Runs a test against a gateway of its own.
pub fn run(setting: Setting, test: impl AsyncFnOnce(&Door)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let door = Door::open(setting).await;
        test(&door).await;
        door.tasks.stopping().cancel();
    });
}

impl Door {
    async fn open(setting: Setting) -> Self {
        let tasks = Tasks::new();
        let start =
            Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).single().expect("a Wednesday, 09:00 in Hue");
        let clock = Arc::new(ManualClock::new(start));
        let ids = Arc::new(Ids::random());
        let (spy, key) = (Spy::default(), SigningKey::from_seed(&[9; 32]));
        let upstream = serve(&tasks, Router::new().fallback(play).with_state(spy.clone())).await;
        let keys = Jwks { keys: vec![key.verifying_key().jwk()] };
        spy.answers(
            "/accounts/.well-known/jwks.json",
            &serde_json::to_value(keys).expect("keys are JSON"),
        );

        let prefix = format!("t{}:", u64::from_be_bytes(ids.bytes()));
        let redis = RedisStore::open(&city_testkit::redis_url(), &prefix)
            .expect("the test Redis has a URL");
        let infra = GatewayInfra {
            profile: setting.profile,
            redis: redis.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            identity: Identity::new(
                ServiceName::Gateway,
                SigningKey::from_seed(&[4; 32]),
                clock.clone(),
            ),
            http: city_http::client(),
        };
        let config = Config {
            accounts_url: format!("http://{upstream}/accounts"),
            reports_url: format!("http://{upstream}/reports"),
            notifications_url: format!("http://{upstream}/notifications"),
            catalogue_url: format!("http://{upstream}/catalogue"),
            payments_url: format!("http://{upstream}/payments"),
            issuer: ISSUER.to_owned(),
            trusted_proxies: Vec::new(),
            forwarded_header: "x-forwarded-for".to_owned(),
            web_origins: setting.web_origins,
            documents: Some(city_gateway::Mode::Open),
            manifests: None,
            response_cache: true,
        };
        let service = city_gateway::build_with(config, infra, &setting.admin_document)
            .expect("the gateway is built");
        let router = service.router(ids.clone(), None);
        for worker in service.workers {
            tasks.run(worker);
        }
        let address = serve(&tasks, router).await;
        let url = format!("http://{address}");
        Self { url, address, spy, clock, redis, http: city_http::client(), tasks, key, ids }
    }

    /// Somebody with a living session and an access token.
    pub fn sign_in(&self, kind: PrincipalKind) -> Person {
        self.sign_in_proven(kind, chrono::Duration::zero())
    }

    /// The same, of somebody who proved who they are this long ago.
    pub fn sign_in_proven(&self, kind: PrincipalKind, ago: chrono::Duration) -> Person {
        let now = self.clock.now();
        let (account, session) = (self.ids.next(now), self.ids.next(now));
        let record = SessionRecord {
            sid: session,
            status: SessionStatus::Active,
            sub: account,
            act: None,
            kind,
            ial: 1,
            ial_until: None,
            auth_at: now - ago,
            hold_until: None,
            exp: now + chrono::Duration::hours(12),
            grants: Vec::new(),
            rev: 1,
        };
        let record = serde_json::to_value(record).expect("a record is JSON");
        self.spy.answers(&format!("/accounts/internal/v1/sessions/{session}"), &record);
        let token = AccessClaims::new(ISSUER, account, session, kind, 1, now).sign(&self.key);
        Person { account, session, token }
    }

    /// Returns once the gateway hears announcements of changed sessions.
    pub async fn is_listening_to_sessions(&self) {
        let channel = self.redis.key(city_auth::session::CHANNEL);
        let subscribed = async {
            let mut command = redis::cmd("PUBSUB");
            command.arg("NUMSUB").arg(&channel);
            while self.redis.run::<(String, u64)>(&command).await.map_or(0, |(_, count)| count) == 0
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), subscribed)
            .await
            .expect("the gateway subscribes");
    }

    /// A request to the gateway.
    pub fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).timeout(Duration::from_secs(20))
    }
}

async fn serve(tasks: &Tasks, router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("a bound port has an address");
    let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
    tasks.spawn(city_http::serve(listener, router, limits, tasks.stopping()));
    address
}
