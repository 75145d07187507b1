//! The webhook, against a relay on loopback.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use chrono::Duration;
use city_boot::{Infra, Service, Tasks};
use city_ids::ServiceName;
use city_notifications::{Config, MIGRATOR, SideName, build, seed};
use city_testkit::{City, Subject, run};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;

use crate::subject::production_config;

/// Notifications with two webhooks, at `/first` and `/second` of a relay of its own.
struct WithRelay;

/// What the relay was sent.
#[derive(Clone)]
struct Seen {
    path: String,
    key: String,
    signature: String,
    body: Bytes,
}

/// What the relay answers next; when nothing is left it accepts.
#[derive(Clone, Copy)]
enum Next {
    Accept,
    Status(StatusCode),
    Garbage,
    Silence,
    Refuse { permanent: bool },
    Redirect,
}

#[derive(Default)]
struct Relay {
    seen: Mutex<Vec<Seen>>,
    next: Mutex<VecDeque<Next>>,
}

/// By Redis prefix, which is a test's own.
static RELAYS: LazyLock<Mutex<HashMap<String, Arc<Relay>>>> = LazyLock::new(Mutex::default);

fn relay(infra: &Infra) -> Arc<Relay> {
    let mut relays = RELAYS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(relays.entry(infra.redis.key("")).or_default())
}

impl Relay {
    fn script(&self, next: &[Next]) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).extend(next);
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }
}

async fn receive(
    State(relay): State<Arc<Relay>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
    };
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let seen = Seen {
        path: uri.path().to_owned(),
        key: text("idempotency-key"),
        signature: text("city-signature"),
        body,
    };
    relay.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    let next = relay
        .next
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
        .unwrap_or(Next::Accept);
    let id = &request["messages"][0]["id"];
    let answer = |outcomes: Value| {
        (StatusCode::ACCEPTED, json!({ "outcomes": outcomes }).to_string()).into_response()
    };
    match next {
        Next::Accept => answer(json!([{ "id": id, "accepted": true, "ref": format!("r-{id}") }])),
        Next::Status(status) => status.into_response(),
        Next::Garbage => (StatusCode::ACCEPTED, "{").into_response(),
        Next::Silence => answer(json!([])),
        Next::Refuse { permanent } => answer(
            json!([{ "id": id, "accepted": false, "code": "NO_SUCH_NUMBER", "permanent": permanent }]),
        ),
        Next::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/second")]).into_response()
        }
    }
}

impl Subject for WithRelay {
    const NAME: ServiceName = ServiceName::Notifications;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        let listener =
            tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let routes = Router::new().fallback(post(receive)).with_state(relay(&infra));
        let tasks = Tasks::new();
        tasks.spawn(city_http::serve(
            listener,
            routes,
            city_http::Limits::default(),
            tasks.stopping(),
        ));
        seed(&infra.db).await.expect("the templates can be seeded");
        let first = production_config(&format!("{base}/first"));
        let config = Config {
            sms_second: Some(SideName::Webhook),
            sms_second_webhook_url: Some(format!("{base}/second")),
            sms_second_webhook_secret_file: first.sms_webhook_secret_file.clone(),
            ..first
        };
        build(config, infra).await.expect("everything is configured")
    }
}

async fn send(city: &City<WithRelay>) -> Value {
    let command = json!({ "key": "send-0001", "template": "account.code", "phone": "+84901234567", "locale": "vi",
        "variables": { "otp": "271828" } });
    city.service(ServiceName::Accounts).post("/internal/v1/messages/now", &command).await.ok()["outcome"].clone()
}

async fn later(city: &City<WithRelay>, seconds: i64) -> Value {
    city.clock().advance(Duration::seconds(seconds));
    city.settle().await;
    send(city).await // the same key: tells the outcome
}

