//! What a provider says that cannot be right, and notices that come at the wrong time; signed here by hand.

use aws_lc_rs::hmac;
use city_payments::{Config, ProvidersConfig};
use city_testkit::{Character, run};
use confique::Config as _;
use serde_json::json;

use super::{Started, happens, pass, start, state};
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{Town, available, one, rich};

/// A notice of VNPAY's about an order of 50,000 dong.
fn notice(of: &Started, txn_no: &str, status: &str) -> String {
    let query = format!(
        "vnp_Amount=5000000&vnp_PayDate=20260304090000&vnp_ResponseCode=00&vnp_TmnCode=HUES0001\
         &vnp_TransactionNo={txn_no}&vnp_TransactionStatus={status}&vnp_TxnRef={}",
        of.our_ref
    );
    let key = hmac::Key::new(hmac::HMAC_SHA512, b"HUES-TEST-SECRET-0123456789ABCDEF");
    let hash = hex::encode(hmac::sign(&key, query.as_bytes()));
    format!("/ipn/vnpay?{query}&vnp_SecureHash={hash}")
}

async fn code(at: &Character, path: &str) -> String {
    at.get(path).await.ok()["RspCode"].as_str().expect("a code").to_owned()
}

async fn breaks(city: &Town, class: &str) -> i64 {
    one(city, &format!("select count(*) from payments.provider_break where class = '{class}'"))
        .await
}

#[test]
fn a_number_proves_one_order_and_an_order_has_one_number() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let vnpay = city.anonymous();
        let (first, second) =
            (start(city, &who, "VNPAY", 50_000).await, start(city, &who, "VNPAY", 50_000).await);

        let answers = [
            code(&vnpay, &notice(&first, "111", "00")).await,
            code(&vnpay, &notice(&first, "111", "00")).await,
            code(&vnpay, &notice(&first, "222", "00")).await, // paid twice
            code(&vnpay, &notice(&second, "111", "00")).await, // a number of another
        ];

        assert_eq!(answers, ["00", "02", "02", "02"]);
        assert_eq!((available(&who).await, breaks(city, "DUPLICATE").await), (50_000, 2));
        assert_eq!(state(&who, &second).await, "AWAITING");
        city.settle().await;
    });
}

#[test]
fn money_stuck_at_the_payers_bank_is_somebodys_to_look_at() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;

        assert_eq!(code(&city.anonymous(), &notice(&started, "111", "04")).await, "00");

        assert_eq!(
            (state(&who, &started).await.as_str(), breaks(city, "STUCK").await),
            ("AWAITING", 1)
        );
        assert_eq!(available(&who).await, 0);
        city.settle().await;
    });
}

#[test]
fn an_order_nobody_can_tell_of_in_a_week_is_somebodys_to_look_at() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 50_000).await;

        pass(city, (0..7).map(|day| day * 1440 + 30)).await;
        assert_eq!(breaks(city, "UNRESOLVED").await, 0);
        pass(city, [1440, 2880]).await;

        assert_eq!(
            (state(&who, &started).await.as_str(), breaks(city, "UNRESOLVED").await),
            ("AWAITING", 1)
        );
        happens(city, &started, "paid").await; // it still counts
        pass(city, [0]).await;
        assert_eq!(state(&who, &started).await, "PAID");
    });
}

#[test]
fn a_notice_that_comes_while_nobody_leads_is_to_come_again() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;
        let providers = ProvidersConfig::builder().load().unwrap();
        let providers = providers.simulated(&simulator(city).url(), "http://127.0.0.1:9");
        let config = Config { providers, ..config() };
        let other = city_payments::build(config, city.infra().clone()).await.unwrap();
        let router = other.router(city.infra().ids.clone(), None);
        let follower = city.anonymous().through(router);

        let path = notice(&started, "111", "00");
        assert_eq!(code(&follower, &path).await, "99");
        let momo = follower.post("/ipn/momo", &json!({ "signature": "" })).await;
        assert_eq!(momo.status(), "400 Bad Request");

        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("AWAITING", 0));
        assert_eq!(code(&city.anonymous(), &path).await, "00");
        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("PAID", 50_000));
        city.settle().await;
    });
}
