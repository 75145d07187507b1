//! Events sent to merchants: signed, tried again, given up, sent again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use chrono::Duration;
use city_boot::{Infra, Profile, Tasks};
use city_clock::Clock as _;
use city_payments::{Config, build};
use city_testkit::{Answer, run};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::shop::{Shop, hmac, pay, shop};
use crate::subject::{Payments, config};
use crate::town::{Town, new_id, one, rich, told};

const WEBHOOKS: &str = "/merchant/v1/webhooks";

/// How a receiver answers.
#[derive(Debug, Clone)]
pub enum Manner {
    Answers(u16),
    Redirects(String),
    Silent,
}

/// Somebody's server: what it heard, and how it answers.
pub struct Receiver {
    pub url: String,
    heard: Arc<Mutex<Vec<(String, String)>>>,
    manner: Arc<Mutex<Manner>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let heard: Arc<Mutex<Vec<_>>> = Arc::default();
        let manner = Arc::new(Mutex::new(Manner::Answers(200)));
        let (ears, ways) = (heard.clone(), manner.clone());
        let hear = move |headers: HeaderMap, body: Bytes| {
            let (ears, ways) = (ears.clone(), ways.clone());
            async move {
                let signature = headers.get("city-signature").and_then(|value| value.to_str().ok());
                let signature = signature.unwrap_or_default().to_owned();
                let body = String::from_utf8_lossy(&body).into_owned();
                ears.lock().expect("no test panics here").push((signature, body));
                let manner = ways.lock().expect("no test panics here").clone();
                answer(manner).await
            }
        };
        let router = Router::new().fallback(hear);
        Tasks::new().spawn(async move {
            axum::serve(listener, router).await.expect("it serves until the test ends");
        });
        Self { url, heard, manner }
    }

    pub fn behaves(&self, manner: Manner) {
        *self.manner.lock().expect("no test panics here") = manner;
    }

    /// What was heard since the last time, as signature and body.
    pub fn heard(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.heard.lock().expect("no test panics here"))
    }
}

