//! Limits are decided where money moves, at the same moment.

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Clock as _;
use city_testkit::{Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::shop::{self, shop};
use crate::subject::Payments;
use crate::town::{Town, available, new_id, one, rich, send};

/// Their last proof beside the PIN is too long ago.
fn weak(mut who: Character) -> Character {
    who.principal.auth_at = None;
    who
}

/// They proved who they are just now.
fn strong(city: &Town, mut who: Character) -> Character {
    who.principal.auth_at = Some(city.clock().now());
    who
}

async fn refusal(city: &Town, who: &Character, payee: &str, amount: i64) -> (String, Value) {
    let refused = send(city, who, payee, amount).await;
    (refused.code(), refused.json()["details"].clone())
}

#[test]
fn without_a_strong_proof_ten_million_at_once_and_twenty_a_day() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 90_000_000).await, rich(city, 0).await);
        let payer = weak(payer);
        let single = json!({ "rule": "STRONG_SINGLE", "max": "10000000" });
        let day = json!({ "rule": "STRONG_DAY", "max": "20000000" });
        let stronger = || "STRONGER_STEP_UP".to_owned();

        assert_eq!(refusal(city, &payer, &to, 10_000_001).await, (stronger(), single));
        drop(send(city, &payer, &to, 10_000_000).await.ok());
        drop(send(city, &strong(city, payer.clone()), &to, 9_999_999).await.ok());
        assert_eq!(refusal(city, &payer, &to, 2).await, (stronger(), day));
        drop(send(city, &payer, &to, 1).await.ok());
        drop(send(city, &strong(city, payer.clone()), &to, 10_000_001).await.ok());
        city.clock().set(Utc.with_ymd_and_hms(2026, 3, 4, 16, 59, 59).unwrap());
        assert_eq!(send(city, &payer, &to, 1).await.code(), "STRONGER_STEP_UP");
        city.clock().advance(Duration::seconds(1));
        drop(send(city, &payer, &to, 10_000_000).await.ok());

        assert_eq!(available(&payer).await, 49_999_999);
        city.settle().await;
    });
}

#[test]
fn fifty_million_at_once_and_a_hundred_a_month() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 500_000_000).await, rich(city, 0).await);
        let exceeded = || "LIMIT_EXCEEDED".to_owned();
        let single = json!({ "rule": "SINGLE", "max": "50000000" });
        let month = json!({ "rule": "MONTH", "max": "100000000" });

        assert_eq!(refusal(city, &payer, &to, 50_000_001).await, (exceeded(), single));
        drop(send(city, &payer, &to, 50_000_000).await.ok());
        city.clock().set(Utc.with_ymd_and_hms(2026, 3, 31, 16, 59, 59).unwrap());
        let payer = strong(city, payer);
        drop(send(city, &payer, &to, 49_999_999).await.ok());
        assert_eq!(refusal(city, &payer, &to, 2).await, (exceeded(), month));
        let wallet = payer.post("/internal/v1/my-wallet", &json!({})).await.ok();
        let limits = wallet["limits"].as_array().unwrap();
        let used = limits.iter().find(|limit| limit["code"] == "MONTH").unwrap();
        assert_eq!(
            (&used["used"], &used["resetsAt"]),
            (&json!("99999999"), &json!("2026-03-31T17:00:00Z"))
        );
        assert_eq!(used["excludes"].as_array().map(Vec::len), Some(9));
        city.clock().advance(Duration::seconds(1));
        drop(send(city, &payer, &to, 50_000_000).await.ok()); // April

        city.settle().await;
    });
}

#[test]
fn while_money_is_held_back_two_million_a_day_however_many_phones_try() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 90_000_000).await, rich(city, 0).await);
        let mut payer = payer;
        payer.principal.hold_until = Some(city.clock().now() + Duration::hours(24));

        let tries = join_all((0..6).map(|_| send(city, &payer, &to, 900_000))).await;

        let refused: Vec<_> =
            tries.iter().map(city_testkit::Answer::code).filter(|code| !code.is_empty()).collect();
        assert_eq!(refused, ["LIMIT_EXCEEDED"; 4]);
        assert_eq!(send(city, &payer, &to, 200_001).await.code(), "LIMIT_EXCEEDED");
        drop(send(city, &payer, &to, 200_000).await.ok());
        payer.principal.hold_until = Some(city.clock().now());
        drop(send(city, &payer, &to, 5_000_000).await.ok());
        assert_eq!(available(&payer).await, 83_000_000);
        city.settle().await;
    });
}

