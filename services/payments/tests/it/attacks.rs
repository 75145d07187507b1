//! What a dishonest resident, merchant or officer, or bad luck with time, could try. Each was possible once, or nearly.

use chrono::Duration;
use city_blobs::S3Config;
use city_payments::{Config, ProvidersConfig};
use city_receipt::derive;
use city_testkit::run;
use confique::Config as _;
use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::shop::{balance, pay, paying, shop};
use crate::subject::{Payments, config, store};
use crate::town::{
    REASON, Town, available, confirm, finance, new_id, one, quote, rich, send, sending, told,
};
use crate::treasury::{sql, the_books_agree};

/// The UUID behind a prefixed id.
fn bare(id: &str) -> Uuid {
    Uuid::parse_str(id.rsplit('_').next().expect("something")).expect("a UUID")
}

#[test]
fn a_reserve_ends_although_the_id_of_its_end_is_taken() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        let (_, friend) = rich(city, 0).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;
        let paid = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        let id = paid["id"].as_str().unwrap().to_owned();
        let taken = derive("hold.expire", bare(&id)).to_string();
        let body = sending(city, &payer, &taken, &friend, 1_000).await;
        drop(payer.post("/internal/v1/send-money", &body).await.ok());
        assert_eq!(available(&payer).await, 69_000);

        city.clock().advance(Duration::days(7));
        payer.principal.auth_at = None;
        city.settle().await;

        assert_eq!(available(&payer).await, 99_000);
        let seen = payer.post("/internal/v1/payment", &json!({ "id": id })).await.ok();
        assert_eq!(seen["state"], "EXPIRED");
        let ended = told(city, "PaymentExpired").await;
        assert_eq!((ended.len(), &ended[0]["payment"]), (1, &paid["id"]));
        assert_eq!(ended[0]["account"], json!(payer.account()), "whose money is free is told");
        the_books_agree(city).await;
    });
}

#[test]
fn a_refund_whose_id_moved_something_else_is_not_done() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;
        let held = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        let sale = json!({ "payeeId": shop.id, "amount": "20000" });
        let sale = pay(city, &payer, &sale).await.ok();
        let refund = new_id(city);
        let taken = derive("refund.move", bare(&refund)).to_string();
        let capture = format!("/merchant/v1/payments/{}/capture", held["id"].as_str().unwrap());
        let body = json!({ "id": taken, "amount": "30000" });
        drop(shop.post(city, &capture, &body).await.ok());

        let path = format!("/merchant/v1/payments/{}/refunds", sale["id"].as_str().unwrap());
        let body = |id: &str| json!({ "id": id, "amount": "20000", "reason": REASON });
        let failed = shop.post(city, &path, &body(&refund)).await.ok();
        let again = shop.post(city, &path, &body(&refund)).await.ok();
        city.settle().await;

        assert_eq!((&failed["state"], &again), (&json!("FAILED"), &failed));
        let seen = payer.post("/internal/v1/payment", &json!({ "id": sale["id"] })).await.ok();
        assert_eq!(seen["refunded"], "0");
        assert_eq!((available(&payer).await, balance(city, &shop).await), (50_000, 50_000));
        assert_eq!(told(city, "RefundFailed").await.len(), 1);
        assert_eq!(shop.post(city, &path, &body(&new_id(city))).await.ok()["state"], "DONE");
        assert_eq!((available(&payer).await, balance(city, &shop).await), (70_000, 30_000));
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn an_event_whose_id_is_taken_stops_nobodys_payments() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 9_000).await;
        let (friend, to) = rich(city, 0).await;
        let id = new_id(city);
        let body = sending(city, &payer, &id, &to, 500).await;
        let event = derive("event.paid", bare(&id));
        sql(
            city,
            &format!(
                "insert into payments.outbox (event_id, kind, at, body) values ('{event}', 'Other', now(), '{{}}')"
            ),
        )
        .await;

        drop(payer.post("/internal/v1/send-money", &body).await.ok());
        drop(send(city, &payer, &to, 500).await.ok());

        assert_eq!((available(&payer).await, available(&friend).await), (8_000, 1_000));
        assert_eq!(told(city, "PaymentSucceeded").await.len(), 1, "one lost its event");
        assert_eq!(told(city, "MoneyReceived").await.len(), 3, "and that alone");
        the_books_agree(city).await;
        sql(city, "delete from payments.outbox where kind = 'Other'").await;
        city.settle().await;
    });
}