#[test]
fn a_code_is_posted_signed_and_told_as_handed_over() {
    run::<WithRelay>(async |city| {
        let outcome = send(city).await;

        let seen = &relay(city.infra()).seen()[..];
        assert_eq!((outcome, seen.len()), (json!("HANDED"), 1));
        let body: Value = serde_json::from_slice(&seen[0].body).unwrap();
        assert_eq!(body["messages"][0]["text"], "Ma xac thuc: 271828. Khong dua ma cho ai.");
        assert_eq!(body["messages"][0]["to"], "+84901234567");
        let (at, signature) =
            seen[0].signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        assert_eq!(at, city.infra().clock.now().timestamp().to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"0123456789abcdef0123456789abcdef");
        let signed = [at.as_bytes(), b".", &seen[0].body].concat();
        let signature: Vec<u8> = (0..32)
            .map(|i| u8::from_str_radix(&signature[i * 2..i * 2 + 2], 16).unwrap())
            .collect();
        assert!(hmac::verify(&key, &signed, &signature).is_ok());
    });
}

#[test]
fn without_a_usable_answer_the_same_batch_goes_again_then_to_the_second_side() {
    run::<WithRelay>(async |city| {
        let relay = relay(city.infra());
        relay.script(&[Next::Status(StatusCode::BAD_GATEWAY), Next::Garbage, Next::Redirect]);

        assert_eq!(send(city).await, "QUEUED");
        assert_eq!(later(city, 1).await, "QUEUED");
        assert_eq!(relay.paths(), ["/first"], "two seconds are not over");
        assert_eq!(later(city, 1).await, "QUEUED");
        assert_eq!(later(city, 5).await, "QUEUED");
        assert_eq!(later(city, 10).await, "HANDED");

        assert_eq!(relay.paths(), ["/first", "/first", "/first", "/second"]);
        let keys: Vec<_> = relay.seen().into_iter().map(|seen| seen.key).collect();
        assert!(keys.iter().all(|key| *key == keys[0] && key.len() == 32), "{keys:?}");
    });
}

#[test]
fn an_item_without_an_outcome_goes_again_under_a_new_batch() {
    run::<WithRelay>(async |city| {
        let relay = relay(city.infra());
        relay.script(&[Next::Silence, Next::Refuse { permanent: false }]);

        send(city).await;
        later(city, 2).await;
        let outcome = later(city, 5).await;

        assert_eq!(outcome, "HANDED");
        let mut keys: Vec<_> = relay.seen().into_iter().map(|seen| seen.key).collect();
        keys.dedup();
        assert_eq!(keys.len(), 3);
    });
}

#[test]
fn a_refusal_for_good_goes_to_the_second_side_and_then_nowhere() {
    run::<WithRelay>(async |city| {
        let relay = relay(city.infra());
        relay.script(&[Next::Refuse { permanent: true }, Next::Refuse { permanent: true }]);

        send(city).await;
        let outcome = later(city, 0).await;

        assert_eq!(outcome, "FAILED");
        assert_eq!(relay.paths(), ["/first", "/second"]);
    });
}

#[test]
fn after_two_minutes_a_code_is_dead_and_gone() {
    run::<WithRelay>(async |city| {
        let relay = relay(city.infra());
        relay.script(&[Next::Status(StatusCode::SERVICE_UNAVAILABLE); 40]);
        send(city).await;

        for _ in 0..12 {
            later(city, 10).await;
        }

        assert_eq!(send(city).await, "FAILED");
        let tries = relay.seen().len();
        later(city, 600).await;
        assert_eq!(relay.seen().len(), tries, "nothing goes out any more");
        let sealed: i64 = sqlx::query_scalar(
            "select count(*) from notifications.delivery where sealed is not null",
        )
        .fetch_one(city.db())
        .await
        .unwrap();
        assert_eq!(sealed, 0);
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "plays a process that died after claiming")]
fn after_a_crash_between_claim_and_outcome_the_same_batch_goes_again() {
    run::<WithRelay>(async |city| {
        let relay = relay(city.infra());
        relay.script(&[Next::Status(StatusCode::BAD_GATEWAY)]);
        send(city).await;
        // It was claimed again, the relay took it, and the process died before it could write that down.
        let died = "update notifications.delivery set next_at = created_at, claimed_until = created_at + interval '15 s'";
        sqlx::query(died).execute(city.db()).await.unwrap();

        assert_eq!(later(city, 14).await, "QUEUED");
        assert_eq!(relay.seen().len(), 1, "the claim still counts");
        assert_eq!(later(city, 1).await, "HANDED");

        let seen = relay.seen();
        assert_eq!((seen.len(), &seen[0].key), (2, &seen[1].key));
        assert_eq!(seen[0].body, seen[1].body);
    });
}