#[test]
fn a_rule_of_a_level_binds_the_lower_of_wallet_and_session() {
    run::<Payments>(async |city: &Town| {
        // Before anybody reads version 0: a version never changes.
        let rule = "insert into payments.limit_rule values (0, 5, 'LOW_LEVEL', null, 0, 1, 'ANY', null, '{}', 'SINGLE',
                    1000, 'REFUSE', 'a test', true)";
        sqlx::raw_sql(rule).execute(city.db()).await.unwrap();
        let ((payer, _), (_, to)) = (rich(city, 9_000_000).await, rich(city, 0).await);
        let mut lapsed = payer.clone();
        lapsed.principal.identity_level = 1;

        assert_eq!(send(city, &lapsed, &to, 1_001).await.code(), "LIMIT_EXCEEDED");
        drop(send(city, &lapsed, &to, 1_000).await.ok());
        drop(send(city, &payer, &to, 1_001).await.ok());
        city.settle().await;
    });
}

/// What counts against the month's limit now.
async fn month(who: &Character) -> i64 {
    let wallet = who.post("/internal/v1/my-wallet", &json!({})).await.ok();
    let limits = wallet["limits"].as_array().expect("a wallet has limits");
    let month = limits.iter().find(|limit| limit["code"] == "MONTH").expect("one of the month");
    month["used"].as_str().and_then(|used| used.parse().ok()).expect("money is text")
}

#[test]
fn what_a_reserve_did_not_take_is_given_back_to_its_month_and_a_refund_gives_nothing_back() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 500_000_000).await;
        let mut payer = strong(city, payer);
        let shop = shop(city, None).await;
        let reserve = async |payer: &Character, order: &str, amount: i64| {
            let order = shop.order(city, order, amount, "MANUAL").await;
            let paid = shop::pay(city, payer, &json!({ "orderId": order["id"] })).await.ok();
            paid["id"].as_str().expect("a payment has an id").to_owned()
        };
        let end = async |payment: &str, how: &str, amount: Option<&str>| {
            let mut body = json!({ "id": new_id(city) });
            if let Some(amount) = amount {
                body["amount"] = amount.into();
            }
            let path = format!("/merchant/v1/payments/{payment}/{how}");
            drop(shop.post(city, &path, &body).await.ok());
        };

        let captured = reserve(&payer, "DH-1", 30_000_000).await;
        let voided = reserve(&payer, "DH-2", 40_000_000).await;
        assert_eq!(month(&payer).await, 70_000_000, "a reserve counts at once");
        drop(reserve(&payer, "DH-3", 29_999_999).await); // nobody takes it
        end(&captured, "capture", Some("20000000")).await;
        assert_eq!(month(&payer).await, 89_999_999, "the rest of a reserve");
        end(&voided, "void", None).await;
        assert_eq!(month(&payer).await, 49_999_999);
        city.clock().advance(Duration::days(7));
        city.settle().await;
        assert_eq!(month(&payer).await, 20_000_000, "what ended by itself");
        let back =
            json!({ "id": new_id(city), "amount": "20000000", "reason": "brought back whole" });
        let path = format!("/merchant/v1/payments/{captured}/refunds");
        assert_eq!(shop.post(city, &path, &back).await.ok()["state"], "DONE");
        assert_eq!(month(&payer).await, 20_000_000, "a refund");

        city.clock().set(Utc.with_ymd_and_hms(2026, 3, 31, 16, 0, 0).unwrap());
        payer = strong(city, payer);
        let last = reserve(&payer, "DH-4", 50_000_000).await;
        assert_eq!(month(&payer).await, 70_000_000);
        city.clock().advance(Duration::hours(2)); // April
        end(&last, "void", None).await;
        assert_eq!(month(&payer).await, 0);
        // Day and month in which it was reserved have it back, and no other window gave anything.
        let odd = "select count(*) from payments.ledger_counter where used not in (0, 20000000)";
        assert_eq!(one(city, odd).await, 0);
        assert_eq!(available(&payer).await, 500_000_000);
        city.settle().await;
    });
}
