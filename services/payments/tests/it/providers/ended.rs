//! What no money comes of.

use city_testkit::run;

use super::{ALL, happens, pass, start, start_as, state};
use crate::subject::Payments;
use crate::town::{Town, available, one, rich, told};

#[test]
fn refused_and_cancelled_orders_fail_and_unpaid_ones_expire() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let mut all = Vec::new();
        for provider in ALL {
            for (name, ends) in
                [("refused", "FAILED"), ("cancelled", "FAILED"), ("expired", "EXPIRED")]
            {
                let started = start(city, &who, provider, 30_000).await;
                happens(city, &started, name).await;
                all.push((started, name, ends));
            }
        }

        pass(city, [0]).await;
        for (started, name, _) in &all {
            let told_at_once = *name != "expired" && started.provider != "ZALOPAY";
            let now = if told_at_once { "FAILED" } else { "AWAITING" };
            assert_eq!(state(&who, started).await, now, "{} {name}", started.provider);
        }
        pass(city, [1, 3, 10]).await;
        pass(city, [6]).await; // sixteen minutes: nobody can pay any more

        for (started, name, ends) in &all {
            assert_eq!(state(&who, started).await, *ends, "{} {name}", started.provider);
        }
        let failed = told(city, "TopUpFailed").await;
        assert_eq!(failed.len(), all.len());
        assert_eq!(failed.iter().filter(|event| event["state"] == "EXPIRED").count(), 3);
        assert_eq!(available(&who).await, 0);
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 0);
    });
}

#[test]
fn an_order_that_is_refused_when_it_is_made_has_failed() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        for provider in ["MOMO", "ZALOPAY"] {
            let started = start_as(city, &who, provider, 30_000, Some("refused")).await;
            assert_eq!(started.view["state"], "FAILED", "{provider}");
            assert!(started.view["payUrl"].is_null());
        }
        assert_eq!(told(city, "TopUpFailed").await.len(), 2);
        city.settle().await;
    });
}

#[test]
fn an_order_that_nobody_opens_expires_because_the_provider_never_heard_of_it() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let body = super::to_start(&crate::town::new_id(city), "VNPAY", 30_000);
        let view = super::try_start(&who, &body).await.ok();

        pass(city, [1, 3, 10]).await;
        let seen = super::try_start(&who, &body).await.ok();
        assert_eq!((&seen["state"], &seen["id"]), (&serde_json::json!("AWAITING"), &view["id"]));
        pass(city, [6]).await;

        assert_eq!(super::try_start(&who, &body).await.ok()["state"], "EXPIRED");
    });
}
