//! Limits are decided where money moves, at the same moment.

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Clock as _;
use city_testkit::{Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{Town, available, rich, send};

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
        let ((payer, _), (_, to)) = (rich(city, 9_000_000).await, rich(city, 0).await);
        let rule = "insert into payments.limit_rule values (0, 5, 'LOW_LEVEL', null, 0, 1, 'ANY', null, '{}', 'SINGLE',
                    1000, 'REFUSE', 'a test', true)";
        sqlx::raw_sql(rule).execute(city.db()).await.unwrap();
        let mut lapsed = payer.clone();
        lapsed.principal.identity_level = 1;

        assert_eq!(send(city, &lapsed, &to, 1_001).await.code(), "LIMIT_EXCEEDED");
        drop(send(city, &lapsed, &to, 1_000).await.ok());
        drop(send(city, &payer, &to, 1_001).await.ok());
        city.settle().await;
    });
}