async fn answer(manner: Manner) -> Response {
    match manner {
        Manner::Answers(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Manner::Redirects(to) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Manner::Silent => std::future::pending().await,
    }
}

/// Has a merchant's events sent to a receiver, and gives the endpoint.
async fn listens(city: &Town, shop: &Shop, url: &str) -> Value {
    shop.post(city, WEBHOOKS, &json!({ "url": url })).await.ok()
}

/// Somebody pays the merchant.
async fn sale(city: &Town, shop: &Shop, amount: i64) -> String {
    let (payer, _) = rich(city, amount).await;
    let what = json!({ "payeeId": shop.id, "amount": amount.to_string() });
    let paid = pay(city, &payer, &what).await.ok();
    paid["id"].as_str().expect("a payment has an id").to_owned()
}

async fn act(city: &Town, shop: &Shop, endpoint: &Value, verb: &str, body: &Value) -> Answer {
    let id = endpoint["id"].as_str().expect("an endpoint has an id");
    shop.post(city, &format!("{WEBHOOKS}/{id}/{verb}"), body).await
}

async fn waiting(city: &Town) -> i64 {
    one(city, "select count(*) from payments.webhook_delivery where state = 'WAITING'").await
}

#[test]
fn a_payment_is_told_once_signed_and_without_its_payer() {
    run::<Payments>(async |city: &Town| {
        let (ours, other, receiver) =
            (shop(city, None).await, shop(city, None).await, Receiver::start().await);
        let endpoint = listens(city, &ours, &receiver.url).await;
        assert_eq!(listens(city, &ours, &receiver.url).await["secret"], Value::Null, "shown once");
        let (payer, wallet) = rich(city, 100_000).await;
        let order = ours.order(city, "DH-1", 30_000, "MANUAL").await;
        let paid = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        sale(city, &other, 500).await;
        city.settle().await;
        let path = format!("/merchant/v1/payments/{}/capture", paid["id"].as_str().unwrap());
        let capture = json!({ "id": new_id(city), "amount": "20000" });
        drop(ours.post(city, &path, &capture).await.ok());

        city.settle().await;
        city.settle().await;

        let heard = receiver.heard();
        assert_eq!(heard.len(), 2);
        let now = city.clock().now().timestamp();
        for (signature, body) in &heard {
            let secret = endpoint["secret"].as_str().unwrap();
            assert_eq!(
                *signature,
                format!("t={now},v1={}", hmac(secret, &format!("{now}.{body}")))
            );
            assert!(
                !body.contains(&wallet) && !body.contains(&payer.account().to_string()),
                "{body}"
            );
        }
        let bodies: Vec<Value> =
            heard.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
        let seen = |kind: &str| bodies.iter().find(|body| body["type"] == kind).unwrap();
        let authorised = seen("payment.authorised");
        assert!(authorised["id"].as_str().unwrap().starts_with("evt_"));
        assert_eq!((&authorised["seq"], &seen("payment.captured")["seq"]), (&json!(1), &json!(2)));
        let wanted = json!({
            "payment": paid["id"], "amount": "30000", "purpose": "GOODS", "order": order["id"], "orderRef": "DH-1",
        });
        assert_eq!(authorised["data"], wanted);
        assert_eq!(seen("payment.captured")["data"]["amount"], "20000");
        let events = ours.get(city, "/merchant/v1/events").await.ok();
        assert_eq!(events["events"], json!([authorised, seen("payment.captured")]));
        let rest = ours.get(city, "/merchant/v1/events?after=1&first=1").await.ok();
        assert_eq!(rest, json!({ "events": [seen("payment.captured")], "hasNextPage": false }));
        assert_eq!(
            other.get(city, "/merchant/v1/events").await.ok()["events"].as_array().map(Vec::len),
            Some(1)
        );
    });
}

#[test]
fn for_a_day_after_a_rotation_the_old_secret_signs_too() {
    run::<Payments>(async |city: &Town| {
        let (shop, receiver) = (shop(city, None).await, Receiver::start().await);
        let endpoint = listens(city, &shop, &receiver.url).await;
        let rotated = act(city, &shop, &endpoint, "rotate", &json!({})).await.ok();
        let again = act(city, &shop, &endpoint, "rotate", &json!({})).await;
        let (old, new) =
            (endpoint["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
        assert_ne!(old, new);
        assert_eq!(again.code(), "STATE");

        for (later, secrets) in [(0, vec![new, old]), (24 * 60 - 1, vec![new, old]), (1, vec![new])]
        {
            city.clock().advance(Duration::minutes(later));
            sale(city, &shop, 500).await;
            city.settle().await;
            let (signature, body) = receiver.heard().remove(0);
            let now = city.clock().now().timestamp();
            let wanted = secrets.iter().fold(format!("t={now}"), |header, secret| {
                format!("{header},v1={}", hmac(secret, &format!("{now}.{body}")))
            });
            assert_eq!(signature, wanted, "{later} minutes later");
        }
        drop(act(city, &shop, &endpoint, "rotate", &json!({})).await.ok());
        city.settle().await;
    });
}

#[test]
fn a_receiver_that_is_down_for_two_days_hears_it_all_when_it_is_back() {
    run::<Payments>(async |city: &Town| {
        let (shop, receiver) = (shop(city, None).await, Receiver::start().await);
        let endpoint = listens(city, &shop, &receiver.url).await;
        receiver.behaves(Manner::Answers(500));
        sale(city, &shop, 500).await;
        city.settle().await;
        assert_eq!(receiver.heard().len(), 1);

        for minutes in [1, 5, 30, 120, 360, 720, 1_440] {
            city.clock().advance(Duration::minutes(minutes) - Duration::seconds(1));
            city.settle().await;
            assert!(receiver.heard().is_empty(), "before {minutes} minutes are over");
            city.clock().advance(Duration::seconds(1));
            city.settle().await;
            assert_eq!(receiver.heard().len(), 1, "after {minutes} minutes");
        }
        sale(city, &shop, 600).await;
        city.settle().await;
        let failure = one(
            city,
            "select count(*) from payments.webhook_delivery where failure = 'it answered 500'",
        )
        .await;
        assert_eq!(failure, 2);
        receiver.behaves(Manner::Answers(204));
        receiver.heard();
        city.clock().advance(Duration::days(1));
        city.settle().await;

        let mut seqs: Vec<_> = receiver
            .heard()
            .iter()
            .map(|(_, body)| serde_json::from_str::<Value>(body).unwrap()["seq"].clone())
            .collect();
        seqs.sort_by_key(Value::as_i64);
        assert_eq!(seqs, [json!(1), json!(2)]);
        assert_eq!(waiting(city).await, 0);
        let listed = shop.get(city, WEBHOOKS).await.ok();
        assert_eq!((&listed[0]["id"], &listed[0]["disabledAt"]), (&endpoint["id"], &Value::Null));
        assert_eq!((&listed[0]["waiting"], &listed[0]["dead"]), (&json!(0), &json!(0)));
        city.settle().await;
    });
}

#[test]
fn after_three_days_of_failures_an_endpoint_is_given_up_and_a_replay_brings_all_back() {
    run::<Payments>(async |city: &Town| {
        let (shop, receiver) = (shop(city, None).await, Receiver::start().await);
        let endpoint = listens(city, &shop, &receiver.url).await;
        receiver.behaves(Manner::Answers(410));
        sale(city, &shop, 500).await;
        let begun = city.clock().now();
        city.settle().await;
        for _ in 0..13 {
            city.clock().advance(Duration::hours(6));
            city.settle().await;
        }
        assert_eq!(
            told(city, "WebhookDisabled").await,
            [json!({ "merchant": shop.id, "endpoint": endpoint["id"] })]
        );
        sale(city, &shop, 600).await;
        receiver.heard();
        city.settle().await;
        let listed = shop.get(city, WEBHOOKS).await.ok();

        assert!(receiver.heard().is_empty(), "it is given up");
        assert_ne!(listed[0]["disabledAt"], Value::Null);
        assert_eq!((&listed[0]["dead"], waiting(city).await), (&json!(1), 0));
        let events = shop.get(city, "/merchant/v1/events").await.ok();
        let events = events["events"].as_array().unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["payment.succeeded", "webhook.disabled", "payment.succeeded"]);

        receiver.behaves(Manner::Answers(200));
        let first = json!({ "event": events[0]["id"] });
        assert_eq!(
            act(city, &shop, &endpoint, "replay", &first).await.ok(),
            json!({ "events": 1 })
        );
        city.settle().await;
        let heard = receiver.heard();
        assert_eq!(heard.len(), 1);
        assert_eq!(
            serde_json::from_str::<Value>(&heard[0].1).unwrap(),
            events[0],
            "with the id it had"
        );
        let since = json!({ "from": begun, "until": city.clock().now() + Duration::seconds(1) });
        assert_eq!(
            act(city, &shop, &endpoint, "replay", &since).await.ok(),
            json!({ "events": 3 })
        );
        sale(city, &shop, 700).await;
        city.settle().await;
        assert_eq!(receiver.heard().len(), 4, "and it hears of what comes after");
        assert_eq!(shop.get(city, WEBHOOKS).await.ok()[0]["disabledAt"], Value::Null);

        let unknown = json!({ "event": "evt_019a00000001700080000000000000ff" });
        assert_eq!(act(city, &shop, &endpoint, "replay", &unknown).await.code(), "NOT_FOUND");
        assert_eq!(act(city, &shop, &endpoint, "replay", &json!({})).await.code(), "INPUT");
        city.settle().await;
    });
}

#[test]
fn redirects_are_not_followed_and_private_addresses_not_called() {
    run::<Payments>(async |city: &Town| {
        let (shop, receiver, elsewhere) =
            (shop(city, None).await, Receiver::start().await, Receiver::start().await);
        for url in [
            "https://10.0.0.1/hook",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::ffff:192.168.0.1]/",
            "http://shop.example/hook",
            "http://localhost/hook",
            "https://user:secret@shop.example/",
            "file:///etc/passwd",
            "shop.example",
        ] {
            let refused = shop.post(city, WEBHOOKS, &json!({ "url": url })).await;
            assert_eq!(
                (refused.code().as_str(), refused.fields()),
                ("INPUT", vec!["/url".to_owned()]),
                "{url}"
            );
        }
        listens(city, &shop, &receiver.url).await;
        receiver.behaves(Manner::Redirects(elsewhere.url.clone()));
        sale(city, &shop, 500).await;

        city.settle().await;

        assert_eq!((receiver.heard().len(), elsewhere.heard().len()), (1, 0));
        assert_eq!(
            one(
                city,
                "select count(*) from payments.webhook_delivery where failure = 'it answered 302'"
            )
            .await,
            1
        );
        // An address that was let in by another configuration is looked at again before the call.
        let moved = "update payments.webhook_endpoint set url = 'https://10.0.0.1/hook'";
        sqlx::raw_sql(moved).execute(city.db()).await.unwrap();
        city.clock().advance(Duration::minutes(1));
        city.settle().await;
        assert_eq!(one(city, "select count(*) from payments.webhook_delivery where failure = 'the address is not called'").await, 1);
    });
}

#[test]
fn a_slow_receiver_is_tried_again_and_delays_no_other() {
    run::<Payments>(async |city: &Town| {
        let (shop, slow, quick) =
            (shop(city, None).await, Receiver::start().await, Receiver::start().await);
        listens(city, &shop, &slow.url).await;
        listens(city, &shop, &quick.url).await;
        slow.behaves(Manner::Silent);
        sale(city, &shop, 500).await;

        let begun = tokio::time::Instant::now();
        city.settle().await;

        let took = begun.elapsed().as_secs();
        // Ten, and what a busy machine adds; two calls one after the other would be waited for twice.
        assert!((9..60).contains(&took), "{took} seconds");
        assert_eq!((slow.heard().len(), quick.heard().len()), (1, 1));
        assert_eq!(one(city, "select count(*) from payments.webhook_delivery where failure = 'no answer within 10 seconds'").await, 1);
        slow.behaves(Manner::Answers(200));
        city.clock().advance(Duration::minutes(1));
        city.settle().await;
        assert_eq!((slow.heard().len(), quick.heard().len(), waiting(city).await), (1, 0, 0));
    });
}

#[test]
fn what_a_sender_took_and_never_sent_is_sent_by_another_and_what_redis_lost_too() {
    run::<Payments>(async |city: &Town| {
        let (shop, receiver) = (shop(city, None).await, Receiver::start().await);
        listens(city, &shop, &receiver.url).await;
        sale(city, &shop, 500).await;
        city.step("outbox-relay").await.unwrap();
        // The stream is gone before anybody read it.
        let redis = &city.infra().redis;
        let mut lose = redis::cmd("DEL");
        lose.arg(redis.key("city.payments"));
        let _: i64 = redis.run(&lose).await.unwrap();
        for _ in 0..3 {
            city.step("outbox-relay").await.unwrap(); // notices, and sends again
        }
        while waiting(city).await == 0 {
            city.step("merchant-events").await.unwrap();
        }
        // A sender takes it and dies.
        let now = city.clock().now();
        let take = format!(
            "update payments.webhook_delivery set next_at = '{}'",
            (now + Duration::seconds(60)).to_rfc3339()
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(take)).execute(city.db()).await.unwrap();
        city.settle().await;
        assert!(receiver.heard().is_empty(), "somebody has it");

        city.clock().advance(Duration::seconds(60));
        city.settle().await;

        assert_eq!((receiver.heard().len(), waiting(city).await), (1, 0));
    });
}

#[test]
fn production_calls_no_endpoint_on_its_own_machine_and_wants_its_keyring() {
    run::<Payments>(async |city: &Town| {
        let refusal = async |config: Config| {
            let infra = Infra { profile: Profile::Production, ..city.infra().clone() };
            build(config, infra).await.err().map(|error| error.to_string()).unwrap_or_default()
        };

        let loopback = refusal(Config { webhook_loopback: true, ..config() }).await;
        let keyring = refusal(Config { webhook_loopback: false, ..config() }).await;

        assert!(loopback.contains("PAYMENTS_WEBHOOK_LOOPBACK"), "{loopback}");
        assert!(keyring.contains("PAYMENTS_KEYRING_FILE"), "{keyring}");
    });
}
