//! Starting a payment through a provider.

use std::sync::Arc;

use city_providersim::Simulator;
use city_testkit::run;
use serde_json::json;

use super::{happens, pass, start, state, to_start, try_start};
use crate::subject::{Payments, config};
use crate::town::{Town, available, new_id, one, person, rich};

#[test]
fn a_key_starts_one_payment() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let body = to_start(&new_id(city), "MOMO", 50_000);

        let sends = (0..10).map(|_| try_start(&who, &body));
        let answers = futures_util::future::join_all(sends).await;

        let views: Vec<_> = answers.into_iter().map(city_testkit::Answer::ok).collect();
        assert!(views.iter().all(|view| view["id"] == views[0]["id"]));
        assert_eq!(one(city, "select count(*) from payments.provider_order").await, 1);
        let view = try_start(&who, &body).await.ok();
        assert!(view["payUrl"].as_str().is_some_and(|url| url.starts_with("http")), "{view}");
        let mut other = body.clone();
        other["amount"] = json!("50001");
        assert_eq!(try_start(&who, &other).await.code(), "KEY_REUSED");
        let (stranger, _) = rich(city, 0).await;
        assert_eq!(try_start(&stranger, &body).await.code(), "KEY_REUSED");
        city.settle().await;
    });
}

#[test]
fn what_cannot_be_started_leaves_the_key_free() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let id = new_id(city);
        for (provider, amount) in [
            ("VNPAY", 9_999),
            ("VNPAY", 100_000_001),
            ("MOMO", 999),
            ("ZALOPAY", 50_000_001),
            ("MOMO", 0),
        ] {
            let answer = try_start(&who, &to_start(&id, provider, amount)).await;
            assert_eq!(
                (answer.code().as_str(), answer.fields()),
                ("INPUT", vec!["/amount".to_owned()]),
                "{provider} {amount}"
            );
        }
        assert_eq!(
            try_start(&person(city), &to_start(&id, "VNPAY", 20_000)).await.code(),
            "WALLET_REQUIRED"
        );
        let old = to_start("019a0000-0001-7000-8000-000000000001", "VNPAY", 20_000);
        assert_eq!(try_start(&who, &old).await.code(), "ID_TIME");
        assert_eq!(try_start(&who, &to_start("not-an-id", "VNPAY", 20_000)).await.code(), "INPUT");
        assert_eq!(
            try_start(&city.anonymous(), &to_start(&id, "VNPAY", 20_000)).await.code(),
            "SIGN_IN_REQUIRED"
        );

        assert_eq!(
            try_start(&who, &to_start(&id, "VNPAY", 20_000)).await.ok()["state"],
            "AWAITING"
        );
        city.settle().await;
    });
}

#[test]
fn a_provider_without_an_address_is_not_offered() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let bare = city_payments::build(config(), city.infra().clone()).await.unwrap();
        let bare = who.clone().through(bare.router(city.infra().ids.clone(), None));

        let answer = try_start(&bare, &to_start(&new_id(city), "ZALOPAY", 20_000)).await;

        assert_eq!(
            (answer.status().as_str(), answer.code().as_str()),
            ("409 Conflict", "PROVIDER_NOT_OFFERED")
        );
        let notice = bare.get("/ipn/vnpay?vnp_Amount=1").await.json();
        assert_eq!(notice["RspCode"], "97");
        city.settle().await;
    });
}

#[test]
fn the_simulator_of_providers_does_not_start_in_production() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = city_providersim::Settings::throwaway("http://127.0.0.1:9/ipn/vnpay");
        let (clock, tasks) = (Arc::new(city_clock::SystemClock), city_boot::Tasks::new());
        let production = city_boot::Profile::Production;

        let refused = Simulator::start(production, settings, clock, 7, listener, &tasks).err();

        let text = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains("does not run in production"), "{text}");
    });
}

#[test]
fn coming_back_credits_nothing_and_nobody_sees_anothers_payment() {
    run::<Payments>(async |city: &Town| {
        let ((who, _), (stranger, _)) = (rich(city, 0).await, rich(city, 0).await);
        let started = start(city, &who, "VNPAY", 50_000).await;

        let url = format!(
            "/pay/return/vnpay?vnp_TxnRef={}&vnp_ResponseCode=00&vnp_TransactionStatus=00",
            started.our_ref
        );
        let page = city.anonymous().get(&url).await;
        let elsewhere = city.anonymous().get("/pay/return/paypal").await;

        assert_eq!((page.status().as_str(), elsewhere.code().as_str()), ("200 OK", "NOT_FOUND"));
        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("AWAITING", 0));
        let by_id = json!({ "id": started.id });
        assert_eq!(
            stranger.post("/internal/v1/provider-payment", &by_id).await.code(),
            "NOT_FOUND"
        );
        let nodes = json!({ "ids": [started.id] });
        assert_eq!(stranger.post("/internal/v1/nodes:batch", &nodes).await.ok(), json!([null]));
        let own = who.post("/internal/v1/nodes:batch", &nodes).await.ok();
        assert_eq!(
            (&own[0]["kind"], &own[0]["node"]["id"]),
            (&json!("PROVIDER_PAYMENT"), &started.id)
        );
        happens(city, &started, "paid").await;
        pass(city, [0]).await;
        assert!(super::view(&who, &started).await["payUrl"].is_null());
    });
}