#[test]
fn of_two_officers_who_stop_a_wallet_at_once_none_loosens_it() {
    run::<Payments>(async |city: &Town| {
        for _ in 0..10 {
            let (_, wallet) = rich(city, 0).await;
            let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
            let stop = |mode: &'static str| {
                let body = json!({ "mode": mode, "reason": REASON });
                let (officer, path) = (finance(city), &path);
                async move { officer.post_once(path, &new_id(city), &body).await }
            };

            let answers = join_all(["FROZEN", "NO_DEBIT", "FROZEN", "NO_DEBIT"].map(stop)).await;

            let codes: Vec<_> = answers.iter().map(city_testkit::Answer::code).collect();
            assert!(codes.iter().all(|code| ["", "STATE"].contains(&code.as_str())), "{codes:?}");
            let flags = format!(
                "select a.flags from payments.ledger_account a where a.ext = '{}'",
                bare(&wallet)
            );
            assert_eq!(one(city, &flags).await, 1 | 4 | 8, "stopped in both directions");
        }
        city.settle().await;
    });
}

#[test]
fn a_fee_that_nobody_was_shown_is_not_taken() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        city.clock().advance(Duration::hours(15) - Duration::seconds(30)); // half a minute to midnight
        let path = format!("/admin/v1/payments/merchants/{}/fees", shop.id);
        let fee = json!({ "bps": 0, "fixed": "700", "borneBy": "PAYER" });
        drop(finance(city).send(Method::PUT, &path, Some(&fee), &[]).await.ok());
        let what = json!({ "payeeId": shop.id, "amount": "1000" });
        let shown = paying(city, &payer, &new_id(city), &what).await;

        city.clock().advance(Duration::seconds(60));
        let refused = payer.post("/internal/v1/pay-merchant", &shown).await;
        let paid = pay(city, &payer, &what).await.ok();

        assert_eq!(refused.code(), "AMOUNT_CHANGED", "and the confirmation is still good");
        assert_eq!(refused.json()["details"]["due"], "1700");
        assert_eq!((&paid["fee"], available(&payer).await), (&json!("700"), 98_300));
        city.settle().await;
    });
}

#[test]
fn an_amount_that_only_its_fee_makes_too_large_is_named() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 0).await;
        let fee = json!({ "bps": 100, "fixed": "0", "borneBy": "PAYER" });
        let shop = shop(city, Some(fee)).await;
        let mut body = json!({
            "idempotencyKey": new_id(city), "payeeId": shop.id, "amount": "100000000000",
        });
        let quoted = payer.post("/internal/v1/payment-quote", &body).await;
        let order = shop.order(city, "DH-1", 100_000_000_000, "MANUAL").await;
        body["amount"] = "1000".into();
        let token = confirm(city, &payer, &quote(&payer, &body).await);
        body["amount"] = "100000000000".into();
        body["stepUpToken"] = token.into();

        let refused = payer.post("/internal/v1/pay-merchant", &body).await;
        body["payeeId"] = json!(null);
        body["orderId"] = order["id"].clone();
        let ordered = payer.post("/internal/v1/pay-merchant", &body).await;

        for answer in [&quoted, &refused, &ordered] {
            assert_eq!(
                (answer.status().as_str(), answer.fields()),
                ("422 Unprocessable Entity", vec!["/amount".to_owned()])
            );
        }
        city.settle().await;
    });
}

#[test]
fn no_secret_is_printed_with_the_configuration() {
    let providers = ProvidersConfig::builder().load().expect("everything has a default");
    let providers = providers.simulated("http://127.0.0.1:9", "http://127.0.0.1:9");
    let store = S3Config { secret_key: Some("a-store-secret".to_owned().into()), ..store() };
    let config = Config { providers, s3: store, ..config() };

    let printed = format!("{config:?} {config:#?}");

    for secret in [
        "HUES-TEST-SECRET-0123456789ABCDEF",
        "HUES-MOMO-SECRET",
        "HUES-ZALO-KEY1",
        "HUES-ZALO-KEY2",
        "a-store-secret",
    ] {
        assert!(!printed.contains(secret), "{secret}");
    }
    assert!(printed.contains("HUES0001"), "what is no secret is there");
}
